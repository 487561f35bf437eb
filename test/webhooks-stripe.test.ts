import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import {
  charge,
  customer,
  dispute,
  failedIntent,
  finalized,
  invoice,
  item,
  items,
  lifecycle,
  price,
  type StripeEvent,
  seconds,
  stripeEvent,
  subscription,
} from './fixtures/stripe-events.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { deliver, deliverAll, effectiveState, emptyAll, SECRETS } from './webhooks-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => NOW, config: SECRETS })
})
afterAll(() => t.close())
beforeEach(() => emptyAll(t))

const movements = () => t.sql`
  select to_char(ts at time zone 'UTC', 'MM-DD') as day, kind, plan, amount_minor as amount, customers_delta as customers
  from mrr_movements order by ts, amount_minor`
const one = async () => (await t.sql`select * from subscriptions`)[0]!
const day = (text: string, time = '10:00:00') => new Date(`2026-${text}T${time}Z`)
const send = (...events: StripeEvent[]) => deliverAll(t, 'stripe', events)
const made = (more: Record<string, unknown> = {}, type = 'created', at = '2026-09-01T10:00:00Z') =>
  stripeEvent(`customer.subscription.${type}`, at, subscription({ trial_start: null, trial_end: null, ...more }))

describe('a customer from trial to the end', () => {
  it('moves MRR by the plan, the seats and the end of the period, and by nothing else', async () => {
    await send(...lifecycle())
    // 49 × 1 from the end of the trial; 15 × 10 seats from 1 October; all of it lost on 15 November.
    expect(await movements()).toEqual([
      { day: '09-15', kind: 'new', plan: 'prod_pro', amount: 4900, customers: 1 },
      { day: '10-01', kind: 'expansion', plan: 'prod_pro', amount: -4900, customers: -1 },
      { day: '10-01', kind: 'expansion', plan: 'prod_team', amount: 15_000, customers: 1 },
      { day: '11-15', kind: 'churn', plan: 'prod_team', amount: -15_000, customers: -1 },
    ])
    expect(await t.sql`select status, mrr_minor, ts from subscription_states order by ts`).toEqual([
      { status: 'trialing', mrr_minor: 0, ts: day('09-01') },
      { status: 'trialing', mrr_minor: 0, ts: day('09-12') },
      { status: 'active', mrr_minor: 4900, ts: day('09-15') },
      { status: 'active', mrr_minor: 15_000, ts: day('10-01') },
      { status: 'past_due', mrr_minor: 15_000, ts: day('10-15', '10:00:01') },
      { status: 'active', mrr_minor: 15_000, ts: day('10-18') },
      { status: 'cancelled', mrr_minor: 15_000, ts: day('11-01') },
      { status: 'expired', mrr_minor: 0, ts: day('11-15') },
    ])
    expect(await one()).toMatchObject({
      customer_id: 'u_1',
      plan: 'prod_team',
      status: 'expired',
      ends_at: day('11-15'),
    })
  })

  it('has an invoice for each period and a payment for each attempt, told twice or not', async () => {
    await send(...lifecycle())
    expect(
      await t.sql`select invoice_id as id, status, amount_minor as amount, amount_paid_minor as paid, subscription_id, user_id,
        issued_at, paid_at from invoices order by 1`,
    ).toEqual([
      {
        id: 'in_1',
        status: 'paid',
        amount: 4900,
        paid: 4900,
        subscription_id: 'sub_1',
        user_id: 'u_1',
        issued_at: day('09-15'),
        paid_at: day('09-15'),
      },
      {
        id: 'in_2',
        status: 'paid',
        amount: 15_000,
        paid: 15_000,
        subscription_id: 'sub_1',
        user_id: 'u_1',
        issued_at: day('10-15'),
        paid_at: day('10-18'),
      },
    ])
    expect(
      await t.sql`select payment_id as id, status, amount_minor as amount, refunded_minor as refunded, user_id, ts,
        failure_reason as reason, properties->'disputes'->0->>'status' as dispute from payments order by 1`,
    ).toEqual([
      {
        id: 'ch_1',
        status: 'succeeded',
        amount: 4900,
        refunded: 0,
        user_id: 'u_1',
        ts: day('09-15'),
        reason: null,
        dispute: 'won',
      },
      {
        id: 'ch_2',
        status: 'failed',
        amount: 15_000,
        refunded: 0,
        user_id: 'u_1',
        ts: day('10-15'),
        reason: 'Your card was declined.',
        dispute: null,
      },
      {
        id: 'ch_3',
        status: 'succeeded',
        amount: 15_000,
        refunded: 2000,
        user_id: 'u_1',
        ts: day('10-18'),
        reason: null,
        dispute: null,
      },
    ])
  })

  it('shows in the metrics, day by day', async () => {
    await send(...lifecycle())
    await t.fold()
    const names = 'revenue.mrr,revenue.payments_volume,revenue.refunds,revenue.payments_failed,revenue.paying_customers'
    const answer = await t.request(`/exports/metrics.csv?metrics=${names}&from=2026-09-14&to=2026-11-16`, {
      headers: { authorization: `Bearer ${await t.key(['read'])}` },
    })
    const lines = (await answer.text()).trim().split(/\r?\n/)
    const of = (date: string) =>
      lines
        .find((line) => line.startsWith(date))
        ?.split(',')
        .slice(1)
        .map(Number)
    expect(lines[0]).toBe(`date,${names}`)
    expect(of('2026-09-14')).toEqual([0, 0, 0, 0, 0])
    expect(of('2026-09-15')).toEqual([49, 49, 0, 0, 1])
    expect(of('2026-10-01')).toEqual([150, 0, 0, 0, 1])
    expect(of('2026-10-15')).toEqual([150, 0, 0, 1, 1])
    expect(of('2026-10-18')).toEqual([150, 150, 20, 0, 1])
    expect(of('2026-11-14')).toEqual([150, 0, 0, 0, 1])
    expect(of('2026-11-15')).toEqual([0, 0, 0, 0, 0])
  })

  it('ends in the same state in any order, with any event told again', async () => {
    const events = lifecycle()
    await send(...events)
    const expected = await effectiveState(t)
    expect(expected.subscriptions).toHaveLength(1)
    expect(expected.mrr).toEqual([])
    const orders = fc.tuple(
      fc.shuffledSubarray(events, { minLength: events.length }),
      fc.array(fc.constantFrom(...events), { maxLength: 8 }),
    )
    await fc.assert(
      fc.asyncProperty(orders, async ([shuffled, again]) => {
        await emptyAll(t)
        await send(...shuffled, ...again)
        expect(await effectiveState(t)).toEqual(expected)
      }),
      { numRuns: 12 },
    )
  }, 120_000)

  it('stands in the middle of its life as it would have been told in order, at whatever event one looks', async () => {
    const all = lifecycle()
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: all.length }), fc.infiniteStream(fc.nat()), async (n, dice) => {
        const events = all.slice(0, n)
        await emptyAll(t)
        await send(...events)
        const expected = await effectiveState(t)
        await emptyAll(t)
        await send(
          ...[...events]
            .map((event) => [dice.next().value as number, event] as const)
            .sort(([a], [b]) => a - b)
            .map(([, event]) => event),
        )
        expect(await effectiveState(t)).toEqual(expected)
      }),
      { numRuns: 10 },
    )
  }, 120_000)

  it('told all at once ends there as well', async () => {
    const events = lifecycle()
    await send(...events)
    const expected = await effectiveState(t)
    await emptyAll(t)
    const answers = await Promise.all([...events, ...events].map((event) => deliver(t, 'stripe', event)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(await effectiveState(t)).toEqual(expected)
    expect(await t.sql`select count(*) as n from webhook_events`).toEqual([{ n: events.length }])
  })

  it('is ended by the clock when the last event does not come, and the late event moves nothing', async () => {
    const events = lifecycle()
    await send(...events.slice(0, -1))
    expect(await one()).toMatchObject({ status: 'cancelled', mrr_minor: 15_000 })
    await expireSubscriptions(t.deps)
    const before = await movements()
    expect(before.at(-1)).toMatchObject({ day: '11-15', kind: 'churn', amount: -15_000 })
    await send(events.at(-1)!)
    expect(await movements()).toEqual(before)
  })
})

