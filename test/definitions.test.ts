import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import backfill from '../src/jobs/backfill.ts'
import { agedDaysOf, agedMetrics } from '../src/metrics/aged.ts'
import { sqlContext } from '../src/metrics/context.ts'
import { fingerprintsNow } from '../src/metrics/definitions.ts'
import { series, summary } from '../src/metrics/query.ts'
import { closeDays, missingDays } from '../src/metrics/snapshot.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { runJob } from './jobs-kit.ts'
import { fillProduct } from './pages-fixture.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const RANGE = { scope: '*', from: '2026-11-13', to: '2026-11-20' }
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillProduct(t)
})
afterAll(() => t.close())
beforeEach(async () => {
  await t.sql`truncate metric_days, metric_dim_days, metric_dim_stored, dirty_metric_days, job_runs, job_steps`
  await closeDays(t.deps, await missingDays(t.deps))
})

/** The same product with other settings, as after a restart. */
const under = (config: Partial<Config>): Deps => ({ ...t.deps, config: { ...t.deps.config, ...config } })
const aged = async (deps: Deps) => new Set((await agedMetrics(deps))?.keys)
const runUnder = (deps: Deps, range: object) => runJob({ ...t, deps }, backfill, { from: '', to: '', ...range })

describe('a fingerprint', () => {
  const of = (config: Partial<Config>) => fingerprintsNow(sqlContext(under(config), t.sql))
  const changed = (config: Partial<Config>) => {
    const before = of({})
    return [...of(config)].filter(([key, print]) => before.get(key) !== print).map(([key]) => key)
  }

  it('is the same for the same settings, on whatever day', () => {
    expect([...of({})]).toEqual([...of({})])
    const other = { ...t.deps, now: () => new Date('2031-02-03T04:05:06Z') }
    expect([...fingerprintsNow(sqlContext(other, t.sql))]).toEqual([...of({})])
  })

  it('changes with each setting that a number is made with, and only where it is', () => {
    expect(changed({ mrrPolicy: 'chartmogul' })).toContain('revenue.mrr_new')
    expect(changed({ mrrPolicy: 'chartmogul' })).not.toContain('ai.cost')
    expect(changed({ currency: 'EUR' })).toEqual(expect.arrayContaining(['revenue.mrr_new', 'revenue.payments_volume']))
    expect(changed({ proPlans: ['team'] }).length).toBeGreaterThan(0)
    expect(changed({ enterprisePlans: ['xl'] }).length).toBeGreaterThan(0)
    expect(changed({ proPlans: ['team'] })).not.toContain('users.dau')
    expect(changed({ timeZone: 'Asia/Tokyo' })).toContain('jobs.total')
    expect(changed({ privacy: 'strict' })).toEqual([])
  })
})

