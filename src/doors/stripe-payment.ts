import { payerTellings } from './stripe-customer.ts'
import { currencyIn, formerOf, instantOf, minorOf, type Reading } from './stripe-values.ts'
import type { FactOf, Telling } from './webhook-provider.ts'
import { idIn, isObject, type Json, listIn, numberIn, objectIn, ownerIn, textIn } from './webhook-values.ts'

/** charge.*: each charge is one attempt to pay; of an intent that is tried three times there are three. */
export function chargeTellings({ type, at, object, previous }: Reading): Telling[] {
  const id = idIn(object)
  if (id === undefined || object.object !== 'charge') return []
  const payer = payerOf(object)
  const status = statusOf(object, type)
  const phase = status === 'pending' ? 0 : 1
  const rank = type === 'charge.refunded' ? 2 : type === 'charge.succeeded' || type === 'charge.failed' ? 0 : 1
  const email = textIn(objectIn(object.billing_details).email) ?? textIn(object.receipt_email)
  const fields = chargeFields(object, status)
  // Two refunds within a second: the one that found what the other left is the later.
  const former = formerOf(object, previous)
  const before = Object.keys(previous).length > 0 ? chargeFields(former, statusOf(former, type)) : undefined
  return [
    { kind: 'payment', id, payer, order: { phase, at, rank }, fields, before },
    ...payerTellings(payer, at, { ...ownerIn(object.metadata), email }),
  ]
}

/** payment_intent.payment_failed: the charge says the same, unless it failed before there was one. */
export function failedIntentTellings({ at, object }: Reading): Telling[] {
  const error = objectIn(object.last_payment_error)
  const id = idIn(error.charge) ?? idIn(object)
  if (id === undefined) return []
  const currency = currencyIn(object.currency)
  const payer = idIn(object.customer) ?? idIn(object)
  const fields = {
    ...ownerIn(object.metadata),
    status: 'failed',
    amount: minorOf(object.amount, currency),
    currency,
    failure_reason: textIn(error.message) ?? textIn(error.code),
    invoice_id: idIn(object.invoice),
    ts: at.toISOString(),
  }
  return [
    { kind: 'payment', id, payer, order: { phase: 0, at, rank: 0 }, fields },
    ...payerTellings(payer, at, ownerIn(object.metadata)),
  ]
}

/**
 * refund.* and charge.refund.*: what became of a refund. The charge tells the sum of all; that one of them failed, which
 * may be days later, only the refund itself says.
 */
export function refundTellings({ at, object }: Reading): Telling[] {
  const charge = idIn(object.charge)
  const refund = idIn(object)
  const status = textIn(object.status)
  if (charge === undefined || refund === undefined || status === undefined || object.object !== 'refund') return []
  const noted = { status, amount: minorOf(object.amount, currencyIn(object.currency)) }
  const order = { phase: isUndone(status) ? 1 : 0, at, rank: status === 'pending' ? 0 : 1 }
  return [{ kind: 'payment', id: charge, order, fields: { [`refund ${refund}`]: noted } }]
}

const isUndone = (status: string): boolean => status === 'failed' || status === 'canceled'

const DISPUTE_RANKS: Record<string, number> = { created: 0, closed: 2 }

/** charge.dispute.*: noted with the payment; one that is lost is money given back. */
export function disputeTellings({ type, at, object }: Reading): Telling[] {
  const charge = idIn(object.charge)
  const dispute = idIn(object)
  if (charge === undefined || dispute === undefined) return []
  const status = textIn(object.status) ?? 'open'
  const currency = currencyIn(object.currency)
  const rank = DISPUTE_RANKS[type.slice('charge.dispute.'.length)] ?? 1
  const noted = { id: dispute, status, reason: textIn(object.reason), amount: minorOf(object.amount, currency) }
  const order = { phase: /^(won|lost|warning_closed)$/.test(status) ? 1 : 0, at, rank }
  return [
    {
      kind: 'payment',
      id: charge,
      order,
      fields: { [`dispute ${dispute}`]: { ...noted, fee: feeOf(listIn(object.balance_transactions), currency) } },
    },
  ]
}

