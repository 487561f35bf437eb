import { afterEach, describe, expect, it } from 'vitest'
import { endDiscounts, expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import type { FactIn } from '../src/facts/types.ts'
import { addDays, type Day, eachDay } from '../src/lib/time.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { manySeries, summary } from '../src/metrics/query.ts'
import { allRowsOf } from '../src/metrics-rows/rows.ts'
import { saveRates } from '../src/rates/store.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { endOf, monthsBefore, mrrByCustomer, type Policy, randomStates, seeded, type ToldState } from './revenue-kit.ts'

/** Random subscriptions in dollars, euros and yen, at rates that change on random days; some before anything is known. */
const NOW = new Date('2026-11-05T12:00:00Z')
const [FIRST, LAST] = ['2025-09-01', '2026-11-04'] as const
const DAYS = eachDay(FIRST, LAST)
const KINDS = ['new', 'expansion', 'contraction', 'churn', 'reactivation', 'fx'] as const
const KEYS = [
  'revenue.mrr',
  'revenue.net_new_mrr',
  'revenue.paying_customers',
  ...KINDS.map((kind) => `revenue.mrr_${kind}`),
] as MetricKey[]
const RETENTION = ['revenue.nrr', 'revenue.grr', 'revenue.nrr_12m', 'revenue.grr_12m'] as const

interface DatedRate {
  currency: string
  day: Day
  rate: string
}

let t: TestApp
afterEach(() => t.close())

/** A euro between 0.90 and 1.30 that is known from the start; a yen that is known only from 2026 on. */
function randomRates(pick: (n: number) => number): DatedRate[] {
  const euros = [FIRST, ...Array.from({ length: 25 }, () => addDays(FIRST, pick(DAYS.length)))]
  const yen = ['2026-01-01', ...Array.from({ length: 8 }, () => addDays('2026-01-02', pick(280)))]
  const rates = [
    ...euros.map((day) => ({ currency: 'EUR', day, rate: `${(9000 + pick(4000)) / 10_000}` })),
    ...yen.map((day) => ({ currency: 'JPY', day, rate: `0.00${6000 + pick(1000)}` })),
  ]
  return [...new Map(rates.map((one) => [`${one.currency} ${one.day}`, one])).values()]
}

/** Cents for one minor unit on a day: yen have none, so that one yen is as much as a hundred times its rate in cents. */
const rateOn =
  (rates: DatedRate[], day: Day) =>
  (currency: string): number | undefined => {
    if (currency === 'USD') return 1
    const newest = rates
      .filter((one) => one.currency === currency && one.day <= day)
      .sort((a, b) => (a.day < b.day ? 1 : -1))[0]
    return newest && Number(newest.rate) * (currency === 'JPY' ? 100 : 1)
  }

async function tell(told: ToldState[], pick: (n: number) => number, enter: () => Promise<void>): Promise<void> {
  const inOrder = [...told].sort((a, b) => (a.updated_at < b.updated_at ? -1 : 1))
  const half = Math.floor(inOrder.length / 2)
  for (let i = 0; i < inOrder.length; ) {
    const batch = inOrder.slice(i, i + 1 + pick(30))
    const facts = batch.map((row, index): FactIn => ({ kind: 'subscriptions', index, row: { ...row } }))
    expect((await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW })).rejected).toEqual([])
    // The rates come while half is folded: what came before them and what comes after has to be the same.
    if (i <= half && i + batch.length > half) {
      await t.fold()
      await enter()
    }
    i += batch.length
    if (pick(2) === 0) await t.fold()
  }
  await expireSubscriptions(t.deps)
  await endDiscounts(t.deps)
  await t.fold()
}

describe.each([
  ['UTC', 11],
  ['Asia/Kolkata', 12],
  ['America/St_Johns', 13],
])('money of three currencies, days of %s', (zone, seed) => {
  it('moves to the cent, is what each customer pays at the rate of the day, and retains at the rate of the start', async () => {
    t = await testApp({ now: NOW, config: { timeZone: zone } })
    const pick = seeded(seed)
    const told = randomStates(pick, new Date('2025-09-02T00:00:00Z'), new Date('2026-11-05T00:00:00Z')).map((state) =>
      state.currency === 'USD' && state.id.endsWith('-1') ? { ...state, currency: 'JPY' } : state,
    )
    const rates = randomRates(pick)
    await tell(told, pick, async () => {
      await saveRates(t.deps, 'test', { entries: rates, source: 'imported', recost: true })
    })
    for (const policy of ['stripe', 'chartmogul'] as const) {
      Object.assign(t.deps.config, { mrrPolicy: policy })
      await checkDays(told, rates, zone, policy, '*')
      await checkDays(told, rates, zone, policy, 't1')
      await checkRetention(told, rates, zone, policy)
      await checkRows()
    }
  }, 120_000)
})

