import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { METRICS_PREFIXES, PAGE_PREFIXES, PAGES, RENAMED, STATS_PATHS } from '../src/documented/table.ts'
import { pages } from '../src/pages.ts'
import { TEST_PASSWORD, type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

let t: TestApp
let env: Record<string, string>
let cookie: string
let email: string

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillRollups(t.sql)
  await t.sql`insert into tenants (tenant_id, created_at, updated_at) values ('t1', ${NOW}, ${NOW})`
  cookie = await t.admin('operator')
  ;({ email } = (await t.sql<{ email: string }[]>`select email from admins limit 1`)[0]!)
  const key = await t.key(['read', 'act'])
  env = { PATH: process.env.PATH ?? '', URL: await t.listen(), KEY: key, EMAIL: email, PASSWORD: TEST_PASSWORD }
})
afterAll(() => t?.close())

/** Runs a documented command; answers the status and the body. */
async function curl(command: string): Promise<{ status: number; text: string; json: () => Record<string, never> }> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} -w '\n%{http_code}'`], { env })
  const at = stdout.lastIndexOf('\n')
  const text = stdout.slice(0, at)
  return { status: Number(stdout.slice(at)), text, json: () => JSON.parse(text) }
}

const PERIOD = 'start=2026-11-18&end=2026-11-20'
const BEARER = '-H "Authorization: Bearer $KEY"'

describe('the documented commands', () => {
  it.each([
    '/api/system/metrics/summary',
    '/api/system/metrics/summary/',
    '/system/metrics/summary',
    '/system/metrics/summary/',
  ])('curl %s', async (path) => {
    const { status, json } = await curl(`curl -sS ${BEARER} "$URL${path}?${PERIOD}"`)
    expect(status).toBe(200)
    expect(json()).toEqual({
      start: '2026-11-18',
      end: '2026-11-20',
      tenant: null,
      financial: { mrr: 59, arr: 708, currency: 'USD' },
      customers: { total: 1, new: 1 },
      // 1, 2 and 2 users a day; 1, 2 and 3 within 30 days.
      engagement: { dau_avg: 1.67, mau_avg: 2 },
      jobs: { total: 8, success_rate: 85.71428571 },
    })
  })

  it('curl /api/system/metrics/summary of a tenant', async () => {
    const { json } = await curl(`curl -sS ${BEARER} "$URL/api/system/metrics/summary?${PERIOD}&tenant=t1"`)
    expect(json()).toMatchObject({ tenant: 't1', financial: { mrr: 59 }, engagement: { dau_avg: 1.33 } })
  })

  it.each(['timeseries', 'timeseries/'])('curl /api/system/metrics/%s', async (path) => {
    const { json } = await curl(`curl -sS ${BEARER} "$URL/api/system/metrics/${path}?${PERIOD}"`)
    const { points } = json() as unknown as { points: object[] }
    expect(points).toHaveLength(3)
    expect(points[1]).toMatchObject({
      date: '2026-11-19',
      mrr: 59,
      customers_total: 1,
      customers_new: 0,
      dau: 2,
      mau: 2,
    })
    expect(points[2]).toMatchObject({ date: '2026-11-20', dau: 2, mau: 3, jobs_total: 8 })
  })

  it.each(['cohorts', 'cohorts/'])('curl /api/system/metrics/%s', async (path) => {
    const { json } = await curl(`curl -sS ${BEARER} "$URL/api/system/metrics/${path}?${PERIOD}"`)
    expect(json()).toEqual({
      start: '2026-11-18',
      end: '2026-11-20',
      tenant: null,
      cohorts: [],
      mean: [],
      computed_at: null,
    })
  })

  it.each(['export.csv', 'export.csv/'])('curl /api/system/metrics/%s', async (path) => {
    const { status, text } = await curl(`curl -sS ${BEARER} "$URL/api/system/metrics/${path}?${PERIOD}"`)
    expect(status).toBe(200)
    const rows: Record<string, string>[] = parse(text, { columns: true })
    expect(rows.map(({ date, mrr, dau }) => [date, mrr, dau])).toEqual([
      ['2026-11-18', '49', '1'],
      ['2026-11-19', '59', '2'],
      ['2026-11-20', '59', '2'],
    ])
  })

  it.each(['config', 'config/'])('curl /api/system/metrics/%s', async (path) => {
    const { json } = await curl(`curl -sS ${BEARER} "$URL/api/system/metrics/${path}"`)
    expect(json()).toMatchObject({ settings: { time_zone: 'UTC', target_p95_ms: 1000 } })
    expect(json().thresholds).toContainEqual(
      expect.objectContaining({ metric: 'users.stickiness', warn: expect.any(Number) }),
    )
  })

  it.each(['config', 'config/'])('curl -X PATCH /api/system/metrics/%s changes thresholds', async (path) => {
    const body = (warn: number | null) => `-d '{"thresholds":{"ai.cost":{"warn":${warn}}}}'`
    const patch = (text: string) => curl(`curl -sS -X PATCH ${BEARER} "$URL/api/system/metrics/${path}" ${text}`)
    const { status, json } = await patch(body(40))
    expect(status).toBe(200)
    expect(json().thresholds).toContainEqual(expect.objectContaining({ metric: 'ai.cost', warn: 40, changed: true }))
    expect((await patch(`-d '{"thresholds":{"ai.cots":{"warn":1}}}'`)).json().detail).toContain('Did you mean ai.cost?')
    expect((await patch(`-d '{"thresholds":{"ai.cost":null}}'`)).status).toBe(200)
  })

  it.each(['-X POST', '-X DELETE'])('curl %s /api/system/metrics/config changes nothing', async (verb) => {
    expect((await curl(`curl -sS ${verb} ${BEARER} "$URL/api/system/metrics/config"`)).status).toBe(404)
  })

  it.each(STATS_PATHS.flatMap((path) => [path, `${path}/`]))('curl %s', async (path) => {
    const { status, json } = await curl(`curl -sS -u "$KEY:" "$URL${path}"`)
    expect(status).toBe(200)
    expect(json()).toEqual({
      as_of: NOW.toISOString(),
      users: { total: 4, online: 2, active_today: 2 },
      revenue: { mrr: 59, paying_customers: 1, currency: 'USD' },
      ai: { requests_today: 7, cost_30d: 2 },
      jobs: { queued: 2, running: 1 },
    })
  })

  it.each(['/auth/login', '/auth/login/'])('curl %s answers a token that reads', async (path) => {
    const body = `-H 'Content-Type: application/json' -d "{\\"email\\":\\"$EMAIL\\",\\"password\\":\\"$PASSWORD\\"}"`
    const { status, json } = await curl(`curl -sS ${body} "$URL${path}"`)
    expect(status).toBe(200)
    const { token, token_type, expires_in } = json()
    expect([token_type, expires_in]).toEqual(['Bearer', 3_600])
    const read = await curl(`curl -sS -H "Authorization: Bearer ${token}" "$URL/api/system/metrics/summary"`)
    expect(read.status).toBe(200)
    const wrong = await curl(
      `curl -sS -H 'Content-Type: application/json' -d '{"email":"${email}","password":"no"}' "$URL${path}"`,
    )
    expect(wrong.status).toBe(401)
  })

  it('curl -X POST /api/analytics/dashboard/run-daily runs the daily tasks', async () => {
    const address = '/api/analytics/dashboard/run-daily'
    expect((await curl(`curl -sS -X POST "$URL${address}"`)).status).toBe(401)
    const { status, json } = await curl(`curl -sS -X POST ${BEARER} "$URL${address}/"`)
    expect(status).toBe(202)
    expect(json()).toMatchObject({ job: 'daily', state: 'running' })
    await expect
      .poll(async () => (await curl(`curl -sS ${BEARER} "$URL/api/jobs/runs/${json().id}"`)).json().state, {
        timeout: 120_000,
      })
      .toBe('ok')
    const reader = await t.key(['read'])
    expect((await t.request(address, { method: 'POST', headers: { authorization: `Bearer ${reader}` } })).status).toBe(
      403,
    )
  }, 180_000)

  it.each(['reports/generate'])('curl -X POST /api/analytics/dashboard/%s is not there', async (action) => {
    const path = `/api/analytics/dashboard/${action}`
    const { status, json } = await curl(`curl -sS -X POST ${BEARER} "$URL${path}"`)
    expect([status, json().title]).toEqual([404, 'Not found'])
    // Nor is it named anywhere as if it were.
    expect(RENAMED.map((one) => one.path)).not.toContain(path)
    const { paths } = (await curl(`curl -sS ${BEARER} "$URL/api/openapi.json"`)).json()
    expect(Object.keys(paths ?? {})).not.toContain(path)
    expect(Object.keys(paths ?? {})).toContain('/api/analytics/dashboard/run-daily')
  })
})

/** A field by which the JSON of a page is known. */
function answered(path: string): string {
  if (path.includes('activity')) return 'rows'
  if (path.includes('emails')) return 'emails'
  if (path.includes('users')) return 'users'
  if (path.includes('health')) return 'bands'
  if (path.includes('alerts')) return 'alerts'
  return path.includes('settings') ? 'settings' : 'metrics'
}

describe('pages', () => {
  const addresses = PAGE_PREFIXES.flatMap((prefix) =>
    Object.entries(PAGES).flatMap(([name, { page }]) => [
      { path: prefix + name, page },
      { path: `${prefix}${name}/`, page },
    ]),
  )

  it.each(addresses)('$path leads a browser to $page and answers a program', async ({ path, page }) => {
    expect(pages.map((one) => one.path)).toContain(page)
    const browser = await t.request(`${path}?${PERIOD}&tenant=t1`, {
      headers: { accept: 'text/html,application/xhtml+xml', 'sec-fetch-mode': 'navigate', cookie },
    })
    expect(browser.status).toBe(303)
    expect(browser.headers.get('location')).toBe(`${page}?range=custom&from=2026-11-18&to=2026-11-20&tenant=t1`)
    const programs: Record<string, string>[] = [
      { cookie, accept: 'application/json' },
      { authorization: `Bearer ${env.KEY}`, accept: 'text/html' },
    ]
    for (const headers of programs) {
      const program = await t.request(path, { headers })
      expect(program.status).toBe(200)
      expect(Object.keys(await program.json())).toContain(answered(path))
    }
    expect((await t.request(path, { headers: { accept: 'application/json' } })).status).toBe(401)
  })

  it('of a period and a tenant answer for those', async () => {
    const { json } = await curl(`curl -sS ${BEARER} "$URL/admin/analytics?${PERIOD}&tenant=t1"`)
    expect(json()).toMatchObject({ from: '2026-11-18', to: '2026-11-20', tenant: 't1' })
    const bound = await t.key(['read'], ['t2'])
    const other = await t.request('/admin/analytics?tenant=t1', { headers: { authorization: `Bearer ${bound}` } })
    expect(other.status).toBe(403)
  })
})

describe('the metrics of other systems', () => {
  it('answer 403 under /api to who has not signed in, and lead a browser to the page', async () => {
    for (const name of ['summary', 'timeseries', 'cohorts', 'export.csv', 'config']) {
      for (const slash of ['', '/']) {
        const { status, json } = await curl(`curl -sS "$URL/api/system/metrics/${name}${slash}"`)
        expect([name, status]).toEqual([name, 403])
        expect(json()).toMatchObject({ status: 403, title: 'Not allowed' })
        expect((await curl(`curl -sS "$URL/system/metrics/${name}${slash}"`)).status).toBe(401)
      }
    }
    const browser = await t.request('/api/system/metrics/summary', { headers: { accept: 'text/html' } })
    expect([browser.status, browser.headers.get('location')]).toEqual([303, '/dashboard'])
  })

  it('refuse other tenants and days that are none, by the names of their own parameters', async () => {
    const bound = await t.key(['read'], ['t2'])
    for (const { prefix } of METRICS_PREFIXES) {
      for (const name of ['summary', 'timeseries', 'cohorts', 'export.csv']) {
        const get = (query: string, by = env.KEY) =>
          t.request(`${prefix}/${name}?${query}`, { headers: { authorization: `Bearer ${by}` } })
        expect((await get('tenant=t1', bound)).status).toBe(403)
        for (const query of ['start=soon', 'start=2026-11-20&end=2026-11-18']) {
          const response = await get(query)
          expect(response.status).toBe(422)
          expect((await response.json()).title).toContain('start')
        }
      }
    }
  })
})
