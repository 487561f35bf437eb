import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type MetricKey, metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import { sqlContext } from '../src/metrics/context.ts'
import { series } from '../src/metrics/query.ts'
import { beneath } from '../src/metrics-rows/beneath.ts'
import { allRowsOf, type RowsQuery, rowsOf } from '../src/metrics-rows/rows.ts'
import { sourceOfRows } from '../src/metrics-rows/sources/index.ts'
import { columnsOf } from '../src/metrics-rows/statement.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillAll, NOW } from './metric-rows-fixture.ts'

const RANGE = { from: '2026-03-10', to: '2026-04-03' }
const ALL = { ...RANGE, scope: '*' }
const DAYS = `from=${RANGE.from}&to=${RANGE.to}`
const config = { timeZone: 'Europe/Berlin' }
let t: TestApp
let key: string

beforeAll(async () => {
  t = await testApp({ now: NOW, config })
  await fillAll(t)
  key = await t.key(['read'])
})
afterAll(() => t.close())

const get = async (path: string, secret = key) => t.request(path, { headers: { authorization: `Bearer ${secret}` } })
const json = async (path: string, secret = key) => (await get(path, secret)).json()
const csv = async (path: string): Promise<Record<string, string>[]> =>
  parse(await (await get(path)).text(), { columns: true, bom: true })
const every = async (metric: MetricKey, query: RowsQuery) => {
  const weights: number[] = []
  for await (const rows of (await allRowsOf(t.deps, metric, query)).rows) weights.push(...rows.map((row) => row.weight))
  return weights
}
const total = (weights: number[]) => weights.reduce((sum, weight) => sum + weight, 0)

describe('rows for a program', () => {
  it('come a page at a time, and the pages together are the file', async () => {
    const rows: { time: string; weight: number }[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await json(`/api/metrics/rows?metric=ai.cost&${DAYS}&limit=17&cursor=${cursor}`)
      expect(page).toMatchObject({ metric: 'ai.cost', tenant: null, makes: 'sum', part: '', parts: [{ part: '' }] })
      rows.push(...page.rows)
      cursor = page.next
    }
    const { total: cost } = await series(t.deps, 'ai.cost', ALL)
    expect(total(rows.map(({ weight }) => weight))).toBeCloseTo(cost ?? Number.NaN, 6)
    const file = await csv(`/exports/metric-rows.csv?metric=ai.cost&${DAYS}`)
    expect(file.map((row) => row.time)).toEqual(rows.map((row) => row.time))
    expect(file.map((row) => Number(row.weight))).toEqual(rows.map((row) => row.weight))
    expect(Object.keys(file[0] ?? {})).toEqual(
      expect.arrayContaining(['time', 'user_id', 'email', 'model', 'cost', 'weight']),
    )
  })

  it('of a ratio are those of its numerator or its denominator, of a formula those of its parts', async () => {
    const rate = await json(`/api/metrics/rows?metric=api.error_rate&${DAYS}`)
    expect(rate.parts.map(({ part }: { part: string }) => part)).toEqual(['num', 'den'])
    expect(new Set(rate.rows.map((row: { status: string }) => row.status))).toEqual(new Set(['error']))
    const all = await json(`/api/metrics/rows?metric=api.error_rate&part=den&${DAYS}`)
    expect((100 * rate.amount) / all.amount).toBeCloseTo(rate.value, 6)
    const arpu = await json(`/api/metrics/rows?metric=revenue.arpu&part=users.paid&${DAYS}`)
    expect(arpu.amount).toBe(arpu.rows.length)
  })

  it('of a percentile lie at or above it', async () => {
    const { value, rows } = await json(`/api/metrics/rows?metric=api.latency_p95&${DAYS}&limit=1000`)
    const [{ n }] = (await t.sql`
      select count(*)::int as n from api_calls where latency_ms is not null and ts >= '2026-03-09T23:00Z' and ts < '2026-04-03T22:00Z'`) as unknown as [
      { n: number },
    ]
    expect(rows.length).toBeGreaterThanOrEqual(Math.floor(n * 0.05))
    expect(rows.length).toBeLessThan(n * 0.3)
    // From histograms: exact to 4.4 %.
    for (const row of rows) expect(row.latency_ms).toBeGreaterThan(value / 1.05)
  })

  it('of one group are those of the group', async () => {
    for (const [metric, by] of [
      ['ai.calls', 'provider'],
      ['revenue.mrr', 'plan'],
      ['jobs.failed', 'kind'],
      ['users.dau', 'class'],
      ['revenue.transactions', 'currency'],
    ] as const) {
      const { groups = [] } = await series(t.deps, metric, { ...ALL, by })
      expect(groups.length, metric).toBeGreaterThan(1)
      for (const group of groups) {
        const weights = await every(metric, { ...ALL, group: { by, value: group.key } })
        expect(total(weights), `${metric} ${group.key}`).toBeCloseTo(group.total ?? Number.NaN, 6)
      }
    }
  })

  it('name the user that a visitor turned out to be', async () => {
    const { rows } = await json(`/api/metrics/rows?metric=events.total&${DAYS}&limit=1000`)
    const visits = rows.filter((row: { anonymous_id: string | null }) => row.anonymous_id === 'v1')
    expect(new Set(visits.map((row: { user_id: string }) => row.user_id)).has('u1')).toBe(true)
    expect(rows.some((row: { user_id: string }) => row.user_id === 'u13')).toBe(false)
    expect(rows.find((row: { user_id: string }) => row.user_id === 'u1')).toMatchObject({ email: '=a@b.example' })
  })

  it('are not formulas in a spreadsheet', async () => {
    const text = await (await get(`/exports/metric-rows.csv?metric=users.total&${DAYS}`)).text()
    expect(text).toContain("'=a@b.example")
    expect(text).not.toMatch(/,=a@b/)
  })

  it('are refused with a reason where the question cannot be understood', async () => {
    for (const [query, status, detail] of [
      ['metric=ai.costs', 422, 'ai.cost'],
      ['', 422, 'metric'],
      ['metric=ai.cost&part=num', 422, 'no parts'],
      ['metric=api.error_rate&part=nun', 422, 'num, den'],
      ['metric=ai.cost&by=colour&group=red', 422, 'colour'],
      ['metric=ai.cost&cursor=xyz', 422, 'cursor'],
      [`metric=ai.cost&cursor=${Buffer.from('["12.5","u1"]').toString('base64url')}`, 422, 'other rows'],
      [
        `metric=revenue.mrr&cursor=${Buffer.from('["2026-99-99 00:00:00+00","a"]').toString('base64url')}`,
        422,
        'cursor',
      ],
      ['metric=ai.cost&from=2026-04-02&to=2026-04-01', 422, 'after'],
      ['metric=ai.cost&limit=0', 422, 'limit'],
    ] as const) {
      const response = await get(`/api/metrics/rows?${query}`)
      expect(response.status, query).toBe(status)
      expect((await response.json()).detail, query).toContain(detail)
    }
  })

  it('of tenants are told to nobody who is bound to others', async () => {
    const bound = await t.key(['read'], ['acme'])
    const own = await json(`/api/metrics/rows?metric=api.calls&${DAYS}&limit=1000`, bound)
    expect(own.tenant).toBe('acme')
    expect(new Set(own.rows.map((row: { tenant_id: string }) => row.tenant_id))).toEqual(new Set(['acme']))
    expect((await get(`/api/metrics/rows?metric=api.calls&tenant=bolt`, bound)).status).toBe(403)
    expect((await get(`/exports/metric-rows.csv?metric=api.calls&tenant=bolt`, bound)).status).toBe(403)
    const probes = await json(`/api/metrics/rows?metric=system.uptime&${DAYS}`, bound)
    expect(probes).toMatchObject({ rows: [], unavailable: expect.stringContaining('no tenant') })
  })
})

