import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { csvText } from '../src/exports/csv.ts'
import { closeDays, missingDays } from '../src/metrics/snapshot.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

let t: TestApp
let key: string
const DAYS = 'from=2026-11-18&to=2026-11-20'

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillRollups(t.sql)
  key = await t.key(['read'])
})
afterAll(() => t.close())

const get = (path: string) => t.request(path, { headers: { authorization: `Basic ${btoa(`${key}:`)}` } })
const rowsOf = async (path: string): Promise<string[][]> => parse(await (await get(path)).text())

it('writes texts so that no spreadsheet takes them for formulas, and numbers as they are', () => {
  const texts = [
    '=1+1',
    '+1',
    '-1',
    '@sum(a1)',
    '\t=1',
    '\r=1',
    '＝1',
    ' =1',
    '\n=1',
    '\u00a0=1',
    '\ufeff=1',
    ' \n -cmd|x',
  ]
  for (const text of texts) {
    const [[cell]] = parse(csvText([[text, '']])) as [[string]]
    expect(cell, JSON.stringify(text)).toMatch(/^'/)
    expect(cell).toContain(text.trim().slice(-1))
  }
  expect(csvText([[-12.5, -3, 0, 1e21, null, true, 'a - b', new Date(0)]])).toBe(
    '-12.5,-3,0,1e+21,,true,a - b,1970-01-01T00:00:00.000Z\r\n',
  )
})

it('quotes what RFC 4180 wants quoted', () => {
  expect(csvText([['a,b', 'say "x"', 'two\nlines', 'Zoë ✓']])).toBe('"a,b","say ""x""","two\nlines",Zoë ✓\r\n')
})

it('writes metrics a row a day, a column each', async () => {
  const response = await get(`/exports/metrics.csv?metrics=users.dau,revenue.mrr,ai.cost&${DAYS}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/csv; charset=utf-8')
  expect(response.headers.get('content-disposition')).toBe(
    'attachment; filename="quarterdeck-users.dau-revenue.mrr-ai.cost-2026-11-18-2026-11-20.csv"',
  )
  expect(await response.text()).toBe(
    'date,users.dau,revenue.mrr,ai.cost\r\n2026-11-18,1,49,\r\n2026-11-19,2,59,1.5\r\n2026-11-20,2,59,0.5\r\n',
  )
})

it('writes a row a day and value with a dimension', async () => {
  expect(await rowsOf(`/exports/metrics.csv?metrics=ai.calls,ai.cost&by=model&${DAYS}`)).toEqual([
    ['date', 'model', 'ai.calls', 'ai.cost'],
    ['2026-11-18', 'm1', '', ''],
    ['2026-11-18', 'm2', '', ''],
    ['2026-11-19', 'm1', '10', '1.5'],
    ['2026-11-19', 'm2', '0', '0'],
    ['2026-11-20', 'm1', '5', '0.5'],
    ['2026-11-20', 'm2', '2', ''],
  ])
})

it('carries event names that look like formulas, and negative money', async () => {
  await t.sql`insert into event_days values ('t9', '2026-11-20', '=HYPERLINK("http://evil.example")', 4), ('t9', '2026-11-20', ' =1', 1)`
  await t.sql`insert into mrr_days values ('t9', '2026-11-20', 'pro', 'churn', 'USD', 1, -1250, -1)`
  const rows = await rowsOf('/exports/metrics.csv?metrics=events.total&by=name&tenant=t9&from=2026-11-20&to=2026-11-20')
  expect(rows.slice(1).map(([, name]) => name)).toEqual(["' =1", `'=HYPERLINK("http://evil.example")`])
  const [, money] = await rowsOf(
    '/exports/metrics.csv?metrics=revenue.mrr_churn&tenant=t9&from=2026-11-20&to=2026-11-20',
  )
  expect(money).toEqual(['2026-11-20', '-12.5'])
})

it('streams long ranges in pieces that join without a seam', async () => {
  const rows = await rowsOf('/exports/metrics.csv?metrics=users.total&from=2025-11-21&to=2026-11-20')
  expect(rows).toHaveLength(366)
  expect(new Set(rows.map(([day]) => day)).size).toBe(366)
  expect(rows.at(-1)).toEqual(['2026-11-20', '4'])
  expect(rows[1]).toEqual(['2025-11-21', ''])
})

it('writes the table of daily usage of the scope asked for', async () => {
  await closeDays(t.deps, await missingDays(t.deps))
  const rows = await rowsOf('/exports/usage_analytics_daily.csv?from=2026-11-19&to=2026-11-19')
  expect(rows).toEqual([
    ['date', 'tenant', 'dau', 'mau', 'ai_requests', 'preview_requests', 'avg_latency_ms', 'max_queue_depth'],
    ['2026-11-19', '*', '2', '2', '8', '', '1000', '7'],
  ])
  const [, tenant] = await rowsOf('/exports/usage_analytics_daily.csv?from=2026-11-19&to=2026-11-19&tenant=t1')
  expect(tenant?.slice(0, 4)).toEqual(['2026-11-19', 't1', '2', '2'])
})

it('writes the activity feed', async () => {
  const response = await get('/exports/activity.csv?from=2026-11-20&to=2026-11-20')
  expect(response.headers.get('content-disposition')).toContain('quarterdeck-activity-2026-11-20-2026-11-20.csv')
  const rows: Record<string, string>[] = parse(await response.text(), { columns: true })
  const clicks = rows.filter(({ kind, subject }) => kind === 'event' && subject === 'click')
  expect(clicks.map(({ time, user_id, tenant_id }) => [time, user_id, tenant_id])).toContainEqual([
    '2026-11-20T11:59:00.000Z',
    'u1',
    't1',
  ])
  const times = rows.map(({ time }) => time)
  expect(times).toEqual([...times].sort().reverse())
})

it.each([
  ['/exports/metrics.csv', 'metrics'],
  ['/exports/metrics.csv?metrics=nope.nope', 'metrics'],
  ['/exports/metrics.csv?metrics=users.dau&by=nope', 'by'],
  ['/exports/usage_analytics_daily.csv?from=yesterday', 'from'],
  ['/exports/activity.csv?kinds=nope', 'kinds'],
])('answers a problem and no file to %s', async (path, parameter) => {
  const response = await get(path)
  expect(response.status).toBe(422)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  expect((await response.json()).title).toContain(parameter)
})

it('is for those who may read', async () => {
  for (const path of [
    '/exports/metrics.csv?metrics=users.dau',
    '/exports/usage_analytics_daily.csv',
    '/exports/activity.csv',
  ]) {
    expect((await t.request(path)).status).toBe(401)
    const ingest = await t.key(['ingest'])
    expect((await t.request(path, { headers: { authorization: `Bearer ${ingest}` } })).status).toBe(403)
    const bound = await t.key(['read'], ['t1'])
    const other = `${path}${path.includes('?') ? '&' : '?'}tenant=t2`
    expect((await t.request(other, { headers: { authorization: `Bearer ${bound}` } })).status).toBe(403)
  }
})
