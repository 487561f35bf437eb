import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endDiscounts, expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import type { FactIn, FactKind } from '../src/facts/types.ts'
import { type Day, eachDay } from '../src/lib/time.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { manySeries, series } from '../src/metrics/query.ts'
import { saveRates } from '../src/rates/store.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'

/** Seven customers who pay in dollars, euros or both, and a euro of 1.10, then 1.21 from 15 February, then 1.00 from 10 March. */
const NOW = new Date('2026-04-02T12:00:00Z')
const RATES = { '2026-01-01': '1.10', '2026-02-15': '1.21', '2026-03-10': '1.00' }
const DAYS = eachDay('2026-01-01', '2026-04-01')
const KINDS = ['new', 'expansion', 'contraction', 'churn', 'reactivation', 'fx'] as const
let t: TestApp

const noon = (day: Day) => `${day}T12:00:00Z`
const told = (id: string, user_id: string, day: Day, amount: number, more: Record<string, unknown> = {}) => ({
  id,
  user_id,
  plan: 'pro',
  status: 'active',
  currency: 'USD',
  amount,
  started_at: noon(day),
  updated_at: noon(day),
  ...more,
})
const EUR = { currency: 'EUR' }

async function send(kind: FactKind, ...rows: Record<string, unknown>[]): Promise<void> {
  const facts = rows.map((row, index): FactIn => ({ kind, row, index }))
  expect((await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW })).rejected).toEqual([])
}
const value = async (key: MetricKey, from: Day, to: Day = from) =>
  (await series(t.deps, key, { scope: '*', from, to })).total
const withPolicy = (mrrPolicy: 'stripe' | 'chartmogul') => Object.assign(t.deps.config, { mrrPolicy })

beforeAll(async () => {
  t = await testApp({ now: NOW })
  const entries = Object.entries(RATES).map(([day, rate]) => ({ currency: 'EUR', day, rate }))
  await saveRates(t.deps, 'test', { entries, source: 'entered', recost: true })
  await send(
    'subscriptions',
    // 600 € a year are 50 € a month; from 20 February 1,200 are 100: an upgrade.
    told('ann', 'ann', '2026-01-05', 60_000, { ...EUR, interval: 'year' }),
    told('ann', 'ann', '2026-02-20', 120_000, { ...EUR, interval: 'year', plan: 'team' }),
    // 30 $ and 20 €: the end of the 20 € is a downgrade, that of the 30 $ the customer's; 25 € bring it back.
    told('bob-1', 'bob', '2026-01-10', 3000),
    told('bob-2', 'bob', '2026-01-11', 2000, EUR),
    told('bob-2', 'bob', '2026-02-25', 2000, { ...EUR, status: 'expired' }),
    told('bob-1', 'bob', '2026-03-05', 3000, { status: 'expired' }),
    told('bob-2', 'bob', '2026-03-25', 2500, EUR),
    // 40 €, paused from 1 to 20 March.
    told('cat', 'cat', '2026-01-20', 4000, EUR),
    told('cat', 'cat', '2026-03-01', 4000, { ...EUR, status: 'paused' }),
    told('cat', 'cat', '2026-03-20', 4000, EUR),
    // 50 €, of which 10 are off until 12 March.
    told('dan', 'dan', '2026-02-10', 5000, { ...EUR, discount: 1000, discount_ends_at: noon('2026-03-12') }),
    // 80 $ that become 70 € on 18 March: the same subscription in another currency.
    told('eva', 'eva', '2026-01-15', 8000),
    told('eva', 'eva', '2026-03-18', 7000, EUR),
    // 9.99 €, which is no whole number of cents at any of the rates but the last.
    told('fay', 'fay', '2026-01-02', 999, EUR),
    // Yen have no rate: they are in nothing.
    told('gus', 'gus', '2026-01-08', 5000, { currency: 'JPY' }),
  )
  await send(
    'payments',
    {
      id: 'p1',
      provider: 'stripe',
      status: 'succeeded',
      amount: 5000,
      fee: 175,
      currency: 'EUR',
      ts: noon('2026-02-14'),
    },
    {
      id: 'p2',
      provider: 'stripe',
      status: 'succeeded',
      amount: 5000,
      fee: 175,
      currency: 'EUR',
      ts: noon('2026-02-15'),
    },
    {
      id: 'p3',
      provider: 'stripe',
      status: 'refunded',
      amount: 2000,
      refunded: 2000,
      currency: 'EUR',
      ts: noon('2026-02-16'),
    },
    { id: 'p4', provider: 'stripe', status: 'succeeded', amount: 5000, currency: 'JPY', ts: noon('2026-02-15') },
  )
  await expireSubscriptions(t.deps)
  await endDiscounts(t.deps)
  await t.fold()
})
afterAll(() => t.close())