describe('rows that cannot be had', () => {
  it('are said to be a reading of the moment', async () => {
    const live = metricKeys.filter((one) => metricOf(one).kind === 'live')
    for (const metric of live) {
      const page = await rowsOf(t.deps, metric, ALL, { limit: 10 })
      expect(page, metric).toMatchObject({ rows: [], unavailable: expect.stringContaining('reading of the moment') })
    }
    const response = await get(`/exports/metric-rows.csv?metric=jobs.queued&${DAYS}`)
    expect(response.status).toBe(422)
    expect((await response.json()).detail).toContain('reading of the moment')
  })

  it('are said to be gone where the retention dropped a month of them', async () => {
    await t.sql`insert into dropped_months values ('api_calls', '2026-02-01')`
    const query = { scope: '*', from: '2026-02-20', to: '2026-03-20' }
    const gone = await rowsOf(t.deps, 'api.calls', query, { limit: 10 })
    expect(gone.unavailable).toContain('There are rows from 2026-03-02 on')
    expect(gone.rows).toEqual([])
    expect(gone.value).toBeGreaterThan(0)
    expect((await rowsOf(t.deps, 'api.calls', { ...query, from: '2026-03-02' }, { limit: 10 })).rows.length).toBe(10)
    // 1 March began in Berlin while it was February in UTC.
    expect((await rowsOf(t.deps, 'api.calls', { ...query, from: '2026-03-01' }, { limit: 10 })).rows).toEqual([])
    expect((await rowsOf(t.deps, 'users.dau', query, { limit: 10 })).rows.length).toBeGreaterThan(0)
    await t.sql`delete from dropped_months`
  })

  it('are none where nothing was heard of, and the file has its header', async () => {
    const page = await rowsOf(t.deps, 'api.calls', { scope: '*', from: '2025-01-01', to: '2025-01-05' }, { limit: 10 })
    expect(page).toMatchObject({ value: null, rows: [], unavailable: expect.stringContaining('not known') })
    const response = await get('/exports/metric-rows.csv?metric=api.calls&from=2025-01-01&to=2025-01-05')
    expect(await response.text()).toMatch(/^time,user_id,email,.*,weight\r\n$/)
  })

  it('wait with the fold: facts that are not in the number are not among its rows', async () => {
    const before = await every('api.calls', ALL)
    const fact = { kind: 'api_calls' as const, index: 0, row: { ts: NOW.toISOString(), service: 'late', status: 'ok' } }
    await t.deps.writer.write([fact], { source: 'test', receivedAt: NOW })
    expect(total(await every('api.calls', ALL))).toBe(total(before))
    await t.fold()
    expect(total(await every('api.calls', ALL))).toBe(total(before) + 1)
  })
})

