import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import type { Db } from '../src/db/connect.ts'
import { createLog } from '../src/lib/log.ts'
import { StateBook } from '../src/lib/state-book.ts'
import { addDays } from '../src/lib/time.ts'
import { asksFor } from '../src/metrics/asks.ts'
import { isMetricKey, type MetricKey, metricKeys, metricOf, similarAmong } from '../src/metrics/catalogue.ts'
import { formatValue } from '../src/metrics/format.ts'
import { changeOf, live, series, summary } from '../src/metrics/query.ts'
import { rollups } from '../src/metrics/rollups.ts'
import { closeDays, missingDays, refreshToday, settleDirtyDays } from '../src/metrics/snapshot.ts'
import { factsOf, sourceOf } from '../src/metrics/source.ts'
import { testDb } from './helpers/db.ts'
import { EXPECTED, fillRollups, NOW, RANGE } from './metrics-fixture.ts'
import { QUALITY_ALONE } from './metrics-fixture-quality.ts'

const depsOf = (db: Db, now: Date, env: Record<string, string> = {}): Deps =>
  ({ db, config: loadConfig(env), now: () => now, book: new StateBook(createLog('silent')) }) as Deps

const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000)
const stored = metricKeys.filter((key) => metricOf(key).kind !== 'live')

describe('the catalogue', () => {
  it('says of every metric what it is, what to do, and where it comes from', () => {
    expect(metricKeys.length).toBeGreaterThanOrEqual(55)
    for (const key of metricKeys) {
      const metric = metricOf(key)
      expect(key).toMatch(/^[a-z]+\.[a-z0-9_]+$/)
      expect(metric.label.length, key).toBeLessThanOrEqual(32)
      expect(metric.definition, key).toMatch(/\.$/)
      expect(metric.definition.length, key).toBeGreaterThan(15)
      expect(metric.action, key).toMatch(/[.?!]$/)
      expect(formatValue(1234.5, metric.unit, 'tile'), key).toMatch(/\d/)
      expect(sourceOf(key), key).not.toBe('')
      expect(factsOf(key), key).toMatch(/^[a-z-]+$/)
      for (const { metric: of } of asksFor([key])) {
        for (const by of of.by) expect(Object.keys(rollups[of.from].dims), key).toContain(by)
      }
    }
  })

  it('has labels which no two metrics share', () => {
    expect(new Set(metricKeys.map((key) => metricOf(key).label)).size).toBe(metricKeys.length)
  })

  it('knows its keys, and suggests one for a mistyped one', () => {
    expect(isMetricKey('users.dau')).toBe(true)
    expect(isMetricKey('toString')).toBe(false)
    expect(similarAmong('user.dau', [])).toContain('users.dau')
    expect(similarAmong('revnue.mrr', [])[0]).toBe('revenue.mrr')
  })
})

describe('a change', () => {
  it.each([
    ['revenue.mrr', 12, 10, 0.2],
    ['revenue.mrr_churn', -30, -20, -0.5],
    ['revenue.net_new_mrr', 10, -20, 1.5],
    ['revenue.mrr', 12, 0, null],
    ['users.stickiness', 30, 25, 5],
    ['system.health', 90, 95, -5],
    ['users.dau', null, 5, null],
  ] as const)('of %s to %s from %s is what a person would call it', (key, value, previous, change) => {
    const found = changeOf(metricOf(key), value, previous)
    if (change === null) expect(found).toBe(null)
    else expect(found).toBeCloseTo(change)
  })
})

describe('an empty database', () => {
  let db: Db
  beforeAll(async () => {
    db = await testDb()
  })
  afterAll(() => db.close())

  it('answers every metric with gaps, not with zeros', async () => {
    const all = await summary(depsOf(db, NOW), stored, { ...RANGE, compare: 'year' })
    for (const key of stored) {
      expect(all[key], key).toMatchObject({ value: null, previous: null, change: null, state: 'unknown' })
      expect(all[key].points.map(({ day }) => day)).toEqual(['2026-11-18', '2026-11-19', '2026-11-20'])
    }
  })

  it('has a day closed without anything in it', async () => {
    await closeDays(depsOf(db, NOW), ['2026-11-19'])
    const [row] =
      await db.sql`select count(*)::int as n, count(value)::int as known from metric_values where scope = '*'`
    expect(row?.n).toBeGreaterThan(metricKeys.length - 10)
    expect(row?.known).toBe(0)
  })
})

