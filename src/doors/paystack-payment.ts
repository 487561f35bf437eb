import { currencyIn, metadataIn, minorOf, payerIn, type Reading } from './paystack-values.ts'
import type { FactOf, Telling } from './webhook-provider.ts'
import { idIn, objectIn, ownerIn, textIn } from './webhook-values.ts'

/** A reference is tried until it succeeds, and may be reversed after that. */
const STATES: Record<string, { phase: number; status: string }> = {
  failed: { phase: 1, status: 'failed' },
  abandoned: { phase: 1, status: 'failed' },
  success: { phase: 2, status: 'succeeded' },
  reversed: { phase: 3, status: 'refunded' },
}
const PENDING = { phase: 0, status: 'pending' }

/** charge.success, charge.failed: the reference is the payment's id, as the product itself knows it. */
export function transactionTellings({ data, at }: Reading): Telling[] {
  const id = textIn(data.reference)
  if (id === undefined) return []
  const { phase, status } = STATES[String(data.status)] ?? PENDING
  const currency = currencyIn(data.currency)
  const { payer, tellings } = payerIn(data, at)
  const fields = {
    ...ownerIn(metadataIn(data.metadata)),
    status,
    amount: minorOf(data.amount, currency),
    fee: minorOf(data.fees, currency),
    currency,
    ts: at.toISOString(),
    failure_reason: status === 'failed' ? (textIn(data.gateway_response) ?? textIn(data.message)) : undefined,
    channel: textIn(data.channel),
  }
  return [{ kind: 'payment', id, payer, order: { phase, at, rank: 0 }, fields }, ...tellings]
}

/** refund.processed, and refund.failed which takes it back: each refund of a transaction counts by itself. */
export function refundTellings({ type, data, receivedAt }: Reading): Telling[] {
  const id = textIn(data.transaction_reference) ?? textIn(objectIn(data.transaction).reference)
  const refund = textIn(data.refund_reference) ?? idIn(data)
  if (id === undefined) return []
  const isDone = type === 'refund.processed'
  const amount = isDone ? minorOf(data.amount, currencyIn(data.currency)) : 0
  const order = { phase: isDone ? 0 : 1, at: receivedAt, rank: 0 }
  return [{ kind: 'payment', id, order, fields: { [`refund ${refund ?? id}`]: amount } }]
}

const DISPUTE_PHASES: Record<string, number> = { 'charge.dispute.create': 0, 'charge.dispute.remind': 1 }

/** charge.dispute.*: noted with the payment; what the merchant gave in to is money given back. */
export function disputeTellings({ type, data, at }: Reading): Telling[] {
  const transaction = objectIn(data.transaction)
  const id = textIn(transaction.reference)
  const dispute = idIn(data)
  if (id === undefined || dispute === undefined) return []
  const order = { phase: DISPUTE_PHASES[type] ?? 2, at, rank: 0 }
  const currency = currencyIn(data.currency, transaction.currency)
  const noted = { id: dispute, status: textIn(data.status), resolution: textIn(data.resolution) }
  const isLost = noted.resolution === 'merchant-accepted'
  const refunded = isLost ? minorOf(data.refund_amount ?? transaction.amount, currency) : undefined
  return [
    { kind: 'payment', id, order, fields: { [`dispute ${dispute}`]: noted, [`refund dispute ${dispute}`]: refunded } },
  ]
}

/** The payment fact; none while only a refund or a dispute of it is known. */
export const paymentFact: FactOf = (id, fields, { userId, tenantId, at }) => {
  const { status, amount, fee, currency, ts, failure_reason, channel } = fields
  if (status === undefined || typeof amount !== 'number') return undefined
  const named = (prefix: string) => Object.entries(fields).filter(([name]) => name.startsWith(prefix))
  const refunded = named('refund ').reduce((sum, [, refund]) => sum + Number(refund), 0)
  const disputes = named('dispute ').map(([, dispute]) => dispute)
  const isWhole = status === 'succeeded' && refunded >= amount && amount > 0
  return {
    kind: 'payments',
    row: {
      id,
      ts,
      user_id: userId,
      tenant_id: tenantId,
      provider: 'paystack',
      status: isWhole ? 'refunded' : status,
      amount,
      refunded: status === 'refunded' ? amount : Math.min(refunded, amount),
      fee,
      currency,
      failure_reason,
      updated_at: at,
      properties: { channel, ...(disputes.length > 0 ? { disputes } : {}) },
    },
  }
}