describe('MRR of two currencies', () => {
  // 31 January at 1.10: ann 55, bob 30 + 22, cat 44, eva 80, fay 10.99 (10.989, together with ann and cat 109.99 × 1.1).
  const january = 30 + 80 + Math.round((5000 + 2000 + 4000 + 999) * 1.1) / 100
  // 28 February at 1.21: pro: cat 40, dan 50, fay 9.99 €; team: ann 100 €; bob and eva in dollars.
  const february = 30 + 80 + Math.round((4000 + 5000 + 999) * 1.21) / 100 + 121
  // 31 March at 1.00: ann 100, bob 25, cat 40, dan 50, eva 70, fay 9.99.
  const march = 100 + 25 + 40 + 50 + 70 + 9.99
  it.each([
    ['2026-01-31', january, 241.99],
    ['2026-02-14', january + 55, 296.99],
    ['2026-02-28', february, 351.99],
    ['2026-03-31', march, 294.99],
  ])('is on %s each currency at the rate of the day', async (day, byHand, expected) => {
    withPolicy('stripe')
    expect(byHand).toBeCloseTo(expected, 8)
    expect(await value('revenue.mrr', day)).toBe(expected)
  })

  it('takes the discount off under the other policy, at the rate of the day', async () => {
    withPolicy('chartmogul')
    // dan pays 40 € instead of 50: 48.40 instead of 60.50.
    expect(await value('revenue.mrr', '2026-02-28')).toBe(339.89)
    expect(await value('revenue.mrr', '2026-03-31')).toBe(294.99)
  })

  it('moves by the rate alone on the day of a new one, and outside all other movements', async () => {
    withPolicy('stripe')
    // 169.99 € from 1.10 to 1.21, rounded before and after: 205.69 − 186.99.
    expect(await value('revenue.mrr_fx', '2026-02-15')).toBe(18.7)
    expect(await value('revenue.net_new_mrr', '2026-02-15')).toBe(18.7)
    // 100 € team from 121 to 100; 59.99 € pro (dan, fay) from 72.59 to 59.99; cat is paused and bob gone.
    expect(await value('revenue.mrr_fx', '2026-03-10')).toBe(-33.6)
    expect(await value('revenue.mrr_fx', '2026-03-11')).toBe(0)
    // The yearly plan: −50 € pro and +100 € team at 1.21 are 60.50 (60.50 of 149.99 € pro, to the cent) and 121.
    expect(await value('revenue.mrr_expansion', '2026-02-20')).toBeCloseTo(60.5, 8)
  })

  it('takes the end of one currency for contraction, and one subscription that changes its currency for no loss', async () => {
    expect(await value('revenue.customers_churned', '2026-02-25')).toBe(0)
    expect(await value('revenue.mrr_contraction', '2026-02-25')).toBe(-24.2)
    expect(await value('revenue.mrr_churn', '2026-03-05')).toBe(-30)
    expect(await value('revenue.mrr_reactivation', '2026-03-25')).toBe(25)
    expect(await value('revenue.customers_churned', '2026-03-18')).toBe(0)
    expect(await value('revenue.net_new_mrr', '2026-03-18')).toBe(-10)
  })

  it.each(['stripe', 'chartmogul'] as const)(
    'is the sum of its movements on every day, to the cent (%s)',
    async (policy) => {
      withPolicy(policy)
      const keys = ['revenue.mrr', 'revenue.net_new_mrr', ...KINDS.map((kind) => `revenue.mrr_${kind}`)] as MetricKey[]
      const [mrr, net, ...kinds] = await manySeries(t.deps, keys, { scope: '*', from: DAYS[0]!, to: DAYS.at(-1)! })
      let before = 0
      for (const [i, day] of DAYS.entries()) {
        const cents = (one: (typeof kinds)[number] | undefined) => Math.round((one?.points[i]?.value ?? 0) * 100)
        for (const one of [mrr, net, ...kinds]) expect((one?.points[i]?.value ?? 0) * 100).toBeCloseTo(cents(one), 6)
        expect(cents(mrr) - before, day).toBe(cents(net))
        expect(
          kinds.reduce((sum, one) => sum + cents(one), 0),
          day,
        ).toBe(cents(net))
        before = cents(mrr)
      }
    },
  )
})

