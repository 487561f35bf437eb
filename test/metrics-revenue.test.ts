import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endDiscounts, expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import type { FactIn, FactKind } from '../src/facts/types.ts'
import type { Day } from '../src/lib/time.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { series } from '../src/metrics/query.ts'
import { type TestApp, testApp } from './helpers/app.ts'

/** Facts through the writer and the fold, in days of a zone of half hours; each number is worked out beside it. */
const NOW = new Date('2026-04-02T06:00:00Z')
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now: NOW, config: { timeZone: 'Asia/Kolkata' } })
})
afterAll(() => t.close())

async function send(kind: FactKind, ...rows: Record<string, unknown>[]): Promise<void> {
  const facts = rows.map((row, index): FactIn => ({ kind, row, index }))
  expect((await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW })).rejected).toEqual([])
}
const value = async (key: MetricKey, from: Day, to: Day = from) =>
  (await series(t.deps, key, { scope: '*', from, to })).total
const groups = async (key: MetricKey, by: string, from: Day, to: Day) => {
  const found = await series(t.deps, key, { scope: '*', from, to, by })
  return Object.fromEntries((found.groups ?? []).map(({ key: name, total }) => [name, total]))
}
const withPolicy = (mrrPolicy: 'stripe' | 'chartmogul') => Object.assign(t.deps.config, { mrrPolicy })
const noon = (day: Day) => `${day}T06:30:00Z`

const told = (id: string, day: Day, more: Record<string, unknown>) => ({
  id,
  plan: 'pro',
  status: 'active',
  currency: 'USD',
  started_at: noon(day),
  updated_at: noon(day),
  ...more,
})

describe('a ledger of seven customers', () => {
  beforeAll(async () => {
    await send(
      'subscriptions',
      // 1,200 a year is 100 a month; 1,800 are 150.
      told('ann', '2026-01-05', { tenant_id: 'a', interval: 'year', amount: 120_000 }),
      told('ann', '2026-02-10', { tenant_id: 'a', interval: 'year', amount: 180_000, plan: 'team' }),
      // 30 and 20: the end of the 20 is contraction, that of the 30 churn; five days later 25 come back.
      told('bob-1', '2026-01-10', { user_id: 'bob', amount: 3000 }),
      told('bob-2', '2026-01-11', { user_id: 'bob', amount: 2000 }),
      told('bob-2', '2026-02-15', { user_id: 'bob', amount: 2000, status: 'expired' }),
      told('bob-1', '2026-03-01', {
        user_id: 'bob',
        amount: 3000,
        status: 'cancelled',
        ends_at: noon('2026-03-20'),
        cancel_reason: 'price',
      }),
      told('bob-2', '2026-03-25', { user_id: 'bob', amount: 2500 }),
      // 40, paused for two weeks.
      told('cat', '2026-01-20', { user_id: 'cat', amount: 4000 }),
      told('cat', '2026-02-20', { user_id: 'cat', amount: 4000, status: 'paused' }),
      told('cat', '2026-03-05', { user_id: 'cat', amount: 4000 }),
      // A trial that goes on as 50, of which 20 are off until the end of March.
      told('dan', '2026-02-14', {
        user_id: 'dan',
        amount: 5000,
        status: 'trialing',
        trial_ends_at: noon('2026-02-28'),
      }),
      told('dan', '2026-02-28', { user_id: 'dan', amount: 5000, discount: 2000, discount_ends_at: noon('2026-03-31') }),
      // 15, of which 5 are off for ever.
      told('eva', '2026-01-31', { user_id: 'eva', amount: 1500, discount: 500 }),
      // Another currency, which is neither converted nor in it.
      told('fay', '2026-01-15', { user_id: 'fay', amount: 9900, currency: 'EUR' }),
      // A trial of which nobody tells the end.
      told('gus', '2026-03-10', {
        user_id: 'gus',
        amount: 5000,
        status: 'trialing',
        trial_ends_at: noon('2026-03-24'),
      }),
    )
    await expireSubscriptions(t.deps)
    await endDiscounts(t.deps)
    await t.fold()
  })

  // 31 January: 100 + 50 + 40 + 10. 27 February: 150 + 30 + 10. A day later dan. 30 March: 150 + 25 + 40 + dan + 10.
  it.each([
    ['stripe', { '2026-01-31': 200, '2026-02-27': 190, '2026-02-28': 240, '2026-03-30': 275, '2026-03-31': 275 }],
    ['chartmogul', { '2026-01-31': 200, '2026-02-27': 190, '2026-02-28': 220, '2026-03-30': 255, '2026-03-31': 275 }],
  ] as const)('has the MRR of policy %s', async (policy, expected) => {
    withPolicy(policy)
    for (const [day, mrr] of Object.entries(expected)) expect(await value('revenue.mrr', day), day).toBe(mrr)
  })

  it.each([
    ['stripe', '2026-02-01', '2026-02-28', [50, 50, -20, -40, 0, 0, 40]],
    ['stripe', '2026-03-01', '2026-03-31', [0, 0, 0, -30, 65, 0, 35]],
    ['chartmogul', '2026-02-01', '2026-02-28', [30, 50, -20, -40, 0, 0, 20]],
    ['chartmogul', '2026-03-01', '2026-03-31', [0, 20, 0, -30, 65, 0, 55]],
  ] as const)(
    'has the movements of policy %s from %s to %s, which are the change of MRR',
    async (policy, from, to, sums) => {
      withPolicy(policy)
      const kinds = [
        'mrr_new',
        'mrr_expansion',
        'mrr_contraction',
        'mrr_churn',
        'mrr_reactivation',
        'mrr_fx',
        'net_new_mrr',
      ]
      for (const [i, kind] of kinds.entries())
        expect(await value(`revenue.${kind}` as MetricKey, from, to), kind).toBeCloseTo(sums[i]!, 6)
    },
  )

  it('retains of February what its four customers still pay, a month of 28 days after one of 31', async () => {
    withPolicy('stripe')
    expect(await value('revenue.nrr', '2026-02-28')).toBeCloseTo((100 * (150 + 30 + 0 + 10)) / 200)
    expect(await value('revenue.grr', '2026-02-28')).toBeCloseTo((100 * (100 + 30 + 0 + 10)) / 200)
    expect(await value('revenue.customer_churn_3m', '2026-02-28')).toBe(25)
  })

  it('retains of March what its four customers still pay, each policy by its own ledger', async () => {
    withPolicy('stripe')
    expect(await value('revenue.nrr', '2026-03-31')).toBeCloseTo((100 * (150 + 25 + 50 + 10)) / 240)
    expect(await value('revenue.grr', '2026-03-31')).toBeCloseTo((100 * (150 + 25 + 50 + 10)) / 240)
    expect(await value('revenue.customer_churn_3m', '2026-03-31')).toBe((0 + 25) / 2)
    expect(await value('revenue.revenue_churn_rate', '2026-03-31')).toBe((100 * 30) / 240)
    expect(await value('revenue.nrr_12m', '2026-03-31')).toBe(null)
    withPolicy('chartmogul')
    expect(await value('revenue.nrr', '2026-03-31')).toBeCloseTo((100 * (150 + 25 + 50 + 10)) / 220)
    expect(await value('revenue.grr', '2026-03-31')).toBeCloseTo((100 * (150 + 25 + 30 + 10)) / 220)
    withPolicy('stripe')
  })

  it('counts subscriptions by status, and what time brings about though nobody tells it', async () => {
    const statuses = ['active', 'trialing', 'paused', 'cancelling', 'cancelled', 'expired']
    const counts = (day: Day) =>
      Promise.all(statuses.map((status) => value(`revenue.subscriptions_${status}` as MetricKey, day)))
    expect(await counts('2026-02-27')).toEqual([4, 1, 1, 0, 0, 1])
    expect(await counts('2026-03-12')).toEqual([5, 1, 0, 1, 0, 1])
    expect(await counts('2026-03-31')).toEqual([6, 0, 0, 0, 1, 1])
    expect(await value('revenue.customers_total', '2026-03-12')).toBe(7)
    expect(await value('revenue.customers_total', '2026-03-24')).toBe(5)
    expect(await value('revenue.arpa_all', '2026-03-31')).toBeCloseTo(275 / 6)
  })

  it('counts cancellations by their reason, and trials by how they ended', async () => {
    expect(await groups('revenue.cancellations', 'reason', '2026-03-01', '2026-03-31')).toMatchObject({ price: 1 })
    expect(await value('revenue.cancellations', '2026-03-01')).toBe(1)
    expect(await value('revenue.trial_conversion', '2026-02-01', '2026-02-28')).toBe(100)
    expect(await value('revenue.trial_conversion', '2026-03-24')).toBe(0)
    expect(await value('revenue.trial_conversion', '2026-02-01', '2026-03-31')).toBe(50)
    expect(await value('revenue.trial_conversion', '2026-03-25')).toBe(null)
  })

  it('knows the customers who came back', async () => {
    expect(await value('revenue.customers_reactivated', '2026-03-01', '2026-03-31')).toBe(2)
    expect(await value('revenue.customers_churned', '2026-03-01', '2026-03-31')).toBe(1)
  })
})

