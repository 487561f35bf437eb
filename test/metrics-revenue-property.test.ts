import { afterEach, describe, expect, it } from 'vitest'
import { endDiscounts, expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import type { FactIn } from '../src/facts/types.ts'
import { addDays, type Day, eachDay } from '../src/lib/time.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { manySeries, summary } from '../src/metrics/query.ts'
import { closeDays } from '../src/metrics/snapshot.ts'
import { saveRates } from '../src/rates/store.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import {
  customerOf,
  endOf,
  monthsBefore,
  mrrByCustomer,
  type Policy,
  randomStates,
  seeded,
  statesAt,
  statusAt,
  type ToldState,
  worth,
} from './revenue-kit.ts'

const NOW = new Date('2026-11-05T12:00:00Z')
const [FIRST, LAST] = ['2025-09-01', '2026-11-04'] as const
const DAYS = eachDay(FIRST, LAST)
/** Ends of short and long months, the days after them, and days when clocks change. */
const SOME_DAYS = [
  ...['2025-12-31', '2026-01-30', '2026-01-31', '2026-02-27', '2026-02-28', '2026-03-01', '2026-03-29', '2026-03-30'],
  ...['2026-03-31', '2026-04-30', '2026-05-31', '2026-08-15', '2026-09-30', '2026-10-25', '2026-10-31', '2026-11-04'],
]
const KINDS = ['new', 'expansion', 'contraction', 'churn', 'reactivation', 'fx'] as const
const STATUSES = ['trialing', 'active', 'past_due', 'paused', 'cancelling', 'cancelled', 'expired'] as const

let t: TestApp
afterEach(() => t.close())

/** Told in small batches with folds in between, so that what was worked out has to be worked out anew. */
async function tell(told: ToldState[], pick: (n: number) => number): Promise<void> {
  const inOrder = [...told].sort((a, b) => (a.updated_at < b.updated_at ? -1 : 1))
  for (let i = 0; i < inOrder.length; ) {
    const batch = inOrder.slice(i, i + 1 + pick(40))
    i += batch.length
    const facts = batch.map((row, index): FactIn => ({ kind: 'subscriptions', index, row: { ...row } }))
    expect((await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW })).rejected).toEqual([])
    if (pick(2) === 0) await t.fold()
  }
  await expireSubscriptions(t.deps)
  await endDiscounts(t.deps)
  await t.fold()
}

const valuesOf = async (keys: MetricKey[], scope = '*', from: Day = FIRST, to: Day = LAST) => {
  const found = await manySeries(t.deps, keys, { scope, from, to })
  return (key: MetricKey, day: Day): number =>
    found.find((one) => one.key === key)?.points.find((p) => p.day === day)?.value ?? 0
}

const total = (sums: Map<string, number>): number => [...sums.values()].reduce((sum, n) => sum + n, 0)

describe.each([
  ['UTC', 1],
  ['Europe/Berlin', 2],
  ['Asia/Kolkata', 3],
  ['America/St_Johns', 4],
])('a ledger of random subscriptions, days of %s', (zone, seed) => {
  it('has the MRR, movements, customers, retention and statuses that one counts by hand', async () => {
    t = await testApp({ now: NOW, config: { timeZone: zone } })
    const pick = seeded(seed)
    const told = randomStates(pick, new Date('2025-09-02T00:00:00Z'), new Date('2026-11-05T00:00:00Z'))
    expect(told.length).toBeGreaterThan(20)
    // A rate of one: both currencies count, and nothing is rounded.
    await saveRates(t.deps, 'test', {
      entries: [{ currency: 'EUR', day: '2025-01-01', rate: '1' }],
      source: 'entered',
      recost: true,
    })
    await tell(told, pick)
    for (const policy of ['stripe', 'chartmogul'] as const) {
      Object.assign(t.deps.config, { mrrPolicy: policy })
      await checkMoney(told, zone, policy, '*')
      await checkMoney(told, zone, policy, 't1')
      await checkRetention(told, zone, policy)
    }
    await checkStatuses(told, zone)
    await checkTrials(told)
    await checkStored()
  }, 120_000)
})

async function checkMoney(all: ToldState[], zone: string, policy: Policy, scope: string): Promise<void> {
  const told = scope === '*' ? all : all.filter(({ tenant_id }) => tenant_id === scope)
  const kinds = KINDS.map((kind) => `revenue.mrr_${kind}` as MetricKey)
  const value = await valuesOf(['revenue.mrr', 'revenue.net_new_mrr', 'revenue.paying_customers', ...kinds], scope)
  let before = 0
  for (const day of DAYS) {
    const sums = mrrByCustomer(told, endOf(day, zone), policy)
    const now = total(sums) / 100
    const what = `${policy} ${scope} ${day}`
    expect(value('revenue.mrr', day), what).toBeCloseTo(now, 6)
    expect(value('revenue.paying_customers', day), what).toBe(sums.size)
    expect(value('revenue.net_new_mrr', day), what).toBeCloseTo(now - before, 6)
    const moved = kinds.reduce((sum, key) => sum + value(key, day), 0)
    expect(moved, what).toBeCloseTo(now - before, 6)
    before = now
  }
}

