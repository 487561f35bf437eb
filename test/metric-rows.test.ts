import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addDays, dayOf } from '../src/lib/time.ts'
import { type MetricKey, metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import { series } from '../src/metrics/query.ts'
import { rollups } from '../src/metrics/rollups.ts'
import type { MetricRow } from '../src/metrics-rows/read.ts'
import { allRowsOf, type RowsHead, type RowsQuery, rowsOf } from '../src/metrics-rows/rows.ts'
import { sourceOfRows } from '../src/metrics-rows/sources/index.ts'
import type { Place } from '../src/metrics-rows/statement.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillAll, NOW, TENANTS } from './metric-rows-fixture.ts'

const stored = metricKeys.filter((key) => metricOf(key).kind !== 'live')
const SEED = 4

it('has a description of the rows beneath every roll-up', () => {
  const names = Object.keys(rollups) as (keyof typeof rollups)[]
  // Whoever adds a roll-up describes its facts in src/metrics-rows/sources.
  expect(names.filter((name) => !sourceOfRows('', name))).toEqual([])
})

// Summer time begins in Berlin on 29 March; days in Kolkata begin at half past the hour.
// Metrics of one roll-up share their rows: every other one of them is asked for in each of the zones.
describe.each([
  ['Europe/Berlin', 0],
  ['Asia/Kolkata', 1],
])('rows in the zone %s', (timeZone, turn) => {
  const own = stored.filter((_, place) => place % 2 === turn)
  let t: TestApp
  const checked = new Set<string>()

  beforeAll(async () => {
    t = await testApp({ now: NOW, config: { timeZone, proPlans: ['pro'], enterprisePlans: ['team'] } })
    await fillAll(t)
  })
  afterAll(() => t.close())

  const today = dayOf(NOW, timeZone)
  const queries = fc.record({
    scope: fc.constantFrom('*', ...TENANTS),
    from: fc.nat(24),
    days: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 30 })),
    limit: fc.integer({ min: 40, max: 400 }),
  })

  it.each(own)('make %s', async (key) => {
    await fc.assert(
      fc.asyncProperty(queries, async ({ scope, from, days, limit }) => {
        const first = addDays(today, -from)
        const query = { scope, from: first, to: addDays(first, days - 1) }
        if (await makesTheNumber(t, key, query, limit)) checked.add(key)
      }),
      { seed: SEED, numRuns: 3, endOnFailure: true, examples: [[{ scope: '*', from: 24, days: 25, limit: 100 }]] },
    )
  })

  it('were there for every metric', () => {
    expect(own.filter((key) => !checked.has(key))).toEqual([])
  })
})

/** Whether there were any rows; fails where they do not make the number. */
async function makesTheNumber(t: TestApp, key: MetricKey, query: RowsQuery, limit: number): Promise<boolean> {
  const { total } = await series(t.deps, key, query)
  const whole = await rowsOf(t.deps, key, query, { limit: 1 })
  expect(whole.value).toBe(total)
  const amounts: Record<string, number> = {}
  let any = false
  for (const { part } of whole.parts) {
    const { head, rows } = await everyRow(t, key, { ...query, part }, limit)
    if (head.unavailable !== undefined) {
      expect(head.unavailable).toMatch(query.scope === '*' ? /not known/ : /not known|belong to no tenant/)
      continue
    }
    any ||= rows.length > 0
    amounts[part] = expectRight(head, rows)
  }
  if (total !== null && Object.keys(amounts).length === whole.parts.length) expectMade(key, total, amounts)
  return any
}

async function everyRow(t: TestApp, key: MetricKey, query: RowsQuery, limit: number) {
  const all: MetricRow[] = []
  let after: Place | undefined
  let head: RowsHead
  do {
    const page = await rowsOf(t.deps, key, query, { after, limit })
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    all.push(...page.rows)
    after = page.next
    head = page
  } while (after)
  const exported: MetricRow[] = []
  for await (const rows of (await allRowsOf(t.deps, key, query)).rows) exported.push(...rows)
  expect(exported).toEqual(all)
  return { head, rows: all }
}

/** What the rows of a part make, which is the part's number. */
function expectRight({ of, amount, meanBy }: RowsHead, rows: MetricRow[]): number {
  const weights = rows.map(({ weight }) => weight)
  const sum = weights.reduce((all, weight) => all + weight, 0)
  const wanted = amount ?? Number.NaN
  if (!of) throw new Error('rows of nothing')
  if (of.makes === 'sum') near(sum, wanted)
  if (of.makes === 'mean') {
    const of = (row: MetricRow) => (meanBy ? Number(row.cells[meanBy]) : 1)
    const shares = rows.reduce((all, row) => all + row.weight * of(row), 0)
    near(shares / rows.reduce((all, row) => all + of(row), 0), wanted)
  }
  if (of.makes === 'newest') near(weights[0] ?? Number.NaN, wanted)
  if (of.makes === 'highest') for (const weight of weights) near(weight, wanted)
  if (of.makes === 'beyond') {
    const worst = of.metric.good === 'up' ? Math.max(...weights) : Math.min(...weights)
    // The number itself is one of them, and none lies before it.
    near(worst, wanted)
  }
  return wanted
}

/** The number out of what its parts add up to. */
function expectMade(key: MetricKey, total: number, amounts: Record<string, number>): void {
  const metric = metricOf(key)
  if (metric.kind === 'live') return
  if (metric.kind === 'ratio') near((metric.scale * (amounts.num ?? 0)) / (amounts.den ?? 0), total)
  else if (metric.kind === 'derived') {
    if (metric.of.every((of) => of in amounts)) near(metric.compute(amounts) ?? Number.NaN, total)
  } else if (metric.lag) {
    const before = metric.parts.map((_, i) => amounts[`${i}.before`] ?? 0)
    const now = metric.parts.map((_, i) => (before[i] ?? 0) + (amounts[i] ?? 0))
    near(metric.lag.formula(now, before) ?? Number.NaN, total)
  } else near(amounts[''] ?? Number.NaN, total)
}

function near(found: number, wanted: number): void {
  expect(Math.abs(found - wanted), `${found} is not ${wanted}`).toBeLessThanOrEqual(1e-7 + 1e-7 * Math.abs(wanted))
}
