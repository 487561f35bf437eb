import { afterAll, beforeAll, expect, it } from 'vitest'
import { metricKeys } from '../src/metrics/catalogue.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

let t: TestApp
let key: string
const DAYS = 'from=2026-11-18&to=2026-11-20'

beforeAll(async () => {
  t = await testApp({ now: NOW, config: { corsOrigins: ['https://status.example'] } })
  await fillRollups(t.sql)
  key = await t.key(['read'])
})
afterAll(() => t.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  t.request(path, { headers: { authorization: `Bearer ${key}`, ...headers } })

const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  return (await response.json()) as { status: number; title: string; detail: string }
}

it('lists the catalogue', async () => {
  const { metrics } = await (await get('/api/metrics')).json()
  expect(metrics.map(({ metric }: { metric: string }) => metric)).toEqual(metricKeys)
  expect(metrics[0]).toMatchObject({ unit: 'users', kind: 'last', good: 'up', by: ['provider', 'country', 'referrer'] })
})

it('answers series as documented, by Bearer, Basic or session', async () => {
  const path = `/api/metrics/timeseries?metrics=users.dau,revenue.mrr&${DAYS}`
  const body = await (await get(path)).json()
  expect(body).toEqual({
    from: '2026-11-18',
    to: '2026-11-20',
    tenant: null,
    metrics: [
      {
        metric: 'users.dau',
        label: 'Active users',
        unit: 'users',
        points: [
          { date: '2026-11-18', value: 1 },
          { date: '2026-11-19', value: 2 },
          { date: '2026-11-20', value: 2 },
        ],
        total: 3,
      },
      {
        metric: 'revenue.mrr',
        label: 'MRR',
        unit: 'money',
        currency: 'USD',
        points: [
          { date: '2026-11-18', value: 49 },
          { date: '2026-11-19', value: 59 },
          { date: '2026-11-20', value: 59 },
        ],
        total: 59,
      },
    ],
  })
  const basic = await get(path, { authorization: `Basic ${btoa(`${key}:`)}` })
  expect(await basic.json()).toEqual(body)
  const session = await t.request(path, { headers: { cookie: await t.admin('viewer') } })
  expect(await session.json()).toEqual(body)
})

it('breaks series down', async () => {
  const { by, metrics } = await (await get(`/api/metrics/timeseries?metrics=ai.cost&by=model&${DAYS}`)).json()
  expect(by).toBe('model')
  expect(metrics[0].groups.map(({ key, total }: { key: string; total: number }) => [key, total])).toEqual([
    ['m1', 2],
    ['m2', null],
  ])
  expect(metrics[0].groups[0].points[1]).toEqual({ date: '2026-11-19', value: 1.5 })
})

it('sums a period up beside the one before', async () => {
  const { metrics, compare } = await (await get(`/api/metrics/summary?metrics=users.mau,ai.cost&${DAYS}`)).json()
  expect(compare).toBe('previous')
  expect(metrics).toEqual([
    {
      metric: 'users.mau',
      label: 'Monthly active users',
      unit: 'users',
      value: 3,
      previous: 0,
      change: null,
      state: 'ok',
    },
    {
      metric: 'ai.cost',
      label: 'AI cost',
      unit: 'money',
      currency: 'USD',
      value: 2,
      previous: null,
      change: null,
      state: 'ok',
    },
  ])
  const all = await (await get('/api/metrics/summary')).json()
  expect(all).toMatchObject({ from: '2026-10-22', to: '2026-11-20' })
  expect(all.metrics.length).toBeGreaterThan(10)
})

it('answers 304 to who has it already', async () => {
  const path = `/api/metrics/timeseries?metrics=users.dau&${DAYS}`
  const etag = (await get(path)).headers.get('etag') ?? ''
  const again = await get(path, { 'if-none-match': etag })
  expect(again.status).toBe(304)
  expect(await again.text()).toBe('')
  expect((await get(`${path}&tenant=t1`, { 'if-none-match': etag })).status).toBe(200)
})

it.each([
  ['metrics=user.dau', 'metrics', 'users.dau'],
  ['', 'metrics', 'at least one'],
  ['metrics=users.dau&from=2026-02-30', 'from', '2026-02-30'],
  ['metrics=users.dau&to=tomorrow', 'to', 'tomorrow'],
  ['metrics=users.dau&from=2026-11-20&to=2026-11-18', 'from', 'after'],
  ['metrics=users.dau&from=1990-01-01&to=2026-11-18', 'from', 'days'],
  ['metrics=users.dau&by=model', 'by', 'class'],
  ['metrics=revenue.arr&by=plan', 'by', 'no dimensions'],
  ['metrics=users.dau&by=__proto__', 'by', 'class'],
  ['metrics=users.dau&tenant=a%00b', 'tenant', 'tenant'],
])('says of “%s” that %s is wrong', async (query, parameter, hint) => {
  const problem = await problemOf(await get(`/api/metrics/timeseries?${query}`))
  expect(problem.status).toBe(422)
  expect(problem.title).toContain(parameter)
  expect(problem.detail).toMatch(new RegExp(`^${parameter}: `))
  expect(problem.detail).toContain(hint)
})

it('refuses a comparison that does not exist', async () => {
  expect((await problemOf(await get('/api/metrics/summary?compare=decade'))).detail).toContain(
    'previous, matched, year, none',
  )
})

it('wants somebody who may read', async () => {
  const anonymous = await t.request('/api/metrics')
  expect(anonymous.status).toBe(401)
  expect((await problemOf(anonymous)).detail).toContain('key')
  const ingest = await t.key(['ingest'])
  expect((await get('/api/metrics', { authorization: `Bearer ${ingest}` })).status).toBe(403)
  expect((await t.request('/api/metrics/summary', { headers: { cookie: await t.admin('viewer') } })).status).toBe(200)
})

it('shows a key bound to a tenant that tenant alone', async () => {
  const bound = await t.key(['read'], ['t1'])
  const of = (query: string) =>
    get(`/api/metrics/timeseries?metrics=users.dau&${DAYS}${query}`, { authorization: `Bearer ${bound}` })
  expect((await of('&tenant=t2')).status).toBe(403)
  const { tenant, metrics } = await (await of('')).json()
  expect([tenant, metrics[0].total]).toEqual(['t1', 2])
})

it('lets pages of listed origins read, and no others', async () => {
  const from = async (origin: string) =>
    (await get('/api/metrics', { origin })).headers.get('access-control-allow-origin')
  expect(await from('https://status.example')).toBe('https://status.example')
  expect(await from('https://evil.example')).toBe(null)
})

it('refuses parameters which it would not read, so that no filter is dropped in silence', async () => {
  const refused = await get('/api/metrics/summary?metrics=users.dau&plans=pro')
  expect(refused.status).toBe(422)
  const { detail } = await problemOf(refused)
  expect(detail).toContain('plans: There is no such parameter here. There are: metrics, from, to, tenant, plan')
  expect((await get('/api/metrics?domain=users')).status).toBe(422)
  expect((await get('/exports/metrics.csv?metrics=users.dau&status=paid')).status).toBe(422)
})
