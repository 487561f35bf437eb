import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, eachDay } from '../src/lib/time.ts'
import { type MetricKey, metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import { manySeries, series } from '../src/metrics/query.ts'
import { closeDays, missingDays, settleDirtyDays } from '../src/metrics/snapshot.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillProduct } from './pages-fixture.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const RANGE = { scope: '*', from: '2026-11-08', to: '2026-11-20' }
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillProduct(t)
})
afterAll(() => t.close())

const broken = (key: MetricKey, by: string) => series(t.deps, key, { ...RANGE, by }).then(({ groups }) => groups)
/** Every metric by each of its dimensions. */
async function allBroken(): Promise<Record<string, unknown[]>> {
  const found: [string, unknown[]][] = []
  for (const by of new Set(metricKeys.flatMap((key) => metricOf(key).by))) {
    const keys = metricKeys.filter((key) => metricOf(key).by.includes(by))
    const all = await manySeries(t.deps, keys, { ...RANGE, by })
    found.push(...all.map(({ key, groups }) => [`${key} by ${by}`, groups ?? []] as [string, unknown[]]))
  }
  return Object.fromEntries(found)
}
const values = async (key: MetricKey, by: string) =>
  Object.fromEntries((await broken(key, by))!.map((group) => [group.key, group.total]))
const stored = (key: string, dim: string, day: string) => t.sql`
  select place, value, v, den from metric_dim_values
  where key = ${key} and dim = ${dim} and day = ${day} order by place`

describe('days by dimension', () => {
  it('say from the snapshots what the roll-ups say, of every metric and each of its dimensions', async () => {
    const before = await allBroken()
    expect(Object.keys(before).length).toBeGreaterThan(100)
    await closeDays(t.deps, await missingDays(t.deps))
    expect(await allBroken()).toEqual(before)
    expect(Object.values(before).flat().length).toBeGreaterThan(100)
  })

  it('are read from there, and from the roll-ups where a tenant or a percentile is asked', async () => {
    await t.sql`
      update metric_dim_days set v = 1000
      where day = '2026-11-15' and value = 'gpt-5' and slot = (select slot from metric_dims where key = 'api.calls' and dim = 'model')`
    // Ten days of three and five calls, and one day of the five says 1,000.
    expect(await values('api.calls', 'model')).toEqual({ 'gpt-5': 1045, 'gpt-5-mini': 30 })
    const tenant = await series(t.deps, 'api.calls', { ...RANGE, scope: 'acme', by: 'model' })
    expect(tenant.groups?.reduce((sum, { total }) => sum + (total ?? 0), 0)).toBe(40)
    expect(await stored('api.latency_p95', 'model', '2026-11-15')).toHaveLength(0)
  })

  it('are computed anew when facts come late for them', async () => {
    await t.deps.writer.write(
      [
        {
          kind: 'api_calls',
          row: { ts: '2026-11-15T10:00:00Z', model: 'late', status: 'ok', service: 'chat', provider: 'openai' },
          index: 0,
        },
      ],
      { source: 'test', receivedAt: NOW },
    )
    await t.fold()
    const all = { 'gpt-5': 50, 'gpt-5-mini': 30, late: 1 }
    expect(await values('api.calls', 'model')).toEqual(all)
    await settleDirtyDays(t.deps)
    expect(await values('api.calls', 'model')).toEqual(all)
    expect((await stored('api.calls', 'model', '2026-11-15')).map(({ value, v }) => [value, v])).toEqual([
      ['gpt-5', 5],
      ['gpt-5-mini', 3],
      ['late', 1],
    ])
  })

  it('hold no more than the largest hundred values; the rest is marked and the sums still add up', async () => {
    // Names 1 to 130 of as many events, of which the first 30 are beyond the hundred.
    await t.sql`
      insert into event_days (scope, day, name, n)
      select '*', '2026-11-16', 'name ' || n, n from generate_series(1, 130) n`
    const [total] = await t.sql`select sum(n)::int as n from event_days where scope = '*' and day = '2026-11-16'`
    await t.sql`insert into dirty_metric_days values ('*', '2026-11-16')`
    const before = await values('events.total', 'name')
    await closeDays(t.deps, ['2026-11-15', '2026-11-16', '2026-11-17'])
    const rows = await stored('events.total', 'name', '2026-11-16')
    expect(rows).toHaveLength(101)
    expect(rows.reduce((sum, { v }) => sum + v, 0)).toBe(total!.n)
    expect(rows[0]).toMatchObject({ place: 0, value: '' })
    expect(rows[1]).toMatchObject({ place: 1, value: 'name 130', v: 130 })
    // Of 131 values 31 are left out: the smallest, among them what is there on each day.
    expect(rows[0]!.v).toBe((30 * 31) / 2 + 8)
    expect(before['name 130']).toBe(130)
    expect(await values('events.total', 'name')).toEqual(before)
  })

  it('do not say zero of a value that is beyond the hundred of one day only', async () => {
    const groups = await broken('events.total', 'name')
    const everyDay = groups!.find(({ key }) => key === 'Site Saved')
    const days = everyDay!.points.filter(({ day }) => day >= '2026-11-15' && day <= '2026-11-17')
    expect(days.map(({ value }) => value)).toEqual([8, 8, 8])
  })

  it('are gone when they are not stored, and read from the roll-ups again', async () => {
    const before = await values('api.errors', 'model')
    await t.sql`delete from metric_days where day = '2026-11-19'`
    await t.sql`update metric_dim_days set v = 99 where day = '2026-11-19'`
    expect(await values('api.errors', 'model')).toEqual(before)
    await closeDays(t.deps, eachDay('2026-11-19', addDays('2026-11-20', -1)))
    expect(await values('api.errors', 'model')).toEqual(before)
  })
})

describe('the table of dimensions', () => {
  it('is a CSV and JSON pages, a row for each metric, dimension and value of a day', async () => {
    const headers = { authorization: `Bearer ${await t.key(['read'])}` }
    const query = 'from=2026-11-15&to=2026-11-16&metric=api.calls&dimension=model'
    const csv = await (await t.request(`/exports/metric-dimensions.csv?${query}`, { headers })).text()
    expect(parse(csv, { columns: true })).toEqual([
      row('2026-11-15', 'gpt-5', '5'),
      row('2026-11-15', 'gpt-5-mini', '3'),
      row('2026-11-15', 'late', '1'),
      row('2026-11-16', 'gpt-5', '5'),
      row('2026-11-16', 'gpt-5-mini', '3'),
    ])
    const pages: unknown[] = []
    let after = ''
    do {
      const url = `/api/tables/metric-dimensions?${query}&limit=2&after=${after}`
      const page = (await (await t.request(after ? url : url.replace('&after=', ''), { headers })).json()) as {
        rows: { value: string }[]
        next: string | null
      }
      pages.push(...page.rows.map(({ value }) => value))
      after = page.next ?? ''
    } while (after)
    expect(pages).toEqual(['gpt-5', 'gpt-5-mini', 'late', 'gpt-5', 'gpt-5-mini'])
  })

  it('belongs to no tenant, so that who is bound to one does not get it', async () => {
    const headers = { authorization: `Bearer ${await t.key(['read'], ['acme'])}` }
    expect((await t.request('/exports/metric-dimensions.csv', { headers })).status).toBe(403)
  })

  const row = (date: string, value: string, amount: string) => ({
    date,
    metric: 'api.calls',
    dimension: 'model',
    value,
    is_rest: 'false',
    amount,
    divisor: '',
  })
})
