import { payerTellings } from './stripe-customer.ts'
import { type Item, itemsIn, planOf, priceOf, sumOf } from './stripe-items.ts'
import { formerOf, instantOf, minorOf, type Reading } from './stripe-values.ts'
import type { FactOf, Standing, Telling } from './webhook-provider.ts'
import { idIn, type Json, listIn, numberIn, objectIn, ownerIn, textIn } from './webhook-values.ts'

/** A subscription's own clock: it begins, it lives, it is over and never comes back. */
const PHASES: Record<string, number> = { incomplete: 0, incomplete_expired: 2, canceled: 2 }

/**
 * customer.subscription.*. Events have a time in seconds and no version, and arrive in any order. What is over stays
 * over; then the later second holds; in one second "created" comes before all others, and of several changes the one
 * that found what another left is the later (see webhook-said.ts).
 */
export function subscriptionTellings({ type, at, object, previous }: Reading): Telling[] {
  const id = idIn(object)
  const payer = idIn(object.customer)
  if (id === undefined || textIn(object.status) === undefined) return []
  const before = Object.keys(previous).length > 0 ? fieldsOf(formerOf(object, previous)) : undefined
  const order = { phase: PHASES[String(object.status)] ?? 1, at, rank: type.endsWith('.created') ? 0 : 1 }
  return [
    { kind: 'subscription', id, payer, order, fields: fieldsOf(object), before },
    ...payerTellings(payer, at, ownerIn(object.metadata)),
    ...planNames(object, at),
  ]
}

/** What the prices of a subscription are called, for plans whose product is never told. */
function planNames(subscription: Json, at: Date): Telling[] {
  const prices = listIn(objectIn(subscription.items).data).map((line) => priceOf(objectIn(line)))
  return prices.flatMap((price): Telling[] => {
    const id = planOf(price)
    const price_name = textIn(price.nickname) ?? textIn(price.lookup_key)
    if (id === undefined || price_name === undefined) return []
    return [{ kind: 'plan', id, order: { phase: 0, at, rank: 0 }, fields: { price_name } }]
  })
}

/** customer.discount.*: newer API versions name in a subscription only the ids of its discounts. */
export function discountTellings({ type, at, object }: Reading): Telling[] {
  const id = textIn(object.subscription)
  const discount = idIn(object)
  if (id === undefined || discount === undefined) return []
  const order = { phase: 1, at, rank: type.endsWith('.created') ? 0 : type.endsWith('.deleted') ? 2 : 1 }
  return [
    {
      kind: 'subscription',
      id,
      payer: idIn(object.customer),
      order,
      fields: { [`discount ${discount}`]: couponOf(object) },
    },
  ]
}

function fieldsOf(subscription: Json): Record<string, unknown> {
  const { items, plan } = itemsIn(subscription)
  const lines = listIn(objectIn(subscription.items).data).map(objectIn)
  const periodEnds = [subscription, ...lines].map((one) => numberIn(one.current_period_end) ?? 0)
  const periodEnd = instantOf(Math.max(...periodEnds) || null)
  const cancelAt = instantOf(subscription.cancel_at) ?? null
  const status = textIn(subscription.status)
  return {
    ...ownerIn(subscription.metadata),
    status,
    // Whoever cancels before the first payment has never been a customer.
    ...(status === 'incomplete' ? { was_incomplete: true } : {}),
    ...(PHASES[status ?? ''] === undefined ? { lived: true } : {}),
    items,
    plan,
    discounts: discountsIn(subscription),
    current_period_end: periodEnd,
    cancel_at: subscription.cancel_at_period_end === true ? (cancelAt ?? periodEnd) : cancelAt,
    ended_at: instantOf(subscription.ended_at) ?? instantOf(subscription.canceled_at) ?? null,
    trial_end: instantOf(subscription.trial_end) ?? null,
    started_at: instantOf(subscription.start_date) ?? instantOf(subscription.created),
    is_paused: typeof subscription.pause_collection === 'object' && subscription.pause_collection !== null,
  }
}

