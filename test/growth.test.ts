import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCohorts } from '../src/cohorts/read.ts'
import { recomputeCohorts, refreshCohorts } from '../src/cohorts/recompute.ts'
import type { FactKind } from '../src/facts/types.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { series } from '../src/metrics/query.ts'
import { closeDays, settleDirtyDays } from '../src/metrics/snapshot.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'

type Row = Record<string, unknown>
const HOUR_MS = 3_600_000

/** An app whose clock stands, with what the tests ask of it. */
async function product(now: string, timeZone: string) {
  const t: TestApp = await testApp({ now: new Date(now), config: { timeZone } })
  const send = async (kind: FactKind, ...rows: Row[]) => {
    const facts = rows.map((row, index) => ({ kind, row, index }))
    const { rejected } = await t.deps.writer.write(facts, { source: 'test', receivedAt: new Date(now) })
    expect(rejected).toEqual([])
    await t.fold()
  }
  const value = async (key: MetricKey, day: string, scope = '*') =>
    (await series(t.deps, key, { scope, from: day, to: day })).total
  const total = async (key: MetricKey, from: string, to: string, scope = '*') =>
    (await series(t.deps, key, { scope, from, to })).total
  const groups = async (key: MetricKey, by: string, from: string, to = from) =>
    (await series(t.deps, key, { scope: '*', from, to, by })).groups?.map((group) => [group.key, group.total])
  return { t, send, value, total, groups }
}
type Product = Awaited<ReturnType<typeof product>>

// Clocks in New York go forward on 8 March 2026 at 2:00: that day begins at 05:00 UTC and the next at 04:00.
describe('in New York, over the beginning of summer time', () => {
  let p: Product
  beforeAll(async () => {
    p = await product('2026-03-20T16:00:00Z', 'America/New_York')
  })
  afterAll(() => p.t.close())

  it('activation counts those who signed up seven days before, by the clock', async () => {
    // Signed up on 5 March at 23:30 there; the same clock a week later is an hour earlier in UTC.
    await p.send(
      'users',
      { id: 'ann', tenant_id: 'acme', created_at: '2026-03-06T04:30:00Z', provider: 'google', country: 'US' },
      { id: 'bob', tenant_id: 'bolt', created_at: '2026-03-05T15:00:00Z', provider: 'github', country: 'CA' },
      { id: 'cat', created_at: '2026-03-05T15:00:00Z', provider: 'google', country: 'US' },
    )
    await p.send(
      'jobs',
      {
        id: 'j1',
        kind: 'build',
        status: 'succeeded',
        user_id: 'ann',
        tenant_id: 'acme',
        enqueued_at: '2026-03-13T03:29:00Z',
      },
      {
        id: 'j2',
        kind: 'build',
        status: 'failed',
        user_id: 'bob',
        tenant_id: 'bolt',
        enqueued_at: '2026-03-12T14:01:00Z',
      },
    )
    await p.send('objects', { kind: 'report', id: 'r1', user_id: 'cat', created_at: '2026-03-05T18:00:00Z' })
    expect(await p.value('growth.signups_due', '2026-03-12')).toBe(3)
    // ann with a minute to spare and cat; bob was a minute late.
    expect(await p.value('growth.activated', '2026-03-12')).toBe(2)
    expect(await p.value('growth.activation_rate', '2026-03-12')).toBeCloseTo(200 / 3)
    expect(await p.value('growth.activation_rate', '2026-03-12', 'acme')).toBe(100)
    expect(await p.value('growth.activation_rate', '2026-03-12', 'bolt')).toBe(0)
    expect(await p.value('growth.report_rate', '2026-03-12')).toBeCloseTo(100 / 3)
    expect(await p.value('growth.upload_rate', '2026-03-12')).toBe(null)
    expect(await p.value('growth.signups_due', '2026-03-13')).toBe(0)
    expect(await p.groups('growth.activation_rate', 'provider', '2026-03-12')).toEqual([
      ['google', 100],
      ['github', 0],
    ])
  })

  it('the first value is on its own day, after so many hours', async () => {
    expect(await p.value('users.activated', '2026-03-12')).toBe(2)
    expect(await p.value('users.activated', '2026-03-05')).toBe(1)
    // 3 h; ann after 6 days, 22 h, 59 m; bob after 6 days, 23 h, 1 m: a day of the week had 23 hours.
    const [ann, bob] = [6 * 24 * HOUR_MS + 22 * HOUR_MS + 59 * 60_000, 6 * 24 * HOUR_MS + 23 * HOUR_MS + 60_000]
    expect(await p.total('growth.time_to_value', '2026-03-01', '2026-03-20')).toBe(ann)
    expect(await p.total('growth.time_to_value_p90', '2026-03-01', '2026-03-20')).toBe(bob)
  })

  it('an earlier first that comes late moves it, and stored days follow', async () => {
    await closeDays(p.t.deps, ['2026-03-05', '2026-03-12', '2026-03-13'])
    await p.send('events', { name: 'file_uploaded', user_id: 'bob', tenant_id: 'bolt', ts: '2026-03-06T15:00:00Z' })
    expect(await p.value('users.activated', '2026-03-12')).toBe(1)
    expect(await p.value('users.activated', '2026-03-06')).toBe(1)
    expect(await settleDirtyDays(p.t.deps)).toBeGreaterThan(0)
    expect(await p.value('growth.activation_rate', '2026-03-12')).toBe(100)
    expect(await p.value('growth.upload_rate', '2026-03-12')).toBeCloseTo(100 / 3)
    await rebuildDay(p.t.deps, '2026-03-06')
    await rebuildDay(p.t.deps, '2026-03-12')
    expect(await p.value('growth.activation_rate', '2026-03-12')).toBe(100)
  })

  it('what is asked for later is looked up among the old facts', async () => {
    await p.send('events', { name: 'site_live', user_id: 'cat', ts: '2026-03-07T12:00:00Z' })
    const config = { ...p.t.deps.config, activationEvents: ['site_live'] }
    const deps = { ...p.t.deps, config }
    const rate = async () =>
      (await series(deps, 'growth.activation_rate', { scope: '*', from: '2026-03-12', to: '2026-03-12' })).total
    const { foldAll } = await import('../src/rollups/fold.ts')
    await foldAll(deps)
    expect(await p.t.sql`select user_id from user_firsts where name = 'site_live'`).toEqual([{ user_id: 'cat' }])
    await p.t.sql`delete from metric_days`
    expect(await rate()).toBeCloseTo(100 / 3)
  })
})