describe('one second', () => {
  const at = '2026-10-01T10:00:00Z'
  const seats = (from: number, to: number, more: object = {}) =>
    stripeEvent('customer.subscription.updated', at, subscription({ ...items(item({}, to)), ...more }), {
      items: { data: [item({}, from)] },
      quantity: from,
    })

  it('of three changes, each of which knows what it found, leaves the last', async () => {
    // Whichever ids they have: those tell nothing.
    const events = [seats(1, 2), seats(2, 5), seats(5, 3)]
    const renamed = events.map((event, n) => ({ ...event, id: events.at(-1 - n)!.id }))
    for (const order of [...permutations(events), ...permutations(renamed)]) {
      await emptyAll(t)
      await send(...order)
      expect(await one()).toMatchObject({ quantity: 3, mrr_minor: 14_700 })
    }
  })

  it('of two changes of different fields keeps both, though each shows the other field as it found it', async () => {
    const cancelled = { cancel_at_period_end: true, cancel_at: seconds('2026-10-15T10:00:00Z') }
    const more = stripeEvent('customer.subscription.updated', at, subscription(cancelled), {
      cancel_at_period_end: false,
      cancel_at: null,
    })
    const first = seats(1, 4)
    const renamed = [
      { ...first, id: more.id },
      { ...more, id: first.id },
    ]
    for (const order of [...permutations([first, more]), ...permutations(renamed)]) {
      await emptyAll(t)
      await send(...order)
      expect(await one()).toMatchObject({ status: 'cancelled', quantity: 4, mrr_minor: 19_600 })
    }
  })

  it('of birth, change and death is death', async () => {
    const gone = { status: 'canceled', ended_at: seconds(at), canceled_at: seconds(at) }
    const events = [
      stripeEvent('customer.subscription.deleted', at, subscription(gone)),
      seats(1, 2),
      stripeEvent('customer.subscription.created', at, subscription()),
    ]
    for (const order of permutations(events)) {
      await emptyAll(t)
      await send(...order)
      expect(await one()).toMatchObject({ status: 'expired', mrr_minor: 0 })
      expect((await effectiveState(t)).mrr).toEqual([])
    }
  })

  it('later than its end, by a clock that is off, brings nothing back to life', async () => {
    const gone = { status: 'canceled', ended_at: seconds(at), canceled_at: seconds(at) }
    const events = [
      stripeEvent('customer.subscription.deleted', at, subscription(gone)),
      stripeEvent('customer.subscription.updated', '2026-10-01T10:00:02Z', subscription()),
    ]
    for (const order of permutations(events)) {
      await emptyAll(t)
      await send(...order)
      expect(await one()).toMatchObject({ status: 'expired', mrr_minor: 0 })
    }
  })
})