it('the statement that is shown runs as it is, and adds up to the number', async () => {
  for (const metric of [
    'users.dau',
    'revenue.mrr',
    'ai.cost',
    'jobs.failed',
    'users.paid',
    'product.projects_open',
  ] as const) {
    const { sql, value } = await rowsOf(t.deps, metric, ALL, { limit: 1 })
    const rows = await t.sql.unsafe(sql)
    expect(total(rows.map((row) => row.q_weight as number)), metric).toBeCloseTo(value ?? Number.NaN, 6)
  }
})

describe('the page of the rows', () => {
  let cookie: string
  beforeEach(async () => {
    cookie ??= await t.admin('viewer')
  })
  const page = async (path: string) => (await t.request(path, { headers: { cookie, accept: 'text/html' } })).text()
  const range = `range=custom&${DAYS}`

  it('says what they add up to, as the metric’s page has it', async () => {
    const html = await page(`/dashboard/metrics/users.dau/rows?${range}`)
    const { total: dau } = await series(t.deps, 'users.dau', ALL)
    expect(html).toContain(`These rows add up to ${dau}.`)
    expect(html).toContain('one row is one user')
    expect(html).toContain('/exports/metric-rows.csv?metric=users.dau')
    expect(await page(`/dashboard/metrics/users.dau?${range}`)).toContain('/dashboard/metrics/users.dau/rows')
  })

  it('goes on to the next rows, and to the other part of a ratio', async () => {
    const html = await page(`/dashboard/metrics/api.error_rate/rows?${range}&part=den`)
    const next = /href="([^"]*after=[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    expect(html).toContain('part=num')
    expect(html).toContain('the denominator: API error rate is')
    const second = await page(next ?? '')
    const times = (text: string) => [...text.matchAll(/<tr><td[^>]*>([^<]*)</g)].map(([, cell]) => cell)
    expect(times(second).length).toBe(50)
    expect(times(second)).not.toEqual(times(html))
    // In another range the place means nothing.
    expect(times(await page((next ?? '').replace(RANGE.from, '2026-03-09')))).toEqual(times(html))
  })

  it('says why there are none, and knows no metric that is not there', async () => {
    expect(await page(`/dashboard/metrics/jobs.queued/rows`)).toContain('reading of the moment')
    const response = await t.request('/dashboard/metrics/nothing.here/rows', {
      headers: { cookie, accept: 'text/html' },
    })
    expect(response.status).toBe(404)
  })
})

const UNTOLD = ['username', 'country', 'anonymous_id', 'session_id', 'error', 'labels', 'failure_reason', 'browser']

it('in privacy mode strict tells ids, addresses, plans and counts, and finds nobody by what it does not tell', async () => {
  const q = sqlContext(t.deps, t.sql)
  for (const metric of metricKeys)
    for (const of of beneath(q, metric)) {
      const source = sourceOfRows(of.key, of.metric.from)!
      const told = Object.keys(columnsOf({ of, source, strict: true }))
      expect(told.length, metric).toBeGreaterThan(0)
      for (const name of UNTOLD) expect(told, metric).not.toContain(name)
    }
  const strict = { ...t.deps, config: { ...t.deps.config, privacy: 'strict' as const } }
  expect(Object.keys((await rowsOf(strict, 'users.total', ALL, { limit: 1 })).columns)).toContain('email')
  for (const [metric, by] of [
    ['users.new', 'country'],
    ['users.dau', 'country'],
    ['users.dau', 'provider'],
    ['performance.country_calls', 'country'],
  ] as const)
    await expect(rowsOf(strict, metric, { ...ALL, group: { by, value: 'DE' } }, { limit: 1 }), metric).rejects.toThrow(
      'strict',
    )
  const paid = { ...ALL, group: { by: 'class', value: 'paid' } }
  expect((await rowsOf(strict, 'users.dau', paid, { limit: 1 })).columns).toHaveProperty('user_id')
})
