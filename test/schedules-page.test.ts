import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { jobs } from '../src/jobs/index.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:30Z')
const PATH = '/dashboard/settings/schedules'
let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => NOW, config: { timeZone: 'Europe/Berlin' } })
})
afterAll(() => t.close())
beforeEach(async () => {
  await settled()
  await t.sql`delete from job_runs`
})

async function settled(): Promise<void> {
  await vi.waitUntil(async () => (await t.sql`select from job_runs where finished_at is null`).length === 0, {
    timeout: 60_000,
  })
}

type Role = 'viewer' | 'operator' | 'owner'
const open = async (path: string, role: Role = 'operator') =>
  await t.request(path, { headers: { cookie: await t.admin(role) } })
const page = async (path: string, role?: Role) => {
  const answer = await open(path, role)
  expect(answer.status).toBe(200)
  return (await answer.text()).replace(/<svg.*?<\/svg>/gs, '')
}
const text = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, '’')
    .replace(/\s+/g, ' ')
const press = async (path: string, role: Role = 'operator') =>
  await t.request(path, {
    method: 'POST',
    headers: { cookie: await t.admin(role), origin: t.deps.config.baseUrl, 'sec-fetch-site': 'same-origin' },
  })

describe('the list of schedules', () => {
  test('has every job: when it comes in words, how it went, and when it comes next', async () => {
    await t.sql`
      insert into job_runs (job, scheduled_for, started_at, finished_at, outcome, note) values
        ('daily', '2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z', '2026-11-20T00:01:05Z', 'ok', 'all 7 steps in order')`
    await t.sql`
      insert into job_runs (job, scheduled_for, started_at, finished_at, outcome, error) values
        ('cohorts', '2026-11-01T01:00:00Z', '2026-11-01T01:00:00Z', '2026-11-01T01:00:02Z', 'failed', 'no room left')`
    const html = await page(PATH)
    const words = text(html)
    for (const job of jobs) expect(html).toContain(`href="${PATH}/${job.name}"`)
    expect(words).toMatch(
      /Daily tasks Scores the health of users, .* every day at 01:00 in order 12 h ago, all 7 steps in order 1 min 5 s 21 Nov 01:00/,
    )
    expect(words).toMatch(
      /Cohorts, wholly Counts anew .* monthly on the 1st at 02:00 failed 19 d ago, no room left 2 s 1 Dec 02:00/,
    )
    expect(words).toContain('times of Europe/Berlin')
  })

  test('lets an operator run a job, not a viewer, and nobody what runs all the time', async () => {
    const button = (html: string, label: string) =>
      new RegExp(`<button[^>]*aria-label="Run now: ${label}"[^>]*>`).exec(html)?.[0]
    expect(button(await page(PATH), 'Daily tasks')).not.toContain('disabled')
    const seen = await page(PATH, 'viewer')
    expect(button(seen, 'Daily tasks')).toContain('disabled')
    expect(button(seen, 'Daily tasks')).toContain('This needs the role operator; yours is viewer.')
    expect(button(seen, 'Fold new facts')).toBeUndefined()
    expect(seen).toContain('Choose the days of Backfill')
    expect((await press(`${PATH}/settle-days/run`, 'viewer')).status).toBe(403)
    expect(await t.sql`select from job_runs`).toHaveLength(0)
  })

  test('can be looked at with READ_ONLY, where nothing can be run', async () => {
    const closed = await testApp({ now: NOW, config: { readOnly: true } })
    const cookie = await closed.admin('owner')
    const seen = await (await closed.request(PATH, { headers: { cookie } })).text()
    const refused = await closed.request(`${PATH}/settle-days/run`, {
      method: 'POST',
      headers: { cookie, origin: closed.deps.config.baseUrl, 'sec-fetch-site': 'same-origin' },
    })
    const runs = await closed.sql`select from job_runs`
    await closed.close()
    expect(seen).toContain('Quarterdeck runs with READ_ONLY=1.')
    const buttons = seen.match(/<button[^>]*aria-label="Run now[^>]*>/g) ?? []
    expect(buttons.length).toBeGreaterThan(4)
    for (const button of buttons) expect(button).toContain('disabled=""')
    expect(refused.status).toBe(403)
    expect(runs).toHaveLength(0)
  })

  test('is not for who is bound to tenants, nor are its jobs', async () => {
    const cookie = await t.admin('operator')
    await t.sql`update admins set tenants = array['acme']`
    const statuses = []
    for (const path of [PATH, `${PATH}/daily`]) statuses.push((await t.request(path, { headers: { cookie } })).status)
    await t.sql`update admins set tenants = null`
    expect(statuses).toEqual([403, 403])
  })
})

describe('the page of a job', () => {
  test('“Run now” leads to the run, whose steps are polled as they come', async () => {
    const answer = await press(`${PATH}/daily/run`)
    expect(answer.status).toBe(303)
    const location = answer.headers.get('location') ?? ''
    const [run] = await t.sql`select id::text from job_runs where job = 'daily'`
    expect(location).toBe(`${PATH}/daily?run=${run!.id}`)
    const html = await page(location)
    expect(html).toMatch(/hx-get="\/live\/settings\/schedules\/daily\?run=\d+"/)
    await settled()
    // A card may be some seconds old, or wait for the next poll where the machine is busy.
    const poll = async () => text(await page(location.replace('/dashboard/', '/live/')))
    await expect.poll(poll, { timeout: 30_000, interval: 500 }).toMatch(/in order 7 of 7 steps, took /)
    const live = await poll()
    for (const label of [
      'Health scores',
      'Summary metrics',
      'Cohorts',
      'Funnel snapshot',
      'Component gaps',
      'Alert rules',
    ])
      expect(live).toContain(label)
    expect(live).toContain('Tidying up')
    const [line] =
      await t.sql`select actor, target, detail from audit_log where action = 'job.run' order by id desc limit 1`
    expect(line).toMatchObject({ target: 'daily', detail: { run: run!.id } })
  })

  test('tells which step failed and why, where a running one is, and what is not reached', async () => {
    const [run] = await t.sql`
      insert into job_runs (job, scheduled_for, done, total, started_by) values ('daily', now(), 2, 7, 'schedule') returning id::text`
    await t.sql`
      insert into job_steps (run_id, place, name, state, started_at, finished_at, done, total, error, carried_from) values
        (${run!.id}, 1, 'health', 'ok', ${NOW}, ${NOW}, 0, null, null, 7),
        (${run!.id}, 2, 'close-days', 'failed', ${NOW}, ${NOW}, 0, null, 'the disk is <full>', null),
        (${run!.id}, 3, 'funnel', 'running', ${NOW}, null, 3, 9, null, null),
        (${run!.id}, 4, 'tidy', 'waiting', null, null, 0, null, null, null)`
    const html = await page(`${PATH}/daily`)
    expect(html).toContain('the disk is &lt;full&gt;')
    expect(text(html)).toMatch(/running 2 of 7 steps, .* so far/)
    expect(text(html)).toMatch(/Health scores .* in order by run 7/)
    expect(text(html)).toMatch(/Funnel snapshot .* running 3 of 9/)
    expect(text(html)).toMatch(/Tidying up .* waiting/)
    expect((await press(`${PATH}/daily/run`)).status).toBe(409)
    const stopped = await press(`${PATH}/daily/runs/${run!.id}/cancel`)
    expect(stopped.headers.get('location')).toBe(`${PATH}/daily?run=${run!.id}&told=cancel`)
    expect(await t.sql`select cancel_requested from job_runs`).toEqual([{ cancel_requested: true }])
    await t.sql`update job_runs set finished_at = now(), outcome = 'cancelled'`
    const over = text(await page(`${PATH}/daily?told=x`))
    expect(over).toMatch(/Funnel snapshot .* interrupted/)
    expect(over).toContain('not reached')
    expect((await press(`${PATH}/daily/runs/${run!.id}/cancel`)).status).toBe(409)
  })

  test('is told to programs as well: the run with its steps', async () => {
    const key = await t.key(['act', 'read'])
    const headers = { authorization: `Bearer ${key}` }
    const answer = await t.request('/api/analytics/dashboard/run-daily', { method: 'POST', headers })
    expect(answer.status).toBe(202)
    const { id } = (await answer.json()) as { id: string }
    await settled()
    const run = (await (await t.request(`/api/jobs/runs/${id}`, { headers })).json()) as { steps: { state: string }[] }
    expect(run).toMatchObject({ job: 'daily', state: 'ok', done: 7, total: 7 })
    expect(run.steps.map(({ state }) => state)).toEqual(Array(7).fill('ok'))
    const other =
      await t.sql`insert into job_runs (job, scheduled_for, finished_at, outcome) values ('rebuild', now(), now(), 'ok') returning id::text`
    expect(await (await t.request(`/api/jobs/runs/${other[0]!.id}`, { headers })).json()).toMatchObject({ steps: [] })
  })

  test('is 404 for what is no job', async () => {
    expect((await open(`${PATH}/nonesuch`)).status).toBe(404)
    expect((await press(`${PATH}/nonesuch/run`)).status).toBe(404)
  })
})