describe('MRR', () => {
  const worth = async (more: Record<string, unknown>) => {
    await emptyAll(t)
    await send(made(more))
    return (await one()).mrr_minor
  }

  it('sums items, brings different intervals to a month, and leaves metered ones out', async () => {
    const seat = item({ amount: 1200 }, 3, 'si_1')
    const base = item({ id: 'price_base', product: 'prod_base', amount: 9900 }, 1, 'si_2')
    const yearly = item({ id: 'price_year', product: 'prod_year', amount: 60_000, interval: 'year' }, 1, 'si_3')
    const metered = item({ id: 'price_use', product: 'prod_use', amount: 7, usage: 'metered' }, 1, 'si_4')
    // 3 × 12 + 99 = 135; a year of 600 is 50 a month.
    expect(await worth(items(seat, base))).toBe(13_500)
    expect(await one()).toMatchObject({ plan: 'prod_base', interval: 'month', quantity: 1, amount_minor: 13_500 })
    expect(await worth(items(seat, base, yearly, metered))).toBe(18_500)
    expect(await worth(items(yearly))).toBe(5000)
    expect(await worth(items(metered))).toBe(0)
    expect(await worth(items(item({ amount: 9000, count: 3 })))).toBe(3000)
    // 25 seats in packages of 10 are 3 packages.
    expect(
      await worth(items(item({ amount: 5000, more: { transform_quantity: { divide_by: 10, round: 'up' } } }, 25))),
    ).toBe(15_000)
  })

  it('is lowered by a discount for ever, not by one that ends', async () => {
    const discount = (coupon: object) => ({ discount: { id: 'di_1', object: 'discount', coupon } })
    expect(await worth(discount({ duration: 'forever', percent_off: 20 }))).toBe(3920)
    expect(await worth(discount({ duration: 'forever', amount_off: 900 }))).toBe(4000)
    expect(await worth(discount({ duration: 'once', percent_off: 50 }))).toBe(4900)
    expect(await worth(discount({ duration: 'repeating', duration_in_months: 3, percent_off: 100 }))).toBe(4900)
  })

  it('knows a discount that the subscription names by its id only, whenever that is told', async () => {
    const told = stripeEvent('customer.discount.created', '2026-09-01T10:00:00Z', {
      id: 'di_7',
      object: 'discount',
      customer: 'cus_1',
      subscription: 'sub_1',
      source: { type: 'coupon', coupon: { id: 'half', duration: 'forever', percent_off: 50 } },
    })
    for (const order of permutations([made({ discounts: ['di_7'] }), told])) {
      await emptyAll(t)
      await send(...order)
      expect((await one()).mrr_minor).toBe(2450)
    }
    await send(made({ discounts: [] }, 'updated', '2026-09-02T10:00:00Z'))
    expect((await one()).mrr_minor).toBe(4900)
  })

  it('has no tax in it that a price includes', async () => {
    const rates = { default_tax_rates: [{ id: 'txr_1', inclusive: true, percentage: 22.5 }] }
    expect(await worth(rates)).toBe(4000)
    expect(await worth({ default_tax_rates: [{ id: 'txr_2', inclusive: false, percentage: 22.5 }] })).toBe(4900)
  })

  it('is nothing while paused, unpaid or not begun', async () => {
    expect(await worth({ status: 'paused' })).toBe(0)
    expect(await worth({ status: 'unpaid' })).toBe(0)
    expect(await worth({ pause_collection: { behavior: 'void', resumes_at: null } })).toBe(0)
    expect(await worth({ status: 'past_due' })).toBe(4900)
    await emptyAll(t)
    await send(made({ status: 'incomplete' }))
    expect(await t.sql`select from subscriptions`).toHaveLength(0)
    await send(made({ status: 'incomplete_expired' }, 'updated', '2026-09-02T10:00:00Z'))
    expect(await t.sql`select from subscriptions`).toHaveLength(0)
    expect(await movements()).toEqual([])
  })

  it('comes from the places that newer API versions put things in', async () => {
    const { current_period_end: _, current_period_start: __, ...old } = subscription({ trial_end: null, discounts: [] })
    const end = seconds('2026-10-01T10:00:00Z')
    const object = { ...old, cancel_at_period_end: true, ...items({ ...item(), current_period_end: end }) }
    await send(stripeEvent('customer.subscription.created', '2026-09-01T10:00:00Z', object))
    expect(await one()).toMatchObject({ status: 'cancelled', mrr_minor: 4900, ends_at: day('10-01') })
    const { subscription: ___, ...bill } = finalized('in_9', 4900, '2026-09-01T10:00:00Z')
    const parent = {
      type: 'subscription_details',
      subscription_details: { subscription: 'sub_1', metadata: { user_id: 'u_1' } },
    }
    await send(stripeEvent('invoice.finalized', '2026-09-01T10:00:00Z', { ...bill, parent }))
    expect(await t.sql`select subscription_id, user_id from invoices`).toEqual([
      { subscription_id: 'sub_1', user_id: 'u_1' },
    ])
  })

  it('counts yen as yen, and no hundredths of a króna', async () => {
    expect(await worth(items(item({ amount: 5000, currency: 'jpy' })))).toBe(5000)
    expect(await one()).toMatchObject({ currency: 'JPY' })
    expect(await worth(items(item({ amount: 500_000, currency: 'isk' })))).toBe(5000)
    expect(await worth(items(item({ amount: 5000, currency: 'kwd' })))).toBe(5000)
  })
})