// Days in Kolkata begin at 18:30 UTC.
describe('in Kolkata', () => {
  let p: Product
  const at = (day: string, clock: string) => new Date(`${day}T${clock}+05:30`).toISOString()
  const opens = (user_id: string, ...days: string[]) =>
    p.send('events', ...days.map((day) => ({ name: 'open', user_id, tenant_id: 'acme', ts: at(day, '00:10') })))
  beforeAll(async () => {
    p = await product('2026-06-30T06:00:00Z', 'Asia/Kolkata')
    // Wednesday 4, Sunday 8 and Monday 9 March, ten minutes after midnight there and so the day before in UTC.
    const users = {
      early: '2026-03-04',
      late: '2026-03-08',
      next: '2026-03-09',
      fresh: '2026-06-20',
      gone: '2026-01-05',
    }
    const rows = Object.entries(users).map(([id, day]) => ({
      id,
      created_at: at(day, '00:10'),
      ...(id === 'next' ? {} : { tenant_id: 'acme' }),
    }))
    await p.send('users', ...rows)
    // early: day 7, day 28 and day 90; late: day 13 and day 35; next: day 6 only.
    await opens('early', '2026-03-11', '2026-04-01', '2026-06-02')
    await opens('late', '2026-03-21', '2026-04-12')
    await opens('next', '2026-03-15')
  })
  afterAll(() => p.t.close())

  it('retention is by each one’s own sign-up, and known when the week is over', async () => {
    expect(await p.value('users.retention_w1', '2026-03-18')).toBe(100)
    expect(await p.value('users.retention_w1', '2026-03-22')).toBe(100)
    expect(await p.value('users.retention_w1', '2026-03-23')).toBe(0)
    expect(await p.value('users.retention_w1', '2026-03-17')).toBe(null)
    expect(await p.total('users.retention_w1', '2026-03-01', '2026-03-31')).toBeCloseTo(200 / 3)
    expect(await p.total('users.retention_w4', '2026-04-01', '2026-04-30')).toBeCloseTo(100 / 3)
    expect(await p.total('users.retention_w12', '2026-06-01', '2026-06-30')).toBeCloseTo(100 / 3)
    expect(await p.total('users.retention_w1', '2026-03-01', '2026-03-31', 'acme')).toBe(100)
  })

  it('cohorts are those of weeks from Monday, and of months', async () => {
    expect(await refreshCohorts(p.t.deps)).toBeGreaterThan(0)
    const span = { scope: '*', from: '2026-03-01', to: '2026-03-31' }
    const weeks = await readCohorts(p.t.deps, span, 'week')
    expect(
      weeks.cohorts.map(({ cohort, size, week_1, week_4, week_12 }) => [cohort, size, week_1, week_4, week_12]),
    ).toEqual([
      ['2026-03-02', 2, 100, 50, 50],
      ['2026-03-09', 1, 0, 0, 0],
    ])
    expect(weeks.cohorts[0]?.weeks.map(({ returned }) => returned)).toEqual([0, 2, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1])
    expect(weeks.cohorts[1]?.weeks[0]).toEqual({ week: 0, returned: 1, rate: 100, finished: true })
    // Weighted by size: 2 of 3, not the mean of 100 and 0.
    expect(weeks.mean[1]).toEqual({ week: 1, size: 3, rate: 66.67 })
    const months = await readCohorts(p.t.deps, { ...span, scope: 'acme' }, 'month')
    expect(months.cohorts.map(({ cohort, size, week_1 }) => [cohort, size, week_1])).toEqual([['2026-03-01', 2, 100]])
  })

  it('a running week is marked, left out of the means, and a late fact counts after the next time', async () => {
    const june = async () => readCohorts(p.t.deps, { scope: '*', from: '2026-06-15', to: '2026-06-30' }, 'week')
    const before = await june()
    // fresh came on 20 June, of the week from the 15th: on the 30th week 0 is over for all, week 1 is not.
    expect(before.cohorts[0]?.weeks).toEqual([
      { week: 0, returned: 0, rate: 0, finished: true },
      { week: 1, returned: 0, rate: 0, finished: false },
      // Begun for whoever might have come on the 15th.
      { week: 2, returned: 0, rate: 0, finished: false },
    ])
    expect(before.cohorts[0]?.week_1).toBe(null)
    expect(before.mean.map(({ week }) => week)).toEqual([0])
    await opens('fresh', '2026-06-21', '2026-06-28')
    await recomputeCohorts(p.t.deps, '2026-06-20')
    expect((await june()).cohorts[0]?.weeks.map(({ returned }) => returned)).toEqual([1, 1, 0])
  })

  it('has every user in one stage, the first that holds', async () => {
    const stages = ['activation', 'growth', 'mature', 'at_risk', 'lapsed'] as const
    const on = async (day: string) =>
      Object.fromEntries(
        await Promise.all(stages.map(async (name) => [name, await p.value(`users.stage_${name}`, day)] as const)),
      )
    // 25 March: early, late and next came twice, thrice, once since; gone has not come at all.
    expect(await on('2026-03-25')).toEqual({ activation: 0, growth: 3, mature: 0, at_risk: 0, lapsed: 1 })
    // 12 March: all three signed up less than 14 days before.
    expect(await on('2026-03-12')).toEqual({ activation: 3, growth: 0, mature: 0, at_risk: 0, lapsed: 1 })
    // 15 April: early came on 1 of 30 days after 1 of 30, late on 2 after none; next has not come since 15 March.
    expect(await on('2026-04-15')).toEqual({ activation: 0, growth: 1, mature: 1, at_risk: 0, lapsed: 2 })
    // Late was here on 21, 22 and 23 March and on 12 April: on the 21st that is 2 days after 2, on the 22nd 1 after 3.
    await opens('late', '2026-03-22', '2026-03-23')
    expect(await on('2026-04-21')).toEqual({ activation: 0, growth: 0, mature: 2, at_risk: 0, lapsed: 2 })
    expect(await on('2026-04-22')).toEqual({ activation: 0, growth: 0, mature: 1, at_risk: 1, lapsed: 2 })
  })

  it('returning users are those who had signed up on an earlier day', async () => {
    await p.send('events', { name: 'open', user_id: 'gone', tenant_id: 'acme', ts: at('2026-01-05', '09:00') })
    expect(await p.value('users.dau', '2026-01-05')).toBe(1)
    expect(await p.value('users.returning', '2026-01-05')).toBe(0)
    expect(await p.value('users.returning', '2026-03-15')).toBe(1)
    expect(await p.total('users.returning', '2026-01-01', '2026-06-30')).toBe(4)
  })

  it('an old cohort is counted anew when users of it come late, go to another tenant or go', async () => {
    const cohort = async (scope = '*') =>
      (await readCohorts(p.t.deps, { scope, from: '2025-10-01', to: '2025-10-31' }, 'month')).cohorts.map(
        ({ size, weeks }) => [size, weeks[1]?.returned],
      )
    const user = { id: 'imported', tenant_id: 'old', created_at: at('2025-10-06', '09:00') }
    await p.send('users', user, { ...user, id: 'idle' })
    await opens('imported', '2025-10-14')
    await p.t.fold()
    await refreshCohorts(p.t.deps)
    expect([await cohort(), await cohort('old')]).toEqual([[[2, 1]], [[2, 0]]])
    await p.t.sql`update users set tenant_id = 'other' where user_id = 'idle'`
    await refreshCohorts(p.t.deps)
    expect([await cohort(), await cohort('old'), await cohort('other')]).toEqual([[[2, 1]], [[1, 0]], [[1, 0]]])
    await p.t.sql`delete from users where user_id in ('imported', 'idle')`
    await p.t.sql`delete from user_days where user_id = 'imported'`
    const counted = await p.t.sql`select max(computed_at) as at from cohort_retention where cohort = '2026-01-01'`
    await refreshCohorts(p.t.deps)
    expect([await cohort(), await cohort('old'), await cohort('other')]).toEqual([[], [], []])
    expect(await p.t.sql`select max(computed_at) as at from cohort_retention where cohort = '2026-01-01'`).toEqual(
      counted,
    )
  })
})
