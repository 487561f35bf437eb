import { checkoutTellings, customerTellings } from './stripe-customer.ts'
import { invoiceFact, invoiceTellings } from './stripe-invoice.ts'
import { chargeTellings, disputeTellings, failedIntentTellings, paymentFact, refundTellings } from './stripe-payment.ts'
import { planFact, planTellings, priceTellings } from './stripe-plan.ts'
import { refuseStripe } from './stripe-signature.ts'
import { discountTellings, subscriptionFact, subscriptionTellings } from './stripe-subscription.ts'
import type { Reading } from './stripe-values.ts'
import type { Provider, Telling, WebhookEvent } from './webhook-provider.ts'
import { bodyId, isObject, type Json, numberIn, objectIn, textIn } from './webhook-values.ts'

/** By the longest beginning of the event's type; null = known to say nothing that another event does not say. */
const READERS: Record<string, ((reading: Reading) => Telling[]) | null> = {
  'customer.created': customerTellings,
  'customer.updated': customerTellings,
  'customer.subscription.': subscriptionTellings,
  'customer.discount.': discountTellings,
  'checkout.session.completed': checkoutTellings,
  'checkout.session.async_payment_succeeded': checkoutTellings,
  'invoice.': invoiceTellings,
  // A preview of an invoice that does not exist yet, and has no id.
  'invoice.upcoming': null,
  'charge.': chargeTellings,
  'charge.dispute.': disputeTellings,
  'payment_intent.payment_failed': failedIntentTellings,
  'product.': planTellings,
  'price.': priceTellings,
  'plan.': priceTellings,
  // That a refund was made is told by charge.refunded; that it failed is told here.
  'charge.refund.': refundTellings,
  'refund.': refundTellings,
  // Money is told by its charge, the rest is no business of ours.
  'payment_intent.': null,
  'checkout.session.': null,
  'customer.': null,
  'payment_method.': null,
  'setup_intent.': null,
  'invoice_payment.': null,
  'invoiceitem.': null,
  'balance.': null,
  'payout.': null,
  ping: null,
}
const PREFIXES = Object.keys(READERS).sort((a, b) => b.length - a.length)

/** Stripe's webhooks, of API versions old and new: what moved from one place to another is looked for in both. */
export const stripe: Provider = {
  name: 'stripe',
  setting: 'STRIPE_WEBHOOK_SECRET',
  secrets: ({ stripeWebhookSecrets }) => stripeWebhookSecrets,
  refuse: refuseStripe,
  read: (json, receivedAt) => [eventIn(objectIn(json), json, receivedAt)],
  factOf: { subscription: subscriptionFact, invoice: invoiceFact, payment: paymentFact, plan: planFact },
}

function eventIn(event: Json, body: unknown, receivedAt: Date): WebhookEvent {
  const type = textIn(event.type) ?? ''
  const at = instantIn(event.created) ?? receivedAt
  const common = { id: textIn(event.id)?.slice(0, 300) ?? bodyId(body), type, at, body }
  const read = readerOf(type)
  if (read === undefined) return { ...common, skipped: 'unknown' }
  const data = objectIn(event.data)
  if (read === null || !isObject(data.object)) return { ...common, skipped: 'ignored' }
  const tellings = read({ type, at, object: data.object, previous: objectIn(data.previous_attributes) })
  return tellings.length > 0 ? { ...common, tellings } : { ...common, skipped: 'ignored' }
}

function readerOf(type: string): ((reading: Reading) => Telling[]) | null | undefined {
  const prefix = PREFIXES.find((one) => (one.endsWith('.') ? type.startsWith(one) : type === one))
  return prefix === undefined ? undefined : READERS[prefix]
}

/** Stripe's seconds; anything that is no instant of this time is none. */
function instantIn(seconds: unknown): Date | undefined {
  const number = numberIn(seconds)
  return number !== undefined && number > 6e8 && number < 7e9 ? new Date(number * 1000) : undefined
}
