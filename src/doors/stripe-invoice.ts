import { payerTellings } from './stripe-customer.ts'
import { currencyIn, instantOf, minorOf, type Reading } from './stripe-values.ts'
import type { FactOf, Telling } from './webhook-provider.ts'
import { idIn, type Json, objectIn, ownerIn, textIn } from './webhook-values.ts'

/** An invoice goes one way only, which tells more than a clock of seconds: all of this may happen within one. */
const PHASES: Record<string, number> = { draft: 0, open: 1, uncollectible: 2, void: 3, paid: 3 }

/** invoice.* */
export function invoiceTellings({ type, at, object }: Reading): Telling[] {
  const id = idIn(object)
  const status = type === 'invoice.deleted' ? 'void' : textIn(object.status)
  if (id === undefined || status === undefined || PHASES[status] === undefined) return []
  const payer = idIn(object.customer)
  const rank = type === 'invoice.created' ? 0 : 1
  const metadata = [subscriptionOf(object).metadata, object.metadata]
  return [
    { kind: 'invoice', id, payer, order: { phase: PHASES[status], at, rank }, fields: fieldsOf(object, status) },
    ...payerTellings(payer, at, { ...ownerIn(...metadata), email: textIn(object.customer_email) }),
  ]
}

/** Where the invoice says which subscription it is of: since 2025 under `parent`. */
const subscriptionOf = (invoice: Json): Json =>
  objectIn(objectIn(invoice.parent).subscription_details ?? invoice.subscription_details)

function fieldsOf(invoice: Json, status: string): Record<string, unknown> {
  const currency = currencyIn(invoice.currency)
  const times = objectIn(invoice.status_transitions)
  return {
    ...ownerIn(invoice.metadata, subscriptionOf(invoice).metadata),
    status,
    number: textIn(invoice.number),
    subscription_id: idIn(invoice.subscription) ?? idIn(subscriptionOf(invoice).subscription),
    amount: minorOf(invoice.total ?? invoice.amount_due, currency),
    amount_paid: minorOf(invoice.amount_paid, currency),
    currency,
    // A draft is not issued yet.
    issued_at: instantOf(times.finalized_at) ?? (status === 'draft' ? undefined : instantOf(invoice.created)),
    due_at: instantOf(invoice.due_date) ?? undefined,
    paid_at: instantOf(times.paid_at) ?? undefined,
    billing_reason: textIn(invoice.billing_reason),
  }
}

/** The invoice fact. */
export const invoiceFact: FactOf = (id, { user_id: _, tenant_id: __, ...fields }, standing) => {
  if (fields.status === undefined || fields.amount === undefined) return undefined
  const { userId: user_id, tenantId: tenant_id, at } = standing
  const owner = { customer_id: tenant_id ?? user_id, user_id, tenant_id }
  return { kind: 'invoices', row: { id, ...fields, ...owner, provider: 'stripe', updated_at: at } }
}