describe('the end', () => {
  it('of a trial is no churn, even if Stripe notices it minutes late', async () => {
    const trial = { status: 'trialing', trial_end: seconds('2026-09-15T10:00:00Z') }
    const gone = { ...trial, status: 'canceled', ended_at: seconds('2026-09-15T10:04:00Z') }
    const events = [made(trial), made(gone, 'deleted', '2026-09-15T10:04:00Z')]
    for (const order of permutations(events)) {
      await emptyAll(t)
      await send(...order)
      expect(await movements()).toEqual([])
      expect(await one()).toMatchObject({ status: 'expired', ends_at: day('09-15') })
    }
  })

  it('at once is churn at once', async () => {
    const at = '2026-09-20T08:00:00Z'
    await send(made(), made({ status: 'canceled', ended_at: seconds(at), canceled_at: seconds(at) }, 'deleted', at))
    expect((await movements()).map(({ day, kind }) => [day, kind])).toEqual([
      ['09-01', 'new'],
      ['09-20', 'churn'],
    ])
  })

  it('that was taken back is none', async () => {
    const cancelled = { cancel_at_period_end: true, cancel_at: seconds('2026-10-01T10:00:00Z') }
    await send(made(), made(cancelled, 'updated', '2026-09-10T10:00:00Z'), made({}, 'updated', '2026-09-11T10:00:00Z'))
    expect(await one()).toMatchObject({ status: 'active', ends_at: null, mrr_minor: 4900 })
    expect(await movements()).toHaveLength(1)
  })
})