describe('users who move up', () => {
  beforeAll(async () => {
    const users = ['una', 'udo', 'uri', 'uli', 'ute']
    await send('users', ...users.map((id) => ({ id, created_at: '2026-01-02T00:00:00Z' })))
    await send(
      'subscriptions',
      told('s-uri', '2026-01-20', { user_id: 'uri', amount: 900 }),
      told('s-ute', '2026-01-20', { user_id: 'ute', amount: 900 }),
      told('s-una', '2026-02-10', { user_id: 'una', amount: 900 }),
      told('s-udo', '2026-02-12', {
        user_id: 'udo',
        amount: 900,
        status: 'trialing',
        trial_ends_at: noon('2026-03-12'),
      }),
      told('s-uri', '2026-02-20', { user_id: 'uri', amount: 9900, plan: 'enterprise' }),
    )
    await t.fold()
  })

  it('are a share of those on the lower plan at the start of the month', async () => {
    // Free on 31 January: una, udo, uli. On pro: uri and ute.
    expect(await value('revenue.free_to_paid', '2026-02-28')).toBeCloseTo(100 / 3)
    expect(await value('revenue.pro_to_enterprise', '2026-02-28')).toBe(50)
    // On 28 February: udo is in trial; una and ute are on pro.
    expect(await value('revenue.free_to_paid', '2026-03-31')).toBe(0)
    expect(await value('revenue.pro_to_enterprise', '2026-03-31')).toBe(0)
  })
})

describe('months', () => {
  it.each([
    ['2026-03-31', 1, '2026-02-28'],
    ['2026-03-30', 1, '2026-02-28'],
    ['2026-02-28', 1, '2026-01-31'],
    ['2026-02-27', 1, '2026-01-27'],
    ['2028-02-29', 12, '2027-02-28'],
    ['2029-02-28', 12, '2028-02-29'],
    ['2026-12-31', 3, '2026-09-30'],
  ])('%s less %i is %s', async (day, n, expected) => {
    const [row] = await t.sql`select months_before(${day}::date, ${n})::text as day`
    expect(row?.day).toBe(expected)
  })
})