describe('a product counted by hand', () => {
  let db: Db
  let deps: Deps
  beforeAll(async () => {
    db = await testDb()
    deps = depsOf(db, NOW)
    await fillRollups(db.sql)
  })
  afterAll(() => db.close())

  it.each(metricKeys)('has %s as expected', async (key) => {
    const { total, points, sql } = await series(deps, key, RANGE)
    near(total, EXPECTED[key], key)
    expect(points).toHaveLength(3)
    expect(sql).toMatch(/select/)
  })

  it('does not take the last sample of a source that is away for its state of now', async () => {
    const own = depsOf(db, NOW)
    own.book.degraded('source-database', 'It does not answer')
    const keys = ['source.size', 'users.total'] as const
    const now = await summary(own, keys, { ...RANGE, compare: 'none' })
    expect(now['source.size']).toMatchObject({
      value: null,
      away: 'It does not answer',
      latest: EXPECTED['source.size'],
    })
    expect(now['users.total']).not.toHaveProperty('away')
    const past = await summary(own, keys, { ...RANGE, to: addDays(RANGE.to, -1), compare: 'none' })
    expect(past['source.size']).not.toHaveProperty('away')
  })

  it('gives a summary of all metrics at once the same values', async () => {
    const all = await summary(deps, metricKeys, { ...RANGE, compare: 'previous' })
    for (const key of metricKeys) near(all[key].value, EXPECTED[key], key)
    expect(all['events.total'].previous).toBe(null)
    expect(all['users.mau']).toMatchObject({ value: 3, previous: 0, change: null, latest: 3 })
    expect(all['users.total']).toMatchObject({ value: 4, previous: 4, change: 0 })
    expect(all['revenue.payment_success_rate'].state).toBe('warn')
    expect(all['users.churn_rate'].state).toBe('warn')
    expect(all['api.error_rate'].state).toBe('crit')
  })

  it('shows statements that run as they are and give the same number', async () => {
    for (const key of ['users.dau', 'users.stickiness', 'revenue.mrr', 'ai.latency_p95', 'jobs.total'] as const) {
      const { sql: text, points } = await series(deps, key, { ...RANGE, from: RANGE.to })
      const [row] = await db.sql.unsafe(text)
      near(row?.v0, points[0]?.value ?? null, key)
    }
  })

  it('keeps gaps apart from zeros', async () => {
    const values = async (key: MetricKey) => (await series(deps, key, RANGE)).points.map(({ value }) => value)
    expect(await values('users.new')).toEqual([0, 0, 0])
    expect(await values('events.total')).toEqual([null, 3, 3])
    expect(await values('ai.cost')).toEqual([null, 1.5, 0.5])
    expect(await values('jobs.success_rate')).toEqual([null, null, expect.closeTo(600 / 7)])
    expect(await values('queue.depth_max')).toEqual([null, 7, 3])
    expect(await values('revenue.mrr')).toEqual([49, 59, 59])
  })

  it('has nothing to say about days to come', async () => {
    const { points, total } = await series(deps, 'events.total', { scope: '*', from: '2026-11-20', to: '2026-11-22' })
    expect(points.map(({ value }) => value)).toEqual([3, null, null])
    expect(total).toBe(3)
    expect((await series(deps, 'users.dau', { scope: '*', from: '2026-11-19', to: '2026-11-22' })).total).toBe(3)
  })

  it('breaks a number down, and what has no price stays unknown', async () => {
    const cost = await series(deps, 'ai.cost', { ...RANGE, by: 'model' })
    expect(cost.groups?.map(({ key, total }) => [key, total])).toEqual([
      ['m1', 2],
      ['m2', null],
    ])
    const classes = await series(deps, 'users.dau', { ...RANGE, by: 'class' })
    expect(classes.groups?.map(({ key, total }) => [key, total])).toEqual([
      ['free', 2],
      ['paid', 1],
      ['trial', 1],
    ])
    const totals = await series(deps, 'users.total', { ...RANGE, by: 'provider' })
    expect(totals.groups?.map(({ key, total }) => [key, total])).toEqual([
      ['google', 3],
      ['github', 1],
    ])
  })

  it('adds tenants and those without a tenant up to all', async () => {
    const additive = metricKeys.filter((key) => metricOf(key).kind === 'sum')
    const of = (scope: string) => summary(deps, additive, { ...RANGE, from: '2026-10-01', scope, compare: 'none' })
    const [all, t1, t2] = await Promise.all([of('*'), of('t1'), of('t2')])
    const alone: Partial<Record<MetricKey, number>> = {
      'users.new': 1,
      'growth.signups_due': 1,
      'system.probes': -100,
      ...QUALITY_ALONE,
    }
    for (const key of additive) {
      const tenants = (t1[key].value ?? 0) + (t2[key].value ?? 0)
      near(all[key].value, tenants + (alone[key] ?? 0), key)
    }
    expect((await series(deps, 'users.dau', { ...RANGE, scope: 't1' })).total).toBe(2)
    expect((await series(deps, 'events.total', { ...RANGE, scope: 'nobody' })).total).toBe(0)
  })

  it('reads live metrics of one tenant', async () => {
    expect(await live(deps, 'users.online', 't2')).toBe(1)
    expect(await live(deps, 'jobs.queued', 't2')).toBe(0)
    expect(await live(deps, 'users.dau', 't1')).toBe(1)
  })

  it('agrees between today, the roll-ups of the day after, and the snapshot', async () => {
    const day = { scope: '*', from: '2026-11-20', to: '2026-11-20', compare: 'none' as const }
    const tomorrow = depsOf(db, later(1))
    for (const scope of ['*', 't1', 't2']) {
      const today = await summary(deps, stored, { ...day, scope })
      const open = await summary(tomorrow, stored, { ...day, scope })
      await closeDays(tomorrow, ['2026-11-20'])
      const closed = await summary(tomorrow, stored, { ...day, scope })
      for (const key of stored) {
        near(open[key].value, today[key].value, `${key} ${scope} open`)
        near(closed[key].value, today[key].value, `${key} ${scope} closed`)
        const [row] = await db.sql`
          select value from metric_values where scope = ${scope} and day = '2026-11-20' and key = ${key} and part = 'value'`
        if (row) near(row.value, today[key].value, `${key} ${scope} stored`)
      }
      await db.sql`delete from metric_days`
    }
  })

  it('reads closed days from the snapshot until a late fact makes them stale', async () => {
    const tomorrow = depsOf(db, later(1))
    const total = async () => (await series(tomorrow, 'events.total', RANGE)).total
    // From 20 August on.
    expect(await missingDays(tomorrow)).toHaveLength(12 + 30 + 31 + 20)
    await closeDays(tomorrow, await missingDays(tomorrow))
    expect(await missingDays(tomorrow)).toEqual([])
    await db.sql`update event_days set n = n + 10 where scope = '*' and name = 'view'`
    expect(await total()).toBe(6)
    await db.sql`insert into dirty_metric_days values ('*', '2026-11-20'), ('*', '2026-11-20'), ('t2', '2026-11-20')`
    expect(await total()).toBe(16)
    expect(await settleDirtyDays(tomorrow)).toBe(1)
    expect(await db.sql`select * from dirty_metric_days`).toHaveLength(0)
    expect(await total()).toBe(16)
    await db.sql`update event_days set n = n - 10 where scope = '*' and name = 'view'`
    await closeDays(tomorrow, ['2026-11-20'])
  })

  it('fills the table of daily usage, and keeps the running day in it', async () => {
    await refreshToday(depsOf(db, later(1)))
    const rows = await db.sql`
      select date, tenant, dau, mau, ai_requests, preview_requests, avg_latency_ms, max_queue_depth from usage_analytics_daily
      where tenant in ('*', 't2') and date >= '2026-11-20' order by 1, 2`
    expect(rows).toEqual([
      {
        date: '2026-11-20',
        tenant: '*',
        dau: 2,
        mau: 3,
        ai_requests: 7,
        preview_requests: 3,
        avg_latency_ms: 2000,
        max_queue_depth: 3,
      },
      {
        date: '2026-11-20',
        tenant: 't2',
        dau: 1,
        mau: 1,
        ai_requests: 0,
        preview_requests: 0,
        avg_latency_ms: null,
        max_queue_depth: null,
      },
      {
        date: '2026-11-21',
        tenant: '*',
        dau: 0,
        mau: 3,
        ai_requests: 0,
        preview_requests: 0,
        avg_latency_ms: null,
        max_queue_depth: null,
      },
      {
        date: '2026-11-21',
        tenant: 't2',
        dau: 0,
        mau: 1,
        ai_requests: 0,
        preview_requests: 0,
        avg_latency_ms: null,
        max_queue_depth: null,
      },
    ])
  })

  it('counts windows from user_days once the bits no longer reach back, to the same numbers', async () => {
    const keys = [
      'users.wau',
      'users.mau',
      'users.stickiness',
      'users.lapsed',
      'users.reactivated',
      'users.churn_rate',
      'users.dau',
    ] as const
    const range = { ...RANGE, from: '2026-10-01', compare: 'none' as const }
    await db.sql`delete from metric_days`
    const near20 = await summary(deps, keys, range)
    for (const days of [64, 66, 90, 300]) {
      const far = await summary(depsOf(db, later(days)), keys, range)
      for (const key of keys) {
        expect(far[key].points, `${key} ${days}`).toEqual(near20[key].points)
        near(far[key].value, near20[key].value, `${key} ${days}`)
      }
    }
  })

  it('numbers new metrics on, and never a slot twice', async () => {
    const before = await db.sql`select slot, key, part from metric_slots order by slot`
    await db.sql`delete from metric_slots where key = 'users.dau'`
    await closeDays(depsOf(db, later(1)), ['2026-11-19'])
    const after = await db.sql`select slot, key, part from metric_slots where key = 'users.dau'`
    expect(after[0]?.slot).toBe(before.length + 1)
    expect((await series(depsOf(db, later(1)), 'users.dau', RANGE)).points[1]?.value).toBe(2)
  })
})