describe('whose it is', () => {
  const at = '2026-09-01T10:00:00Z'
  const nobody = (more: object = {}) => made({ metadata: {}, ...more })
  const paid = () => stripeEvent('charge.succeeded', at, charge('ch_1', 4900, at))
  const bill = () => stripeEvent('invoice.paid', at, finalized('in_1', 4900, at, at))
  const session = (more: object) =>
    stripeEvent('checkout.session.completed', at, {
      id: 'cs_1',
      object: 'checkout.session',
      customer: 'cus_1',
      mode: 'subscription',
      ...more,
    })

  it('is told by the metadata of subscription or customer, by Checkout, by e-mail, and else it is the customer itself', async () => {
    const ownerAfter = async (...events: StripeEvent[]) => {
      await t.sql`truncate webhook_events, webhook_things, subscriptions, subscription_states, mrr_movements`
      await send(...events)
      const { customer_id, user_id, tenant_id } = await one()
      return { customer_id, user_id, tenant_id }
    }
    expect(await ownerAfter(nobody())).toEqual({ customer_id: 'cus_1', user_id: 'cus_1', tenant_id: '' })
    expect(await ownerAfter(nobody({ metadata: { user_id: 'u_9', tenant_id: 'acme' } }))).toEqual({
      customer_id: 'acme',
      user_id: 'u_9',
      tenant_id: 'acme',
    })
    expect(await ownerAfter(nobody({ metadata: { tenant_id: 'acme' } }))).toEqual({
      customer_id: 'acme',
      user_id: '',
      tenant_id: 'acme',
    })
    const known = stripeEvent('customer.created', at, customer({ metadata: { user_id: 'u_2' } }))
    expect(await ownerAfter(known, nobody())).toMatchObject({ customer_id: 'u_2' })
    expect(await ownerAfter(session({ client_reference_id: 'u_3' }), nobody())).toMatchObject({ customer_id: 'u_3' })
    await t.deps.writer.write([{ kind: 'users', index: 0, row: { id: 'u_4', email: 'Jo@Example.com' } }], {
      source: 'test',
      receivedAt: NOW,
    })
    expect(await ownerAfter(stripeEvent('customer.created', at, customer()), nobody())).toMatchObject({
      customer_id: 'u_4',
    })
  })

  it('can be told last: what was told before goes over to the owner, and no money is doubled', async () => {
    const events = [nobody(), paid(), bill(), session({ client_reference_id: 'u_3', metadata: { tenant_id: 'acme' } })]
    for (const order of permutations(events).filter((_, n) => n % 5 === 0)) {
      await emptyAll(t)
      await send(...order)
      expect(
        await t.sql`
        select user_id, tenant_id from subscriptions union all select user_id, tenant_id from payments
        union all select user_id, tenant_id from invoices`,
      ).toEqual(Array(3).fill({ user_id: 'u_3', tenant_id: 'acme' }))
      expect((await effectiveState(t)).mrr).toEqual([{ customer_id: 'acme', currency: 'USD', mrr: 4900, customers: 1 }])
    }
  })

  it('of a guest without customer is found by the payment of the Checkout session', async () => {
    await send(
      stripeEvent(
        'charge.succeeded',
        at,
        charge('ch_1', 900, at, { customer: null, payment_intent: 'pi_1', billing_details: {} }),
      ),
      session({ customer: null, payment_intent: 'pi_1', client_reference_id: 'u_5', mode: 'payment' }),
    )
    expect(await t.sql`select user_id, amount_minor from payments`).toEqual([{ user_id: 'u_5', amount_minor: 900 }])
  })
})