async function checkDays(
  all: ToldState[],
  rates: DatedRate[],
  zone: string,
  policy: Policy,
  scope: string,
): Promise<void> {
  const told = scope === '*' ? all : all.filter(({ tenant_id }) => tenant_id === scope)
  const found = await manySeries(t.deps, KEYS, { scope, from: FIRST, to: LAST })
  let before = 0
  for (const [i, day] of DAYS.entries()) {
    const what = `${policy} ${scope} ${day}`
    const [mrr = 0, net = 0, paying, ...kinds] = found.map((one) => {
      const value = one.points[i]?.value ?? 0
      // Whole cents, or whole customers.
      expect(Math.abs(value * 100 - Math.round(value * 100)), `${what} ${one.key}`).toBeLessThan(1e-6)
      return one.key === 'revenue.paying_customers' ? value : Math.round(value * 100)
    })
    expect(net, what).toBe(mrr - before)
    expect(
      kinds.reduce((sum, one) => sum + one, 0),
      what,
    ).toBe(net)
    before = mrr
    const rateOf = rateOn(rates, day)
    const byHand = mrrByCustomer(told, endOf(day, zone), policy, rateOf)
    const sum = [...byHand.values()].reduce((all, one) => all + one, 0)
    // Rounded once for each plan, currency and policy: half a cent each.
    expect(Math.abs(mrr - sum), what).toBeLessThanOrEqual(6)
    if (rateOf('JPY') !== undefined) expect(paying, what).toBe(byHand.size)
    const changes = ['EUR', 'JPY'].some((currency) => rateOf(currency) !== rateOn(rates, addDays(day, -1))(currency))
    if (!changes) expect(kinds.at(-1), `${what}: no other rate than the day before`).toBe(0)
  }
}

/** What a customer who paid at the start pays at the end, both at the rates of the start, as far as there were any. */
async function checkRetention(told: ToldState[], rates: DatedRate[], zone: string, policy: Policy): Promise<void> {
  for (const day of ['2026-02-28', '2026-03-31', '2026-06-15', '2026-09-30', '2026-10-31', '2026-11-04']) {
    const found = await summary(t.deps, RETENTION, { scope: '*', from: day, to: day, compare: 'none' })
    for (const [months, net, gross] of [
      [1, 'revenue.nrr', 'revenue.grr'],
      [12, 'revenue.nrr_12m', 'revenue.grr_12m'],
    ] as const) {
      const then = monthsBefore(day, months)
      const [atStart, atEnd] = [rateOn(rates, then), rateOn(rates, day)]
      const start = mrrByCustomer(told, endOf(then, zone), policy, atStart)
      const end = mrrByCustomer(told, endOf(day, zone), policy, (currency) => atStart(currency) ?? atEnd(currency))
      const total = [...start.values()].reduce((sum, one) => sum + one, 0)
      const share = (left: (customer: string) => number) =>
        total === 0 ? null : (100 * [...start.keys()].reduce((sum, one) => sum + left(one), 0)) / total
      near(
        found[net].value,
        share((one) => end.get(one) ?? 0),
        `${policy} ${day} ${net}`,
      )
      near(
        found[gross].value,
        share((one) => Math.min(end.get(one) ?? 0, start.get(one) ?? 0)),
        `${policy} ${day} ${gross}`,
      )
    }
  }
}

function near(found: number | null, wanted: number | null, what: string): void {
  if (wanted === null || found === null) expect(found, what).toBe(wanted)
  else expect(found, what).toBeCloseTo(wanted, 5)
}

/** The rows beneath stocks and flows add up to them, those that rates alone made among them. */
async function checkRows(): Promise<void> {
  const of = [
    'revenue.mrr',
    'revenue.net_new_mrr',
    'revenue.mrr_fx',
    'revenue.mrr_contraction',
    'revenue.paying_customers',
  ]
  for (const key of of as MetricKey[])
    for (const [scope, from, to] of [
      ['*', '2026-03-01', '2026-10-31'],
      ['*', '2025-10-01', '2026-02-14'],
      ['t1', '2026-01-01', '2026-06-30'],
    ] as const) {
      const { head, rows } = await allRowsOf(t.deps, key, { scope, from, to })
      let sum = 0
      for await (const page of rows) for (const { weight } of page) sum += weight
      expect(sum, `${key} ${scope} ${from}`).toBeCloseTo(head.amount ?? 0, 6)
    }
}