async function checkRetention(told: ToldState[], zone: string, policy: Policy): Promise<void> {
  const at = (day: Day) => mrrByCustomer(told, endOf(day, zone), policy)
  const keys = [
    'revenue.nrr',
    'revenue.grr',
    'revenue.nrr_12m',
    'revenue.grr_12m',
    'revenue.customer_churn_3m',
  ] as const
  for (const day of SOME_DAYS) {
    const found = await summary(t.deps, keys, { scope: '*', from: day, to: day, compare: 'none' })
    for (const [months, net, gross] of [
      [1, 'revenue.nrr', 'revenue.grr'],
      [12, 'revenue.nrr_12m', 'revenue.grr_12m'],
    ] as const) {
      const [start, end] = [at(monthsBefore(day, months)), at(day)]
      const paid = [...start.keys()]
      const share = (left: (customer: string) => number) =>
        paid.length === 0 ? null : (100 * paid.reduce((sum, one) => sum + left(one), 0)) / total(start)
      near(
        found[net].value,
        share((one) => end.get(one) ?? 0),
        `${policy} ${day} ${net}`,
      )
      near(
        found[gross].value,
        share((one) => Math.min(end.get(one) ?? 0, start.get(one)!)),
        `${policy} ${day} ${gross}`,
      )
    }
    const ends = [day, monthsBefore(day, 1), monthsBefore(monthsBefore(day, 1), 1)]
    const churn = ends.flatMap((last) => {
      const [start, end] = [at(monthsBefore(last, 1)), at(last)]
      return start.size === 0 ? [] : [(100 * [...start.keys()].filter((one) => !end.has(one)).length) / start.size]
    })
    const mean = churn.length === 0 ? null : churn.reduce((sum, n) => sum + n, 0) / churn.length
    near(found['revenue.customer_churn_3m'].value, mean, `${policy} ${day} churn`)
  }
}

async function checkStatuses(told: ToldState[], zone: string): Promise<void> {
  const keys = STATUSES.map((status) => `revenue.subscriptions_${status}` as MetricKey)
  const value = await valuesOf([...keys, 'revenue.subscriptions', 'revenue.customers_total', 'revenue.mrr_past_due'])
  for (const day of DAYS) {
    const end = endOf(day, zone)
    const states = statesAt(told, end).map((state) => {
      const earlier = told.filter(({ id, updated_at }) => id === state.id && updated_at <= state.updated_at)
      return { state, status: statusAt(state, end, earlier) }
    })
    for (const [i, status] of STATUSES.entries())
      expect(value(keys[i]!, day), `${day} ${status}`).toBe(states.filter((one) => one.status === status).length)
    const alive = states.filter(({ status }) => status !== 'cancelled' && status !== 'expired')
    expect(value('revenue.subscriptions', day), day).toBe(alive.length)
    expect(value('revenue.customers_total', day), day).toBe(new Set(alive.map(({ state }) => customerOf(state))).size)
  }
}

/** A trial ends where its time is over or something else is told; what is told next says how. */
async function checkTrials(told: ToldState[]): Promise<void> {
  let [ended, converted] = [0, 0]
  for (const [i, state] of told.entries()) {
    if (state.status !== 'trialing') continue
    const next = told[i + 1]?.id === state.id ? told[i + 1] : undefined
    if (!next && Date.parse(state.trial_ends_at!) > endOf(LAST, t.deps.config.timeZone)) continue
    ended++
    if (next && worth(next, Date.parse(next.updated_at), 'stripe') > 0) converted++
  }
  const found = await summary(t.deps, ['revenue.trials_ended', 'revenue.trials_converted'], {
    scope: '*',
    from: FIRST,
    to: LAST,
    compare: 'none',
  })
  expect(found['revenue.trials_ended'].value).toBe(ended)
  expect(found['revenue.trials_converted'].value).toBe(converted)
}

/** Neither storing a day nor folding it anew changes what it says. */
async function checkStored(): Promise<void> {
  const keys: MetricKey[] = ['revenue.nrr', 'revenue.mrr_new', 'revenue.cancellations', 'revenue.customer_churn_3m']
  const days = ['2026-02-28', '2026-10-25']
  const read = async () =>
    (
      await Promise.all(days.map((day) => manySeries(t.deps, keys, { scope: '*', from: day, to: addDays(day, 1) })))
    ).map((series) => series.map(({ points }) => points))
  const shown = await read()
  for (const day of days) await rebuildDay(t.deps, day)
  expect(await read()).toEqual(shown)
  await closeDays(t.deps, days)
  expect(await read()).toEqual(shown)
}

function near(actual: number | null, expected: number | null, what: string): void {
  if (expected === null) expect(actual, what).toBe(null)
  else expect(actual, what).toBeCloseTo(expected, 6)
}