describe('money', () => {
  const at = '2026-10-01T10:00:00Z'

  it('counts an attempt that failed before there was a charge by itself', async () => {
    await send(
      stripeEvent('payment_intent.payment_failed', at, failedIntent(undefined, 'pi_1', 900)),
      stripeEvent('charge.succeeded', at, charge('ch_1', 900, at, { payment_intent: 'pi_1' })),
      stripeEvent('payment_intent.succeeded', at, { id: 'pi_1', object: 'payment_intent', amount: 900 }),
    )
    expect(await t.sql`select payment_id as id, status from payments order by 1`).toEqual([
      { id: 'ch_1', status: 'succeeded' },
      { id: 'pi_1', status: 'failed' },
    ])
  })

  it('takes the fee where it comes along, and a lost dispute as money given back', async () => {
    const fee = { object: 'balance_transaction', currency: 'usd', fee: 172 }
    const lost = dispute('dp_1', 'ch_1', 4900, 'lost', {
      balance_transactions: [{ object: 'balance_transaction', currency: 'usd', fee: 1500 }],
    })
    await send(
      stripeEvent('charge.dispute.closed', '2026-10-20T10:00:00Z', lost),
      stripeEvent('charge.succeeded', at, charge('ch_1', 4900, at, { balance_transaction: fee })),
      stripeEvent('charge.dispute.created', '2026-10-02T10:00:00Z', dispute('dp_1', 'ch_1', 4900, 'needs_response')),
    )
    expect(await t.sql`select status, refunded_minor, fee_minor from payments`).toEqual([
      { status: 'succeeded', refunded_minor: 4900, fee_minor: 1672 },
    ])
  })

  it('is pending while it is only reserved, and refunded when all of it went back', async () => {
    await send(stripeEvent('charge.succeeded', at, charge('ch_1', 900, at, { captured: false, amount_captured: 0 })))
    expect(await t.sql`select status from payments`).toEqual([{ status: 'pending' }])
    await send(
      stripeEvent('charge.captured', '2026-10-02T10:00:00Z', charge('ch_1', 900, at, { amount_captured: 700 })),
    )
    expect(await t.sql`select status, amount_minor from payments`).toEqual([{ status: 'succeeded', amount_minor: 700 }])
    await send(
      stripeEvent(
        'charge.refunded',
        '2026-10-03T10:00:00Z',
        charge('ch_1', 900, at, { amount_captured: 700, amount_refunded: 700, refunded: true }),
      ),
    )
    expect(await t.sql`select status, refunded_minor from payments`).toEqual([
      { status: 'refunded', refunded_minor: 700 },
    ])
  })

  const refunded = (amount: number, before: number) =>
    stripeEvent(
      'charge.refunded',
      '2026-10-03T10:00:00Z',
      charge('ch_1', 4900, at, { amount_refunded: amount, refunded: amount === 4900 }),
      { amount_refunded: before },
    )
  const refund = (id: string, amount: number, status: string, time: string, type = 'refund.updated') =>
    stripeEvent(type, time, { id, object: 'refund', amount, charge: 'ch_1', currency: 'usd', status })
  const paid = () => t.sql`select status, refunded_minor as refunded from payments`

  it('given back twice within a second is the sum, whichever comes first', async () => {
    const [first, second] = [refunded(1000, 0), refunded(3000, 1000)]
    await send(stripeEvent('charge.succeeded', at, charge('ch_1', 4900, at)), second, first)
    expect(await paid()).toEqual([{ status: 'succeeded', refunded: 3000 }])
    await emptyAll(t)
    await send(stripeEvent('charge.succeeded', at, charge('ch_1', 4900, at)), first, second)
    expect(await paid()).toEqual([{ status: 'succeeded', refunded: 3000 }])
  })

  it('that came back because a refund failed was not given back, told in any order', async () => {
    const told = [
      stripeEvent('charge.succeeded', at, charge('ch_1', 4900, at)),
      refund('re_1', 4900, 'succeeded', '2026-10-03T10:00:00Z', 'refund.created'),
      refunded(4900, 0),
      refund('re_1', 4900, 'failed', '2026-10-09T10:00:00Z', 'refund.failed'),
    ]
    await send(...told)
    expect(await paid()).toEqual([{ status: 'succeeded', refunded: 0 }])
    await emptyAll(t)
    await send(...told.toReversed())
    expect(await paid()).toEqual([{ status: 'succeeded', refunded: 0 }])
    await emptyAll(t)
    await send(
      told[0]!,
      refunded(1000, 0),
      refunded(3000, 1000),
      refund('re_2', 2000, 'failed', '2026-10-09T10:00:00Z'),
    )
    expect(await paid()).toEqual([{ status: 'succeeded', refunded: 1000 }])
  })

  it('asked for goes through the states of its invoice, and a deleted draft is void', async () => {
    await send(
      stripeEvent(
        'invoice.marked_uncollectible',
        '2026-10-09T10:00:00Z',
        finalized('in_1', 900, at, undefined, { status: 'uncollectible' }),
      ),
      stripeEvent('invoice.voided', '2026-10-10T10:00:00Z', finalized('in_2', 900, at, undefined, { status: 'void' })),
      stripeEvent('invoice.deleted', '2026-10-10T10:00:00Z', invoice('in_3', 900, at)),
      stripeEvent('invoice.created', '2026-10-10T10:00:00Z', invoice('in_4', 900, at)),
      stripeEvent('invoice.upcoming', '2026-10-10T10:00:00Z', { ...invoice('', 900, at), id: undefined }),
    )
    expect((await t.sql`select status from invoices order by invoice_id`).map(({ status }) => status)).toEqual([
      'uncollectible',
      'void',
      'void',
      'draft',
    ])
  })
})

