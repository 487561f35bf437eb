import { currencyIn, firstInstant, metadataIn, minorOf, payerIn, type Reading } from './paystack-values.ts'
import type { FactOf, Order, Telling } from './webhook-provider.ts'
import { isObject, type Json, numberIn, objectIn, ownerIn, textIn } from './webhook-values.ts'

/** How a subscription ends: events of one step do not undo a later one, whenever they arrive. */
const STEPS: Record<string, { phase: number; state: string }> = {
  'subscription.create': { phase: 0, state: 'active' },
  'subscription.not_renew': { phase: 1, state: 'not renewing' },
  'subscription.disable': { phase: 2, state: 'disabled' },
}

const INTERVALS: Record<string, { interval: string; interval_count: number; times?: number }> = {
  // For trying things out; an hour is no interval of ours.
  hourly: { interval: 'day', interval_count: 1, times: 24 },
  daily: { interval: 'day', interval_count: 1 },
  weekly: { interval: 'week', interval_count: 1 },
  monthly: { interval: 'month', interval_count: 1 },
  quarterly: { interval: 'month', interval_count: 3 },
  biannually: { interval: 'month', interval_count: 6 },
  annually: { interval: 'year', interval_count: 1 },
}

/** subscription.*: only "create" has a time of its own; the others hold from when we hear of them. */
export function subscriptionTellings({ type, data, at, receivedAt }: Reading): Telling[] {
  const id = textIn(data.subscription_code)
  const step = STEPS[type]
  if (id === undefined || step === undefined) return []
  const isCreation = step.phase === 0
  const order = { phase: step.phase, at: isCreation ? at : receivedAt, rank: 0 }
  const { payer, tellings } = payerIn(data, order.at)
  const fields = {
    ...ownerIn(metadataIn(data.metadata)),
    ...termsIn(data),
    state: step.state,
    // Whether the last invoice was paid is told by invoices; a new subscription owes nothing.
    standing: isCreation ? 'active' : undefined,
    next_payment_date: firstInstant(data, 'next_payment_date')?.toISOString(),
    started_at: firstInstant(data, 'createdAt', 'created_at')?.toISOString(),
    ended_at: type === 'subscription.disable' ? receivedAt.toISOString() : undefined,
  }
  return [{ kind: 'subscription', id, payer, order, fields }, ...planTellings(fields, order), ...tellings]
}

/** The plan as the subscription has it: Paystack tells of plans nowhere else. */
function planTellings({ plan, plan_name, interval, interval_count, amount, currency }: Json, order: Order): Telling[] {
  if (typeof plan !== 'string') return []
  const fields = { name: plan_name, amount, currency, interval: interval_count === 1 ? interval : undefined }
  return [{ kind: 'plan', id: plan, order: { ...order, phase: 0 }, fields }]
}

/** The plan fact. */
export const planFact: FactOf = (id, fields, { at }) => ({
  kind: 'plans',
  row: { id, ...fields, class: 'paid', updated_at: at },
})

function termsIn(data: Json): Record<string, unknown> {
  const plan = objectIn(data.plan)
  const currency = currencyIn(plan.currency, data.currency)
  const terms = INTERVALS[String(plan.interval)]
  const amount = numberIn(data.amount) ?? numberIn(plan.amount)
  return {
    plan: textIn(plan.plan_code),
    plan_name: textIn(plan.name),
    interval: terms?.interval,
    interval_count: terms?.interval_count,
    amount: amount === undefined ? undefined : minorOf(amount * (terms?.times ?? 1), currency),
    currency,
  }
}

/** The subscription fact; none before its plan is known, which invoices do not tell. */
export const subscriptionFact: FactOf = (id, fields, { userId, tenantId, at }) => {
  const { plan, plan_name, interval, interval_count, amount, currency, state, standing, started_at } = fields
  if (plan === undefined || state === undefined || amount === undefined) return undefined
  const next = textIn(fields.next_payment_date)
  const ended = textIn(fields.ended_at)
  // Disabled after it was not renewed, it ended when the period did that was paid for.
  const end = ended !== undefined && next !== undefined && next < ended ? next : ended
  const status = state === 'disabled' ? 'expired' : state === 'not renewing' ? 'cancelled' : standing
  return {
    kind: 'subscriptions',
    row: {
      id,
      user_id: userId,
      tenant_id: tenantId,
      plan,
      status,
      interval,
      interval_count,
      amount,
      currency,
      provider: 'paystack',
      started_at,
      current_period_end: next,
      ends_at: state === 'disabled' ? end : state === 'not renewing' ? next : undefined,
      updated_at: at,
      properties: { plan_name },
    },
  }
}

/** invoice.*: the invoice, and with it whether the subscription is paid for. */
export function invoiceTellings({ type, data, at }: Reading): Telling[] {
  const id = textIn(data.invoice_code)
  if (id === undefined) return []
  const subscription = objectIn(data.subscription)
  const subscriptionId = textIn(subscription.subscription_code)
  const isPaid = data.paid === true || data.paid === 1
  const { payer, tellings } = payerIn(data, at)
  const currency = currencyIn(objectIn(data.transaction).currency, data.currency)
  const amount = minorOf(data.amount, currency)
  const fields = {
    ...ownerIn(metadataIn(data.metadata)),
    status: isPaid ? 'paid' : 'open',
    subscription_id: subscriptionId,
    amount,
    amount_paid: isPaid ? amount : undefined,
    currency,
    issued_at: firstInstant(data, 'created_at', 'createdAt')?.toISOString(),
    due_at: firstInstant(data, 'due_date', 'period_start')?.toISOString(),
    paid_at: isPaid ? firstInstant(data, 'paid_at', 'paidAt')?.toISOString() : undefined,
  }
  const invoice: Telling = { kind: 'invoice', id, payer, order: { phase: isPaid ? 1 : 0, at, rank: 0 }, fields }
  if (subscriptionId === undefined || !isObject(data.subscription)) return [invoice, ...tellings]
  const rank = isPaid ? 2 : type === 'invoice.payment_failed' ? 1 : 0
  const standing = isPaid ? 'active' : rank === 1 ? 'past_due' : undefined
  const next_payment_date = firstInstant(subscription, 'next_payment_date')?.toISOString()
  const about = { kind: 'subscription', id: subscriptionId, payer, order: { phase: 0, at, rank } } as const
  return [invoice, { ...about, fields: { standing, next_payment_date } }, ...tellings]
}

/** The invoice fact. */
export const invoiceFact: FactOf = (id, { user_id: _, tenant_id: __, ...fields }, { userId, tenantId, at }) => {
  if (fields.status === undefined || fields.amount === undefined) return undefined
  const owner = { customer_id: tenantId ?? userId, user_id: userId, tenant_id: tenantId }
  return { kind: 'invoices', row: { id, ...fields, ...owner, provider: 'paystack', updated_at: at } }
}
