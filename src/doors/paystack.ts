import { disputeTellings, paymentFact, refundTellings, transactionTellings } from './paystack-payment.ts'
import {
  invoiceFact,
  invoiceTellings,
  planFact,
  subscriptionFact,
  subscriptionTellings,
} from './paystack-subscription.ts'
import { firstInstant, type Reading } from './paystack-values.ts'
import type { Provider, Telling, WebhookEvent } from './webhook-provider.ts'
import { hmacHex, isAnyOf } from './webhook-signature.ts'
import { bodyId, isObject, type Json, listIn, objectIn, textIn } from './webhook-values.ts'

/** By event; null = known, and nothing is made of it. */
const READERS: Record<string, ((reading: Reading) => Telling[]) | null> = {
  'charge.success': transactionTellings,
  'charge.failed': transactionTellings,
  'charge.dispute.create': disputeTellings,
  'charge.dispute.remind': disputeTellings,
  'charge.dispute.resolve': disputeTellings,
  'subscription.create': subscriptionTellings,
  'subscription.not_renew': subscriptionTellings,
  'subscription.disable': subscriptionTellings,
  'invoice.create': invoiceTellings,
  'invoice.update': invoiceTellings,
  'invoice.payment_failed': invoiceTellings,
  'refund.processed': refundTellings,
  'refund.failed': refundTellings,
  'refund.pending': null,
  'refund.processing': null,
  'subscription.expiring_cards': null,
  'transfer.success': null,
  'transfer.failed': null,
  'transfer.reversed': null,
}

/** Paystack's webhooks. Its events have neither an id nor a time of their own: both are made of what they tell. */
export const paystack: Provider = {
  name: 'paystack',
  setting: 'PAYSTACK_SECRET_KEY',
  secrets: ({ paystackSecretKeys }) => paystackSecretKeys,
  refuse({ body, header }, secrets) {
    const given = header('x-paystack-signature')
    if (given === undefined) return 'The x-paystack-signature header is missing.'
    const expected = secrets.map((secret) => hmacHex('sha512', secret, body))
    return isAnyOf([given.toLowerCase()], expected)
      ? undefined
      : 'The signature does not fit: it is of another secret key or another body.'
  },
  read: (json, receivedAt) => [eventIn(objectIn(json), json, receivedAt)],
  factOf: { subscription: subscriptionFact, invoice: invoiceFact, payment: paymentFact, plan: planFact },
}

function eventIn({ event, data }: Json, body: unknown, receivedAt: Date): WebhookEvent {
  const type = textIn(event) ?? ''
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (!isObject(data)) return { id: bodyId(body), type, at: receivedAt, body, skipped: read ? 'ignored' : 'unknown' }
  const at = firstInstant(data, 'paid_at', 'paidAt', 'created_at', 'createdAt') ?? receivedAt
  const common = { id: idOf(type, data) ?? bodyId(body), type, at, body }
  if (!read) return { ...common, skipped: read === null ? 'ignored' : 'unknown' }
  const tellings = read({ type, data, at, receivedAt })
  return tellings.length > 0 ? { ...common, tellings } : { ...common, skipped: 'ignored' }
}

/** What it is about and how that stands: the same told again is the same event. */
function idOf(type: string, data: Json): string | undefined {
  const subject =
    textIn(data.subscription_code) ??
    textIn(data.invoice_code) ??
    textIn(data.refund_reference) ??
    textIn(data.reference) ??
    textIn(data.id)
  if (subject === undefined) return undefined
  const { next_payment_date, paid_at, history } = data
  const rest = [data.status, data.paid, next_payment_date, paid_at, listIn(history).length].map((one) =>
    String(one ?? ''),
  )
  return [type, subject, ...rest].join(':').slice(0, 300)
}
