import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import { seedRules } from '../src/alerts/seed.ts'
import { forgetAlerts, raisePastAlerts } from '../src/demo/alerts.ts'
import { DoorsClient } from '../src/demo/client.ts'
import { fill } from '../src/demo/fill.ts'
import { LiveTraffic } from '../src/demo/live.ts'
import type { Poured } from '../src/demo/pour.ts'
import { type DemoState, loadState } from '../src/demo/state.ts'
import { Timeline } from '../src/demo/timeline.ts'
import { openHistoryWriter } from '../src/demo/writer.ts'
import { addDays, eachDay } from '../src/lib/time.ts'
import { live, summary } from '../src/metrics/query.ts'
import { FACTORS } from '../src/overview/health.ts'
import { KPIS, NOW as NOW_KEYS, TODAY } from '../src/overview/keys.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-05-20T15:04:05Z')
const TODAY_DAY = '2026-05-20'
const SIZE = { seed: 3, users: 60, days: 14 }
const FIRST = addDays(TODAY_DAY, 1 - SIZE.days)
const YESTERDAY = addDays(TODAY_DAY, -1)
const quiet = { show: () => undefined, done: () => undefined }

interface Demo {
  t: TestApp
  timeline: Timeline
  state: DemoState
  poured: Poured
}

async function smallDemo(now: () => Date): Promise<Demo> {
  const t = await testApp({ now })
  const begun = await loadState(t.deps, SIZE, now())
  const timeline = new Timeline(begun, 'http://127.0.0.1:4101/health')
  return { t, timeline, ...(await fillHistory(t, timeline, begun)) }
}

async function fillHistory(t: TestApp, timeline: Timeline, state: DemoState) {
  const { writer, close } = await openHistoryWriter(t.deps, timeline.world.calendar)
  try {
    return await fill({ ...t.deps, writer }, timeline, state, quiet)
  } finally {
    await close()
  }
}

/** What PRODUCT section 4 calls active, counted by hand: facts without a user count for nobody. */
async function activeUsers({ t }: Demo, day: string, tenant: string): Promise<number> {
  const of = tenant === '*' ? t.sql`true` : t.sql`tenant_id = ${tenant}`
  const on = t.sql`ts >= ${day}::date and ts < ${day}::date + 1 and user_id <> '' and ${of}`
  const [row] = await t.sql<{ n: number }[]>`
    select count(distinct user_id)::int as n from (
      select user_id from events where ${on}
      union all select user_id from api_calls where ${on}
      union all select user_id from jobs where ${on}
    ) facts`
  return row!.n
}

// A sum of floats in another order differs in its last digit.
const figures = (t: TestApp) => t.sql`
  select scope, day::text, key, part, round(value::numeric, 6)::float8 as value from metric_values order by scope, day, key, part`