interface Coupon {
  duration: string | undefined
  percentOff: number
  amountOff: number
}

/** Ids, or whole discounts in older versions. */
const discountsIn = ({ discounts, discount }: Json): unknown[] =>
  [...listIn(discounts), ...(discount ? [discount] : [])].map((one) => textIn(one) ?? couponOf(objectIn(one)))

function couponOf(discount: Json): Coupon {
  const coupon = objectIn(discount.coupon ?? objectIn(discount.source).coupon)
  return {
    duration: textIn(coupon.duration),
    percentOff: numberIn(coupon.percent_off) ?? 0,
    amountOff: numberIn(coupon.amount_off) ?? 0,
  }
}

/** The subscription fact of what is known; none before the first payment was made or waived. */
export const subscriptionFact: FactOf = (id, fields, standing) => {
  const { status, plan, trial_end, started_at, current_period_end } = fields
  if (status === undefined || plan === undefined) return undefined
  if (status === 'incomplete' || status === 'incomplete_expired') return undefined
  const items = fields.items as Item[]
  const payer = { user_id: standing.userId, tenant_id: standing.tenantId }
  return {
    kind: 'subscriptions',
    row: {
      id,
      ...payer,
      plan,
      status: statusOf(fields, standing),
      ...moneyOf(items, forever(fields)),
      currency: items[0]?.currency,
      provider: 'stripe',
      started_at,
      trial_ends_at: trial_end,
      current_period_end,
      ends_at: endOf(fields, standing),
      updated_at: standing.at,
      properties: { stripe_status: status },
    },
  }
}

function statusOf({ status, cancel_at, is_paused }: Record<string, unknown>, { at }: Standing): string {
  if (status === 'canceled') return 'expired'
  // Its invoices stay open and nobody tries to collect them any more.
  if (status === 'unpaid' || status === 'paused') return 'paused'
  if (status === 'active' && is_paused === true) return 'paused'
  // A trial that will not go on is a trial still: it earns nothing.
  if (status === 'active' && typeof cancel_at === 'string' && new Date(cancel_at) > at) return 'cancelled'
  return String(status)
}

const HOUR_MS = 3_600_000

/**
 * When it ends. Stripe's ended_at is the end of what was paid for, also of what was cancelled at once. A trial's end is
 * noticed up to an hour late: that hour was not paid.
 */
function endOf(fields: Record<string, unknown>, { at }: Standing): string | null {
  const { status, was_incomplete, lived, started_at } = fields
  if (status !== 'canceled') return textIn(fields.cancel_at) ?? null
  if (was_incomplete === true && lived !== true) return textIn(started_at) ?? null
  const ended = textIn(fields.ended_at) ?? at.toISOString()
  const trialEnd = textIn(fields.trial_end)
  const afterTrialMs = trialEnd === undefined ? -1 : Date.parse(ended) - Date.parse(trialEnd)
  return afterTrialMs >= 0 && afterTrialMs < HOUR_MS ? trialEnd! : ended
}

/** The discounts that last as long as the subscription: a finite one does not lower MRR. */
function forever(fields: Record<string, unknown>): Coupon[] {
  const known = listIn(fields.discounts).map((one) => (typeof one === 'string' ? fields[`discount ${one}`] : one))
  return known.filter((one): one is Coupon => objectIn(one).duration === 'forever')
}

function moneyOf(items: Item[], coupons: Coupon[]) {
  const [first] = items
  const currency = first?.currency
  const { amount, interval, intervalCount } = sumOf(items)
  const shared = { interval, interval_count: intervalCount }
  // One price and its seats stay as they are; everything else is a sum.
  if (items.length === 1 && coupons.length === 0 && Number.isInteger(first!.unit) && Number.isInteger(first!.quantity))
    return { ...shared, amount: minorOf(first!.unit, currency), quantity: first!.quantity }
  const discounted = coupons.reduce(
    (left, { percentOff, amountOff }) => left * (1 - percentOff / 100) - amountOff,
    amount,
  )
  return { ...shared, amount: minorOf(Math.max(0, discounted), currency), quantity: 1 }
}