describe('retention of two currencies', () => {
  it('is what is left at the rates of the start, whatever those of the end are', async () => {
    withPolicy('stripe')
    // February, from 31 January at 1.10: ann 55, bob 52, cat 44, eva 80, fay 10.989.
    const start = 55 + 52 + 44 + 80 + 10.989
    expect(await value('revenue.nrr', '2026-02-28')).toBeCloseTo((100 * (110 + 30 + 44 + 80 + 10.989)) / start, 6)
    expect(await value('revenue.grr', '2026-02-28')).toBeCloseTo((100 * (55 + 30 + 44 + 80 + 10.989)) / start, 6)
  })

  it('counts a customer once, who moves from one currency to the other', async () => {
    // March, from 28 February at 1.21: ann 121, bob 30, cat 48.40, dan 60.50, eva 80, fay 12.0879. bob is back with 25 €.
    const start = 121 + 30 + 48.4 + 60.5 + 80 + 12.0879
    const end = 121 + 30.25 + 48.4 + 60.5 + 84.7 + 12.0879
    const kept = 121 + 30 + 48.4 + 60.5 + 80 + 12.0879
    expect(await value('revenue.nrr', '2026-03-31')).toBeCloseTo((100 * end) / start, 6)
    expect(await value('revenue.grr', '2026-03-31')).toBeCloseTo((100 * kept) / start, 6)
    expect(await value('revenue.paying_customers', '2026-03-31')).toBe(6)
  })

  it('has dan grow under the policy that took the discount for contraction', async () => {
    withPolicy('chartmogul')
    const others = 121 + 30 + 48.4 + 80 + 12.0879
    expect(await value('revenue.nrr', '2026-03-31')).toBeCloseTo(
      (100 * (121 + 30.25 + 48.4 + 84.7 + 12.0879 + 60.5)) / (others + 48.4),
      6,
    )
    expect(await value('revenue.grr', '2026-03-31')).toBeCloseTo(100, 6)
    withPolicy('stripe')
  })
})

it('converts payments at the rate of their own day, and leaves out what has none', async () => {
  // 50 € at 1.10 and at 1.21, fees of 1.75 € each (1.925 and 2.1175, rounded one by one); 20 € given back at 1.21.
  expect(await value('revenue.payments_volume', '2026-02-14', '2026-02-16')).toBe(55 + 60.5 + 24.2)
  expect(await value('revenue.fees', '2026-02-14', '2026-02-16')).toBeCloseTo(1.93 + 2.12, 8)
  expect(await value('revenue.refunds', '2026-02-16')).toBe(24.2)
  expect(await value('revenue.net_receipts', '2026-02-14', '2026-02-16')).toBeCloseTo(55 + 60.5 - 4.05, 8)
  expect(await value('revenue.transactions', '2026-02-14', '2026-02-16')).toBe(4)
  expect(await value('revenue.average_payment', '2026-02-14', '2026-02-16')).toBeCloseTo(139.7 / 3, 6)
})

it('converts what campaigns cost and bring at the rate of the day', async () => {
  const ads = { campaign_id: 'ads', amount: 10_000, ...EUR }
  await send('campaigns', { id: 'ads', kind: 'acquisition' }, { id: 'yen', kind: 'acquisition' })
  await send(
    'campaign_spend',
    { ...ads, day: '2026-02-14' },
    { ...ads, day: '2026-02-15' },
    { campaign_id: 'yen', day: '2026-02-15', amount: 5000, currency: 'JPY' },
  )
  await send('users', { id: 'ann', referrer: 'ads', created_at: noon('2026-01-05') })
  const paid = { provider: 'stripe', status: 'succeeded', amount: 5000, ...EUR, ts: noon('2026-02-20') }
  await send('payments', { ...paid, id: 'p5', user_id: 'ann' })
  await t.fold()
  // 100 € at 1.10 and at 1.21; 50 € at 1.21.
  expect(await value('campaigns.spend', '2026-02-14', '2026-02-20')).toBe(110 + 121)
  expect(await value('revenue.campaign_spend', '2026-02-14', '2026-02-20')).toBe(110 + 121)
  expect(await value('campaigns.revenue', '2026-02-14', '2026-02-20')).toBe(60.5)
  expect(await value('campaigns.roi', '2026-02-14', '2026-02-20')).toBeCloseTo((100 * (60.5 - 231)) / 231)
})

it('is the same when a day is built anew', async () => {
  const all = async () =>
    t.sql`select scope, day, plan, kind, currency, policy, n, amount_reported, customers_reported from mrr_days order by 1, 2, 3, 4, 5, 6`
  const before = await all()
  for (const day of ['2026-02-15', '2026-02-20', '2026-03-10', '2026-03-18']) await rebuildDay(t.deps, day)
  expect(await all()).toEqual(before)
  expect(await value('revenue.mrr_fx', '2026-02-15')).toBe(18.7)
})