describe('a small demo', () => {
  let demo: Demo
  let clock = NOW
  beforeAll(async () => {
    demo = await smallDemo(() => clock)
  }, 120_000)
  afterAll(() => demo.t.close())

  it('has all of its facts accepted', async () => {
    expect(demo.poured).toMatchObject({ rejected: 0, duplicate: 0, reasons: [] })
    expect(demo.poured.accepted).toBeGreaterThan(2000)
    const [row] = await demo.t.sql`select count(*)::int as n from rejected_facts`
    expect(row!.n).toBe(0)
    for (const kind of ['users', 'tenants', 'plans', 'subscriptions', 'payments', 'objects', 'identities'] as const)
      expect([kind, demo.poured.byKind[kind] ?? 0]).toEqual([kind, expect.toSatisfy((n: number) => n > 0)])
  })

  it('has in its past what the rules would have raised, and nothing that a check raised while it was being written', async () => {
    const { t } = demo
    await seedRules(t.deps)
    // Something that a check finds.
    await t.sql`
      update alert_rules set rule = rule || '{"when": {"kind": "threshold", "op": "above", "limit": -1}, "for": 0}'
      where rule ->> 'metric' = 'ai.cost'`
    expect(await evaluateAlerts(t.deps, clock)).toMatchObject({ fired: expect.toSatisfy((n: number) => n > 0) })
    expect((await t.sql`select from annotations where key like 'alert:%'`).length).toBeGreaterThan(0)
    await forgetAlerts(t.deps)
    expect(await t.sql`select from alerts`).toHaveLength(0)
    expect(await t.sql`select from annotations where key like 'alert:%'`).toHaveLength(0)
    await raisePastAlerts(t.deps)
    const past = await t.sql`select fired_at, ended_at, state from alerts`
    expect(past.length).toBeGreaterThan(0)
    for (const { fired_at, ended_at, state } of past) {
      expect(state).toBe('resolved')
      expect(ended_at > fired_at && ended_at <= clock).toBe(true)
    }
  })

  it('gives the same figures for the same seed', async () => {
    const again = await smallDemo(() => NOW)
    try {
      expect(again.poured).toEqual(demo.poured)
      expect(await figures(again.t)).toEqual(await figures(demo.t))
    } finally {
      await again.t.close()
    }
  }, 120_000)

  it('leaves nothing to be folded or closed', async () => {
    const { t } = demo
    const days = await t.sql`select day::text from metric_days where scope = '*' order by day`
    expect(days.map((row) => row.day)).toEqual(eachDay(FIRST, YESTERDAY))
    const [left] = await t.sql`
      select (select count(*)::int from fact_batches) as batches, (select count(*)::int from dirty_buckets) as buckets,
        (select count(*)::int from dirty_metric_days where day between ${FIRST} and ${YESTERDAY}) as days`
    expect(left).toEqual({ batches: 0, buckets: 0, days: 0 })
  })

  it('has as many active users a day, in every scope, as a count over the raw facts', async () => {
    const scopes = ['*', ...demo.timeline.world.tenants.map(({ id }) => id)]
    const stored = await demo.t.sql`select scope, day::text, value from metric_values where key = 'users.dau'`
    const dau = new Map(stored.map((row) => [`${row.scope} ${row.day}`, row.value as number]))
    for (const scope of scopes)
      for (const day of eachDay(FIRST, YESTERDAY))
        expect([scope, day, dau.get(`${scope} ${day}`) ?? 0]).toEqual([scope, day, await activeUsers(demo, day, scope)])
    expect(Math.max(...stored.map((row) => row.value))).toBeGreaterThan(3)
  })

  it('has a value for every metric of the Overview', async () => {
    const keys = [...new Set([...KPIS, ...TODAY, 'system.health' as const, ...Object.values(FACTORS)])]
    const range = { scope: '*', from: FIRST, to: TODAY_DAY, compare: 'none' as const }
    const found = await summary(demo.t.deps, keys, range)
    for (const key of keys) expect([key, found[key]?.value]).toEqual([key, expect.any(Number)])
    for (const key of NOW_KEYS) expect([key, await live(demo.t.deps, key, '*')]).toEqual([key, expect.any(Number)])
  })

  it('shows its incident in the error rate of the provider and in the builds', async () => {
    const { fromMs, toMs, provider } = demo.timeline.world.calendar.incident
    const rate = async (during: boolean) => {
      const [row] = await demo.t.sql`
        select sum(errors)::float8 / sum(calls) as rate from api_call_hours
        where scope = '*' and provider = ${provider}
          and (at >= ${new Date(fromMs)} and at < ${new Date(toMs)}) = ${during}`
      return row!.rate as number
    }
    expect(await rate(true)).toBeGreaterThan(0.4)
    expect(await rate(false)).toBeLessThan(0.1)
  })

  it('keeps the price of calls made before the price change', async () => {
    const rows = await demo.t.sql`
      select ts >= ${new Date(demo.timeline.world.calendar.modelPriceChangeMs)} as after,
        round(max(cost * 1e6 / (tokens_in * 3 + tokens_out * 15)), 3)::float8 as share
      from api_calls where model = 'claude-sonnet-4-5' and tokens_in > 0 group by 1 order by 1`
    expect(rows.map(({ after, share }) => [after, share])).toEqual([
      [false, 1],
      [true, 0.75],
    ])
  })

  it('does not know what its own model costs', async () => {
    const [row] = await demo.t.sql`
      select count(*)::int as calls, count(cost)::int as priced from api_calls where provider = 'self-hosted'`
    expect(row!.calls).toBeGreaterThan(0)
    expect(row!.priced).toBe(0)
  })

  it('changes nothing when it is filled again after an interruption', async () => {
    const before = await figures(demo.t)
    const { poured } = await fillHistory(demo.t, demo.timeline, { ...demo.state, writtenToMs: null })
    expect(poured.rejected).toBe(0)
    expect(await figures(demo.t)).toEqual(before)
  }, 120_000)

  it('goes on live through the doors, and a second sending changes nothing', async () => {
    const { t, timeline, state } = demo
    const client = new DoorsClient(await t.listen(), await t.key(['ingest']))
    const count = async () => {
      const [row] = await t.sql<{ n: number; late: number; sources: string[] }[]>`
        select (select count(*) from events)::int + (select count(*) from api_calls)::int + (select count(*) from jobs)::int as n,
          (select count(*)::int from events where ts > ${NOW}) as late,
          (select array_agg(distinct source) from events where ts > ${NOW}) as sources`
      return row!
    }
    const before = await count()
    clock = new Date(NOW.getTime() + 26 * 3_600_000)
    expect(await new LiveTraffic(t.deps, timeline, client, state).tick()).toBeGreaterThan(50)
    const after = await count()
    expect(after.n).toBeGreaterThan(before.n)
    expect(after).toMatchObject({ late: expect.any(Number), sources: ['segment'] })
    await new LiveTraffic(t.deps, timeline, client, state).tick()
    expect(await count()).toEqual(after)
    const [rejected] = await t.sql`select count(*)::int as n from rejected_facts`
    expect(rejected!.n).toBe(0)
    expect((await loadState(t.deps, SIZE, clock)).writtenToMs).toBe(clock.getTime())
  }, 60_000)
})
