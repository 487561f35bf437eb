import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeDays } from '../src/metrics/snapshot.ts'
import { COST } from './custom-metrics-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

/** Cost 1.50 on the 19th and 0.50 on the 20th; 8 jobs on the 20th: 6 succeeded, 1 of 4 builds failed; no sign-ups. */
const DAYS = 'from=2026-11-18&to=2026-11-20'
const FAILED = {
  key: 'custom.failed_share',
  label: 'Failed share',
  formula: '100 * jobs.failed / jobs.total',
  unit: 'percent',
  definition: 'Jobs that failed, of all.',
}

let t: TestApp
let key: string
let viewer: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillRollups(t.sql)
  key = await t.key(['read', 'act'])
  viewer = await t.admin('viewer')
})
afterAll(() => t.close())

const call = (
  path: string,
  method = 'GET',
  body?: unknown,
  who: Record<string, string> = { authorization: `Bearer ${key}` },
) =>
  t.request(path, {
    method,
    headers: { origin: 'http://localhost', 'content-type': 'application/json', ...who },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
const json = async (path: string) => (await call(path)).json()
const made = async (body: object) => {
  const response = await call('/api/custom-metrics', 'POST', body)
  expect(response.status, await response.clone().text()).toBe(201)
}
const problem = async (response: Response) => [response.status, ((await response.json()) as { detail: string }).detail]
const totals = async (metrics: string, more = '') => {
  const found = await json(`/api/metrics/summary?metrics=${metrics}&${DAYS}&compare=none${more}`)
  return (found.metrics as { value: number | null; state: string }[]).map(({ value, state }) => [value, state])
}

describe('a custom metric', () => {
  it('has its value, by hand, in the API, the CSV, on its page, in the list, the palette and Prometheus', async () => {
    await made(COST)
    const { metrics } = await json(`/api/metrics/timeseries?metrics=custom.cost_per_job&${DAYS}`)
    // 2 / 6 over the range: a ratio of sums, where the only day with both is 0.5 / 6.
    expect(metrics[0]).toMatchObject({ label: 'Cost per job', unit: 'money', currency: 'USD', total: 0.33333333 })
    expect(metrics[0].points.map(({ value }: { value: number }) => value)).toEqual([null, null, 0.08333333])
    expect(await totals('custom.cost_per_job')).toEqual([[0.33333333, 'warn']])
    expect(await totals('custom.cost_per_job', '&tenant=t1')).toEqual([[0.33333333, 'warn']])
    expect(await totals('custom.cost_per_job', '&tenant=t2')).toEqual([[null, 'unknown']])
    const csv = await (await call(`/exports/metrics.csv?metrics=custom.cost_per_job&${DAYS}`)).text()
    expect(csv.split('\r\n')).toEqual([
      'date,custom.cost_per_job',
      '2026-11-18,',
      '2026-11-19,',
      '2026-11-20,0.08333333',
      '',
    ])
    const html = await (
      await call(`/dashboard/metrics/custom.cost_per_job?range=custom&${DAYS}`, 'GET', undefined, { cookie: viewer })
    ).text()
    for (const text of [
      '$0.3333',
      COST.definition,
      COST.formula,
      '“AI cost” ÷ “Jobs succeeded”',
      'api_call_days',
      'job_hours',
    ])
      expect(html).toContain(text)
    expect(html).not.toContain('/edit')
    const list = await (await call('/dashboard/metrics?q=cost_per_job', 'GET', undefined, { cookie: viewer })).text()
    expect(list).toContain('Cost per job')
    const palette = await (await call('/dashboard/palette.json', 'GET', undefined, { cookie: viewer })).json()
    expect(palette.items).toContainEqual({
      group: 'Metrics',
      title: 'Cost per job',
      note: 'custom.cost_per_job',
      href: '/dashboard/metrics/custom.cost_per_job',
    })
    expect(await (await call('/metrics')).text()).toMatch(/^quarterdeck_custom_cost_per_job_usd 0\.08333333$/m)
    const all = (await json('/api/metrics')).metrics
    expect(all.at(-1)).toMatchObject({
      metric: 'custom.cost_per_job',
      kind: 'derived',
      warn: 0.2,
      crit: 0.5,
      facts: 'api-calls',
    })
    expect((await json('/api/metrics/config')).thresholds).toContainEqual(
      expect.objectContaining({ metric: 'custom.cost_per_job', warn: 0.2 }),
    )
  })

  it('has the rows of its parts, and the groups of the dimension that they share', async () => {
    await made(FAILED)
    const rows = await json(`/api/metrics/rows?metric=custom.cost_per_job&${DAYS}`)
    expect(rows.parts.map(({ part }: { part: string }) => part)).toEqual(['ai.cost', 'jobs.succeeded'])
    const { metrics } = await json(`/api/metrics/timeseries?metrics=custom.failed_share&by=kind&${DAYS}`)
    expect(metrics[0].total).toBe(12.5)
    const groups = metrics[0].groups.map(({ key, total }: { key: string; total: number }) => [key, total])
    expect(groups).toEqual([
      ['build', 25],
      ['deploy', 0],
      ['preview', 0],
    ])
    expect(await problem(await call(`/api/metrics/timeseries?metrics=custom.cost_per_job&by=model&${DAYS}`))).toEqual([
      422,
      expect.stringContaining('no dimension'),
    ])
  })

  it('is unknown where it divides by zero, unless something stands in', async () => {
    await made({
      ...COST,
      key: 'custom.per_signup',
      label: 'Per sign-up',
      formula: 'ai.cost / users.new',
      warn: null,
      crit: null,
    })
    await made({
      ...COST,
      key: 'custom.or_zero',
      label: 'Or zero',
      formula: 'coalesce(ai.cost / users.new, 0)',
      warn: null,
      crit: null,
    })
    await made({
      ...COST,
      key: 'custom.doubled',
      label: 'Doubled',
      formula: '2 * custom.cost_per_job',
      warn: null,
      crit: null,
    })
    expect(await totals('custom.per_signup,custom.or_zero,custom.doubled')).toEqual([
      [null, 'unknown'],
      [0, 'ok'],
      [0.66666667, 'ok'],
    ])
    const html = await (
      await call(`/dashboard/metrics/custom.per_signup?range=custom&${DAYS}`, 'GET', undefined, { cookie: viewer })
    ).text()
    expect(html).not.toMatch(/Infinity|NaN/)
  })

  it('may be made of a reading of the moment', async () => {
    await made({
      ...COST,
      key: 'custom.waiting',
      label: 'Waiting share',
      formula: 'jobs.queued / max(jobs.running, 1)',
      unit: 'ratio',
      warn: null,
      crit: null,
    })
    // Two wait and one runs.
    expect(await totals('custom.waiting')).toEqual([[2, 'ok']])
  })

  it('is stored with the day in a slot of its own, until it is archived', async () => {
    const stored = async () => {
      await closeDays(t.deps, ['2026-11-20'])
      const rows = await t.sql<{ value: number | null }[]>`
        select value from metric_values where scope = '*' and day = '2026-11-20' and key = 'custom.failed_share'`
      return rows.map(({ value }) => value)
    }
    expect(await stored()).toEqual([12.5])
    expect((await call('/api/custom-metrics/custom.failed_share', 'DELETE')).status).toBe(200)
    expect((await stored()).filter((value) => value !== null)).toEqual([])
    expect((await call('/api/custom-metrics/custom.failed_share/restore', 'POST')).status).toBe(200)
    expect(await stored()).toEqual([12.5])
  })
})