it('a plan whose product is never told is called like its price, by its nickname or its lookup key', async () => {
  const named = (more: object) => ({ items: { object: 'list', data: [item({ more })], has_more: false } })
  await send(made(named({ nickname: null, lookup_key: 'pro-monthly' })))
  expect(await t.sql`select plan_id, name from plans`).toEqual([{ plan_id: 'prod_pro', name: 'pro-monthly' }])
  await send(made(named({ nickname: 'Pro, monthly' }), 'updated', '2026-09-02T10:00:00Z'))
  expect(await t.sql`select name from plans`).toEqual([{ name: 'Pro, monthly' }])
  await send(stripeEvent('product.updated', '2026-09-01T09:00:00Z', { id: 'prod_pro', object: 'product', name: 'Pro' }))
  expect(await t.sql`select name from plans`).toEqual([{ name: 'Pro' }])
})

it('plans are products with their default or cheapest price, in any order', async () => {
  const product = { id: 'prod_pro', object: 'product', name: 'Pro', default_price: 'price_pro' }
  const events = [
    stripeEvent('product.created', '2026-09-01T10:00:00Z', { ...product, name: 'Draft', default_price: null }),
    stripeEvent('price.created', '2026-09-01T10:00:01Z', price({ id: 'price_low', amount: 900 })),
    stripeEvent('price.created', '2026-09-01T10:00:01Z', price()),
    stripeEvent('product.updated', '2026-09-02T10:00:00Z', product),
  ]
  for (const order of permutations(events)) {
    await emptyAll(t)
    await send(...order)
    expect((await effectiveState(t)).plans).toEqual([
      { plan_id: 'prod_pro', name: 'Pro', class: 'paid', amount_minor: 4900, currency: 'USD', interval: 'month' },
    ])
  }
})

function permutations<T>(list: T[]): T[][] {
  if (list.length < 2) return [list]
  return list.flatMap((first, n) => permutations(list.toSpliced(n, 1)).map((rest) => [first, ...rest]))
}
