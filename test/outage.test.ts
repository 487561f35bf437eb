import { afterEach, expect, test } from 'vitest'
import { createAdmin } from '../src/auth/admins.ts'
import { type Stage, setStage, untilFolded } from './chaos/stage.ts'
import { TEST_PASSWORD } from './helpers/app.ts'

const PATIENCE_MS = 2_000
const AWAY = 'The database does not answer'

let stage: Stage
afterEach(() => stage.close())

const send = (name: string, ids: string[]) =>
  fetch(`${stage.server.url}/ingest/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.keys.ingest}`, 'content-type': 'application/json' },
    body: JSON.stringify(ids.map((id) => ({ id, name, user_id: id }))),
  })

async function signIn(): Promise<string> {
  const email = 'ada@admin.example'
  await createAdmin(stage.db.sql, { email, role: 'owner', password: TEST_PASSWORD })
  const response = await fetch(`${stage.server.url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: stage.server.url, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ email, password: TEST_PASSWORD }),
  })
  return response.headers.get('set-cookie')!.split(';')[0]!
}

/** A page as it answers within the two seconds that it has. */
async function page(path: string, cookie: string): Promise<{ status: number; html: string }> {
  const headers = { cookie, accept: 'text/html' }
  const response = await fetch(stage.server.url + path, { headers, signal: AbortSignal.timeout(PATIENCE_MS) })
  return { status: response.status, html: await response.text() }
}

/** Whether cards of the Overview are marked as cut off; the foot of the rail and the feed say so at other times. */
async function dashboard(cookie: string): Promise<{ status: number; away: boolean }> {
  const { status, html } = await page('/dashboard', cookie)
  return { status, away: /q-card-(stale|degraded)/.test(html) && html.includes(AWAY) }
}

const statusOf = async (path: string) => {
  const response = await fetch(stage.server.url + path)
  await response.body?.cancel()
  return response.status
}

test('Postgres stopped and started under a running server: pages go on, marked stale, ingest says 503, all recovers alone', async () => {
  stage = await setStage({ embedded: false })
  const cookie = await signIn()
  expect((await send('Before', ['ann', 'bob', 'carl'])).status).toBe(200)
  await untilFolded(stage.db.sql)
  expect(await dashboard(cookie)).toEqual({ status: 200, away: false })

  await stage.stopPostgres()
  // Values of the last 5 s are as good as new; after that they are marked.
  await expect.poll(() => dashboard(cookie), { timeout: 20_000 }).toEqual({ status: 200, away: true })
  for (let poll = 0; poll < 3; poll++) expect(await dashboard(cookie)).toEqual({ status: 200, away: true })
  expect((await page('/dashboard', cookie)).html).toContain('marked stale')
  const activity = await page('/dashboard/activity', cookie)
  expect(activity.status).toBe(200)
  const [events, batch] = await Promise.all([send('During', ['dora']), send('During', ['emil', 'fay'])])
  for (const answer of [events, batch]) {
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  }
  expect(await statusOf('/healthz')).toBe(200)
  expect(await statusOf('/readyz')).toBe(503)

  await stage.startPostgres()
  await expect.poll(async () => (await send('After', ['gus'])).status, { timeout: 20_000 }).toBe(200)
  expect((await send('During', ['dora'])).status).toBe(200)
  await expect.poll(() => statusOf('/readyz'), { timeout: 20_000 }).toBe(200)
  await expect.poll(() => dashboard(cookie), { timeout: 20_000 }).toEqual({ status: 200, away: false })
  await untilFolded(stage.db.sql)
  const folded = await stage.db.sql`select name, n::int from event_days where scope = '*' order by name`
  expect(folded).toEqual([
    { name: 'After', n: 1 },
    { name: 'Before', n: 3 },
    { name: 'During', n: 1 },
  ])
  expect(await stage.server.stop()).toBe(0)
}, 180_000)

test('Postgres frozen under a running server: pages answer in time, say that it does not answer, and recover alone', async () => {
  stage = await setStage({ embedded: false })
  const cookie = await signIn()
  expect((await send('Before', ['ann', 'bob'])).status).toBe(200)
  await untilFolded(stage.db.sql)
  await expect.poll(() => dashboard(cookie), { timeout: 20_000 }).toEqual({ status: 200, away: false })

  const thaw = await stage.freezePostgres()
  try {
    await expect.poll(() => dashboard(cookie), { timeout: 30_000 }).toEqual({ status: 200, away: true })
    for (let poll = 0; poll < 3; poll++) expect(await dashboard(cookie)).toEqual({ status: 200, away: true })
  } finally {
    thaw()
  }
  await expect.poll(() => dashboard(cookie), { timeout: 30_000 }).toEqual({ status: 200, away: false })
  const told = () => stage.db.sql`select state from source_events where source = 'database' order by id`
  await expect.poll(told, { timeout: 20_000 }).toEqual([{ state: 'degraded' }, { state: 'recovered' }])
  expect(await stage.server.stop()).toBe(0)
}, 180_000)