/** A guest has no customer; what Checkout knows of them is found by the intent. */
const payerOf = (charge: Json): string | undefined => idIn(charge.customer) ?? idIn(charge.payment_intent)

function statusOf(charge: Json, type: string): string {
  if (type === 'charge.expired') return 'failed'
  if (charge.status === 'failed') return 'failed'
  // Only reserved on the card so far.
  if (charge.status !== 'succeeded' || charge.captured === false) return 'pending'
  return charge.refunded === true ? 'refunded' : 'succeeded'
}

function chargeFields(charge: Json, status: string): Record<string, unknown> {
  const currency = currencyIn(charge.currency)
  const isTaken = status === 'succeeded' || status === 'refunded'
  return {
    ...ownerIn(charge.metadata),
    status,
    amount: minorOf(isTaken ? (charge.amount_captured ?? charge.amount) : charge.amount, currency),
    refunded: minorOf(charge.amount_refunded, currency),
    fee: feeOf([charge.balance_transaction], currency),
    currency,
    ts: instantOf(charge.created) ?? undefined,
    failure_reason: textIn(charge.failure_message) ?? textIn(charge.failure_code),
    invoice_id: idIn(charge.invoice),
  }
}

/** What Stripe kept, where the balance transaction comes along and is in the currency of the payment. */
function feeOf(transactions: unknown[], currency: string | undefined): number | undefined {
  const known = transactions.filter(isObject).filter((one) => currencyIn(one.currency) === currency)
  if (known.length === 0) return undefined
  return minorOf(
    known.reduce((sum, { fee }) => sum + (numberIn(fee) ?? 0), 0),
    currency,
  )
}

interface Refund {
  status: string
  amount?: number
}

/**
 * What was given back: what the charge says, or what its refunds come to where they are known to be all, less those that
 * failed. Whether the charge spoke before a refund failed or after does not matter then.
 */
function refundedOf(fields: Record<string, unknown>): number | undefined {
  const told = fields.refunded as number | undefined
  const refunds = Object.entries(fields).flatMap(([name, one]) => (name.startsWith('refund ') ? [one as Refund] : []))
  const sum = (some: Refund[]) => some.reduce((all, { amount }) => all + (amount ?? 0), 0)
  const undone = sum(refunds.filter(({ status }) => isUndone(status)))
  if (undone === 0) return told
  return Math.max(0, Math.max(told ?? 0, sum(refunds)) - undone)
}

interface Dispute {
  status: string
  amount?: number
  fee?: number
}

/** The payment fact of an attempt, with its refunds and disputes. */
export const paymentFact: FactOf = (id, fields, { userId, tenantId, at }) => {
  const { status, amount, fee, currency, ts, failure_reason, invoice_id } = fields
  if (status === undefined || typeof amount !== 'number') return undefined
  const disputes = Object.entries(fields)
    .filter(([name]) => name.startsWith('dispute '))
    .map(([, dispute]) => dispute as Dispute)
  const lost = disputes.filter((dispute) => dispute.status === 'lost')
  const returned = refundedOf(fields)
  const sum = (numbers: (number | undefined)[]) => numbers.reduce<number>((all, one) => all + (one ?? 0), 0)
  return {
    kind: 'payments',
    row: {
      id,
      ts,
      user_id: userId,
      tenant_id: tenantId,
      invoice_id,
      provider: 'stripe',
      status: status === 'refunded' && (returned ?? amount) < amount ? 'succeeded' : status,
      amount,
      refunded: Math.min(amount, sum([returned, ...lost.map((one) => one.amount)])),
      fee:
        fee === undefined && lost.length === 0
          ? undefined
          : sum([fee as number | undefined, ...lost.map((one) => one.fee)]),
      currency,
      failure_reason,
      updated_at: at,
      properties: disputes.length > 0 ? { disputes } : undefined,
    },
  }
}
