import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import {
  type PaystackEvent,
  paystackCustomer,
  paystackDispute,
  paystackInvoice,
  paystackLife,
  paystackSubscription,
  refund,
  transaction,
} from './fixtures/paystack-events.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { deliverAll, effectiveState, emptyAll, SECRETS } from './webhooks-kit.ts'

let now = new Date('2026-11-01T00:00:10Z')
let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => now, config: SECRETS })
})
afterAll(() => t.close())
beforeEach(async () => {
  now = new Date('2026-11-01T00:00:10Z')
  await emptyAll(t)
})

const CUSTOMER = 'CUS_hj0cmn6sn9q8w1z'
const send = (...events: PaystackEvent[]) => deliverAll(t, 'paystack', events)
const one = async () => (await t.sql`select * from subscriptions`)[0]!
const payments = () =>
  t.sql`select payment_id as id, status, amount_minor as amount, fee_minor as fee, refunded_minor as refunded from payments order by 1`

describe('a customer from the first payment to the end', () => {
  it('has the MRR, the payments and the invoices that the events tell', async () => {
    await send(...paystackLife())
    const end = new Date('2026-11-01T00:00:00Z')
    expect(await one()).toMatchObject({
      customer_id: CUSTOMER,
      plan: 'PLN_gold',
      status: 'expired',
      ends_at: end,
      mrr_minor: 0,
    })
    expect(await t.sql`select ts, kind, amount_minor as amount, currency from mrr_movements order by ts`).toEqual([
      { ts: new Date('2026-09-01T10:00:00Z'), kind: 'new', amount: 500_000, currency: 'NGN' },
      { ts: expect.any(Date), kind: 'churn', amount: -500_000, currency: 'NGN' },
    ])
    expect(await payments()).toEqual([
      { id: 'ref_1', status: 'succeeded', amount: 500_000, fee: 7500, refunded: 0 },
      { id: 'ref_INV_2', status: 'succeeded', amount: 500_000, fee: 7500, refunded: 150_000 },
      { id: 'ref_fail', status: 'failed', amount: 500_000, fee: 0, refunded: 0 },
    ])
    expect(
      await t.sql`select invoice_id, status, amount_minor, amount_paid_minor, paid_at, subscription_id from invoices`,
    ).toEqual([
      {
        invoice_id: 'INV_2',
        status: 'paid',
        amount_minor: 500_000,
        amount_paid_minor: 500_000,
        paid_at: new Date('2026-10-02T08:00:00Z'),
        subscription_id: 'SUB_vsyqdmlzble3uii',
      },
    ])
    expect(await t.sql`select plan_id, name, amount_minor, currency, interval from plans`).toEqual([
      { plan_id: 'PLN_gold', name: 'Gold', amount_minor: 500_000, currency: 'NGN', interval: 'month' },
    ])
  })

  it('ends in the same state in any order, with any event told again', async () => {
    const events = paystackLife()
    await send(...events)
    const expected = await effectiveState(t)
    const orders = fc.tuple(
      fc.shuffledSubarray(events, { minLength: events.length }),
      fc.array(fc.constantFrom(...events), { maxLength: 6 }),
    )
    await fc.assert(
      fc.asyncProperty(orders, async ([shuffled, again]) => {
        await emptyAll(t)
        await send(...shuffled, ...again)
        expect(await effectiveState(t)).toEqual(expected)
      }),
      { numRuns: 15 },
    )
  }, 120_000)
})