describe('days of a zone', () => {
  it.each([
    ['Europe/Berlin', '2026-10-24T20:00:00Z', '2026-10-25', 25],
    ['Europe/Berlin', '2026-03-27T20:00:00Z', '2026-03-29', 23],
    ['Asia/Kolkata', '2026-10-23T20:30:00Z', '2026-10-25', 24],
  ])('has in %s the hours which its clocks have', async (zone, from, day, hours) => {
    const db = await testDb()
    try {
      await db.sql`
        insert into job_hours
        select '*', h, 'build', 1, 0, 0, 0, 0, 0, 0, 0, hist_of(null, null)
        from generate_series(${from}::timestamptz, ${from}::timestamptz + interval '80 hours', interval '1 hour') h`
      const deps = depsOf(db, new Date(`${addDays(day, 5)}T12:00:00Z`), { TIME_ZONE: zone })
      expect((await series(deps, 'jobs.total', { scope: '*', from: day, to: day })).total).toBe(hours)
      await closeDays(deps, [day])
      expect((await series(deps, 'jobs.total', { scope: '*', from: day, to: day })).total).toBe(hours)
    } finally {
      await db.close()
    }
  })
})

function near(actual: number | null | undefined, expected: number | null, what: string): void {
  if (expected === null) expect(actual, what).toBe(null)
  else expect(actual, what).toBeCloseTo(expected, 6)
}
