import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import type { Db } from '../src/db/connect.ts'
import { createLog } from '../src/lib/log.ts'
import { StateBook } from '../src/lib/state-book.ts'
import { type MetricKey, metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import type { RollupMetric } from '../src/metrics/metric.ts'
import { live, manySeries, summary } from '../src/metrics/query.ts'
import { closeDays } from '../src/metrics/snapshot.ts'
import { testDb } from './helpers/db.ts'
import { EXPECTED, fillRollups, NOW, RANGE } from './metrics-fixture.ts'
import { fillMore, MORE_EXPECTED } from './metrics-fixture-more.ts'
import { QUALITY_ALONE } from './metrics-fixture-quality.ts'

/** What every metric owes, looped over the catalogue: a metric that is added has to keep it or stand in one of the lists. */

const HAND: Record<MetricKey, number | null> = { ...EXPECTED, ...MORE_EXPECTED }

/** Where nothing is the telling value: half of the page loads did not move at all. */
const NOTHING: MetricKey[] = ['vitals.cls_p50']

const depsOf = (db: Db, now = NOW): Deps =>
  ({ db, config: loadConfig({}), now: () => now, book: new StateBook(createLog('silent')) }) as Deps
const rollupOf = (key: MetricKey): RollupMetric | undefined => {
  const metric = metricOf(key)
  return metric.kind === 'live' || metric.kind === 'derived' ? undefined : metric
}
/** What adds up over tenants, and over the values of a dimension. */
const isAdditive = (key: MetricKey): boolean => {
  const metric = rollupOf(key)
  return metric !== undefined && !metric.lag && (metric.kind === 'sum' || metric.running)
}

let empty: Db
let db: Db
let deps: Deps
beforeAll(async () => {
  empty = await testDb()
  db = await testDb()
  deps = depsOf(db)
  await fillRollups(db.sql)
  await fillMore(db.sql)
})
afterAll(async () => {
  await empty.close()
  await db.close()
})

describe('by hand', () => {
  it('every metric has its value', async () => {
    const all = await summary(deps, metricKeys, { ...RANGE, compare: 'none' })
    const found = Object.fromEntries(metricKeys.map((key) => [key, rounded(all[key].value)]))
    expect(found).toEqual(Object.fromEntries(metricKeys.map((key) => [key, rounded(HAND[key])])))
  })

  it('that value is not nothing: what is not there cannot be counted wrongly', () => {
    expect(metricKeys.filter((key) => !HAND[key])).toEqual(NOTHING)
  })
})

describe('where there is nothing', () => {
  it('no metric fails, and none is made up', async () => {
    const own = depsOf(empty)
    for (const key of metricKeys) expect([null, 0], key).toContain(await live(own, key, '*'))
    const all = await summary(own, metricKeys, { ...RANGE, to: '2026-11-19', compare: 'none' })
    for (const key of metricKeys) expect(all[key].value, key).toBe(null)
  })

  it('a tenant of whom nothing is known has nothing of what counts, and all else is unknown', async () => {
    const keys = metricKeys.filter((key) => rollupOf(key))
    const all = await summary(deps, keys, { ...RANGE, scope: 'nobody', compare: 'none' })
    for (const key of keys) {
      const metric = rollupOf(key)!
      // Probes are everybody's.
      if (metric.from === 'probes') expect(all[key].value, key).toBe(HAND[key])
      else if (metric.lag) expect([0, null], key).toContain(all[key].value)
      else expect(all[key].value, key).toBe(metric.zero ? 0 : null)
    }
  })
})

/** What belongs to no tenant, or to each of them, over 1 October to 20 November. */
const BESIDE_TENANTS: Partial<Record<MetricKey, number>> = {
  // u4.
  'users.total': 1,
  'users.new': 1,
  'users.trial_expired': 1,
  'system.probes': -100,
  'growth.signups_due': 1,
  ...QUALITY_ALONE,
}

describe('tenants', () => {
  it('add up to all, with those who belong to none', async () => {
    const keys = metricKeys.filter(isAdditive)
    const of = (scope: string) => summary(deps, keys, { ...RANGE, from: '2026-10-01', scope, compare: 'none' })
    const [all, t1, t2] = await Promise.all([of('*'), of('t1'), of('t2')])
    const beside = keys.flatMap((key) => {
      const rest = (all[key].value ?? 0) - (t1[key].value ?? 0) - (t2[key].value ?? 0)
      return Math.abs(rest) < 1e-6 ? [] : [[key, rounded(rest)]]
    })
    expect(Object.fromEntries(beside)).toEqual(BESIDE_TENANTS)
  })

  it('have no more of what counts each once than all, and all no more than they together', async () => {
    const keys = metricKeys.filter((key) => rollupOf(key)?.kind === 'distinct')
    expect(keys.length).toBeGreaterThan(10)
    const of = (scope: string) => summary(deps, keys, { ...RANGE, scope, compare: 'none' })
    const [all, t1, t2] = await Promise.all([of('*'), of('t1'), of('t2')])
    for (const key of keys) {
      const [a, b] = [t1[key].value ?? 0, t2[key].value ?? 0]
      expect(all[key].value, key).toBeGreaterThanOrEqual(Math.max(a, b))
      expect(all[key].value, key).toBeLessThanOrEqual(a + b)
    }
  })

  it('add up in numerator and denominator of what is a ratio', async () => {
    await closeDays(depsOf(db, new Date('2026-11-21T12:00:00Z')), ['2026-11-20'])
    const rows = await db.sql<{ key: MetricKey; part: string; rest: number }[]>`
      select key, part, sum(case when scope = '*' then value else -value end) as rest from metric_values
      where part in ('num', 'den') and day = '2026-11-20' and value is not null
      group by 1, 2 having abs(sum(case when scope = '*' then value else -value end)) > 0.000001 order by 1, 2`
    await db.sql`delete from metric_days`
    expect(rows.map(({ key, part, rest }) => [key, part, rounded(rest)])).toEqual(BESIDE_PARTS)
  })
})

/** Of the 20th: facts are counted for no tenant, probes and days for each. */
const BESIDE_PARTS: [MetricKey, string, number][] = [
  ['facts.rejected_rate', 'den', 10],
  ['system.response_time', 'den', -100],
  ['system.response_time', 'num', -20_000],
  ['system.uptime', 'den', -100],
  ['system.uptime', 'num', -99],
  ['users.dau_mean', 'den', -1],
]

describe('a dimension', () => {
  it('has parts that add up to the whole', async () => {
    const byDimension = new Map<string, MetricKey[]>()
    for (const key of metricKeys.filter(isAdditive))
      for (const by of rollupOf(key)?.by ?? []) byDimension.set(by, [...(byDimension.get(by) ?? []), key])
    expect([...byDimension.values()].flat().length).toBeGreaterThan(200)
    for (const [by, keys] of byDimension) {
      for (const { key, total, groups = [] } of await manySeries(deps, keys, { ...RANGE, by })) {
        const sum = groups.reduce((all, group) => all + (group.total ?? 0), 0)
        expect([key, by, rounded(sum)]).toEqual([key, by, rounded(total ?? 0)])
      }
    }
  })
})

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(6))
}