describe('a subscription', () => {
  it('is past due from a failed invoice until it is paid', async () => {
    const [created, paid] = ['2026-10-01T00:00:00.000Z', '2026-10-02T08:00:00.000Z'] as const
    await send(
      paystackSubscription('subscription.create'),
      paystackInvoice('invoice.payment_failed', 'INV_2', created, null, created),
    )
    expect(await one()).toMatchObject({ status: 'past_due', mrr_minor: 500_000 })
    await send(paystackInvoice('invoice.update', 'INV_2', created, paid, '2026-11-01T00:00:00.000Z'))
    expect(await one()).toMatchObject({ status: 'active', current_period_end: new Date('2026-11-01T00:00:00Z') })
  })

  it('that is not renewed counts to the end of the period, which the clock notices', async () => {
    now = new Date('2026-09-20T12:00:00Z')
    await send(
      paystackSubscription('subscription.create'),
      paystackSubscription('subscription.not_renew', { status: 'non-renewing', next_payment_date: null }),
    )
    expect(await one()).toMatchObject({
      status: 'cancelled',
      mrr_minor: 500_000,
      ends_at: new Date('2026-10-01T00:00:00Z'),
    })
    now = new Date('2026-10-01T00:01:00Z')
    await expireSubscriptions(t.deps)
    expect(await one()).toMatchObject({ status: 'expired', mrr_minor: 0 })
  })

  it('is brought to a month from any interval', async () => {
    const worth = async (interval: string, amount: number) => {
      await emptyAll(t)
      await send(
        paystackSubscription('subscription.create', { amount, plan: { plan_code: 'P', interval, currency: 'NGN' } }),
      )
      return (await one()).mrr_minor
    }
    expect(await worth('annually', 1_200_000)).toBe(100_000)
    expect(await worth('biannually', 600_000)).toBe(100_000)
    expect(await worth('quarterly', 300_000)).toBe(100_000)
    expect(await worth('weekly', 12_000)).toBe(52_000)
    // 365 days × 24 hours ÷ 12 months.
    expect(await worth('hourly', 100)).toBe(73_000)
  })
})

describe('whose it is', () => {
  it('is told by metadata, be it text, or by e-mail, and goes over when it is told late', async () => {
    await send(transaction('r1', 1000, '2026-10-01T00:00:00Z', { id: 1 }))
    expect(await t.sql`select user_id from payments`).toEqual([{ user_id: CUSTOMER }])
    await t.deps.writer.write([{ kind: 'users', index: 0, row: { id: 'u_1', email: 'BoJack@example.com' } }], {
      source: 'test',
      receivedAt: now,
    })
    await send(transaction('r2', 1000, '2026-10-02T00:00:00Z', { id: 2 }))
    expect(await t.sql`select user_id from payments`).toEqual([{ user_id: 'u_1' }, { user_id: 'u_1' }])
    const customer = paystackCustomer({ metadata: { user_id: 'u_2' } })
    await send(transaction('r3', 1000, '2026-10-03T00:00:00Z', { id: 3, customer, metadata: '{"user_id":"u_7"}' }))
    expect(await t.sql`select payment_id, user_id from payments order by 1`).toEqual([
      { payment_id: 'r1', user_id: 'u_2' },
      { payment_id: 'r2', user_id: 'u_2' },
      { payment_id: 'r3', user_id: 'u_7' },
    ])
  })
})

describe('money', () => {
  it('given back in whole is refunded, and a refund that failed after all is none', async () => {
    await send(
      refund('refund.processed', 'r1', 'RF_1', 1000),
      transaction('r1', 1000, '2026-10-01T00:00:00Z', { id: 1 }),
      refund('refund.failed', 'r2', 'RF_2', 1000),
      transaction('r2', 1000, '2026-10-01T00:00:00Z', { id: 2 }),
      refund('refund.processed', 'r2', 'RF_2', 1000),
    )
    expect((await payments()).map(({ id, status, refunded }) => [id, status, refunded])).toEqual([
      ['r1', 'refunded', 1000],
      ['r2', 'succeeded', 0],
    ])
  })

  it('of a dispute that the merchant accepts is given back', async () => {
    await send(
      paystackDispute('charge.dispute.resolve', 'r1', {
        status: 'resolved',
        resolution: 'merchant-accepted',
        refund_amount: 300,
      }),
      transaction('r1', 1000, '2026-10-01T00:00:00Z', { id: 1 }),
    )
    expect((await payments()).map(({ status, refunded }) => [status, refunded])).toEqual([['succeeded', 300]])
  })

  it('that a reference failed to pay first counts as paid when it succeeds, in either order', async () => {
    const failed = transaction('r1', 1000, '2026-10-01T00:00:00Z', { status: 'failed' })
    const paid = transaction('r1', 1000, '2026-10-01T00:00:00Z')
    for (const order of [
      [failed, paid],
      [paid, failed],
    ]) {
      await emptyAll(t)
      await send(...order)
      expect((await payments()).map(({ status }) => status)).toEqual(['succeeded'])
    }
  })

  it('that goes out is no business of ours, and said so', async () => {
    await send({ event: 'transfer.success', data: { id: 7, reference: 'tr_1', amount: 1, status: 'success' } })
    expect(await t.sql`select outcome from webhook_events`).toEqual([{ outcome: 'ignored' }])
    expect(await payments()).toEqual([])
  })
})