describe('stored days', () => {
  it('are of the definition of now until it changes', async () => {
    expect(await agedMetrics(t.deps)).toBeUndefined()
    const [{ aged: none }] = [await series(t.deps, 'revenue.mrr_new', RANGE)]
    expect(none).toBeUndefined()
  })

  it('are marked where a setting changed, and stay as they are until they are backfilled', async () => {
    const deps = under({ mrrPolicy: 'chartmogul' })
    const keys = await aged(deps)
    expect(keys).toContain('revenue.mrr_new')
    expect(keys).not.toContain('ai.cost')
    const [{ first }] = (await t.sql`select min(day)::text as first from metric_days`) as unknown as [{ first: string }]
    const history = await agedDaysOf(deps, 'revenue.mrr_new', '*')
    expect(history).toMatchObject({ from: first, to: '2026-11-19', before: '2026-11-20', rebuild: false })
    // A formula is as old as what it is made of; a stock is read from its roll-up and never old.
    expect(await agedDaysOf(deps, 'revenue.mrr', '*')).toBeUndefined()
    const shown = await summary(deps, ['revenue.mrr_new'], { ...RANGE, compare: 'none' })
    expect(shown['revenue.mrr_new'].aged).toHaveLength(7)

    await runUnder(deps, { from: '2026-11-17', to: '2026-11-19' })
    expect(await agedDaysOf(deps, 'revenue.mrr_new', '*')).toMatchObject({ to: '2026-11-16', before: '2026-11-17' })
    expect((await series(deps, 'revenue.mrr_new', RANGE)).aged).toHaveLength(4)
    await runUnder(deps, { from: '2026-11-10', to: '2026-11-14' })
    const rest = await agedDaysOf(deps, 'revenue.mrr_new', '*')
    expect(rest).toMatchObject({ to: '2026-11-16', before: undefined })
    await runUnder(deps, { from: first, to: '2026-11-19' })
    expect(await agedMetrics(deps)).toBeUndefined()
    // For who has not changed the setting, they are the other way round.
    expect(await agedMetrics(t.deps)).toBeDefined()
  })

  it('lose the mark day by day as late facts come, and by a backfill of one metric for that metric alone', async () => {
    const deps = under({ mrrPolicy: 'chartmogul' })
    await runUnder(deps, { from: '2026-01-01', to: '2026-11-19', metric: 'revenue.mrr_new' })
    const keys = await aged(deps)
    expect(keys).not.toContain('revenue.mrr_new')
    expect(keys).toContain('revenue.mrr_churn')
    await closeDays(deps, ['2026-11-16'])
    expect(await agedDaysOf(deps, 'revenue.mrr_churn', '*')).toMatchObject({ before: undefined })
  })

  it('need their roll-ups anew where those were folded with another setting', async () => {
    const deps = under({ activeDefinition: 'login' })
    const history = await agedDaysOf(deps, 'users.dau', '*')
    expect(history).toMatchObject({ rebuild: true, to: '2026-11-19' })
    expect(await agedDaysOf(deps, 'api.calls', '*')).toBeUndefined()
    await runUnder(deps, { from: '2026-01-01', to: '2026-11-19' })
    expect(await agedDaysOf(deps, 'users.dau', '*')).toMatchObject({ rebuild: true })
    await runUnder(deps, { from: '2026-01-01', to: '2026-11-19', rebuild: true })
    expect(await agedDaysOf(deps, 'users.dau', '*')).toBeUndefined()
    // Nobody ever signed in, so nobody ever was active.
    expect((await series(deps, 'users.dau', RANGE)).points[0]?.value).toBeNull()
    // As it was, for the other tests.
    await runUnder(t.deps, { from: '2026-01-01', to: '2026-11-19', rebuild: true })
    expect((await series(t.deps, 'users.dau', RANGE)).points[0]?.value).toBe(8)
  })

  it('from before definitions were kept count as of the first that are known', async () => {
    await t.sql`update metric_days set definitions = null, folded = null`
    expect(await agedMetrics(t.deps)).toBeUndefined()
    expect(await aged(under({ mrrPolicy: 'chartmogul' }))).toContain('revenue.mrr_new')
  })
})

describe('a metric that is younger than a day', () => {
  /** As if the metric had come after the days were stored: not in their definitions, though it has a slot. */
  async function forget(key: string): Promise<void> {
    await t.sql`
      with old as (
        insert into metric_definitions (hash, fingerprints, folded, first_used)
        select 'without ' || ${key}::text || clock_timestamp(), fingerprints - ${key}, folded, now()
        from metric_definitions where id = (select max(definitions) from metric_days)
        returning id
      )
      update metric_days set definitions = old.id,
        v[(select slot from metric_slots where key = ${key} and part = 'value')] = null
      from old`
  }

  it('is read from the roll-ups, and nothing is said of an older definition', async () => {
    const before = await series(t.deps, 'api.calls', RANGE)
    expect(before.total).toBeGreaterThan(0)
    await forget('api.calls')
    const after = await series(t.deps, 'api.calls', RANGE)
    expect(after.points).toEqual(before.points)
    expect(after.aged).toBeUndefined()
  })

  it('stays so when another one is recomputed, and is stored when it is itself', async () => {
    const before = await series(t.deps, 'api.calls', RANGE)
    await forget('api.calls')
    await runUnder(t.deps, { from: '2026-01-01', to: '2026-11-19', metric: 'ai.cost' })
    expect((await series(t.deps, 'api.calls', RANGE)).points).toEqual(before.points)
    await t.sql`update api_call_days set calls = 0`
    await t.sql`update data_version set n = n + 1`
    expect((await series(t.deps, 'api.calls', RANGE)).total).toBe(0)
    await runUnder(t.deps, { from: '2026-11-15', to: '2026-11-15', metric: 'api.calls' })
    const [stored] =
      await t.sql`select value from metric_values where scope = '*' and day = '2026-11-15' and key = 'api.calls'`
    expect(stored?.value).toBe(0)
  })
})
