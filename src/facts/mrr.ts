/**
 * MRR as a ledger. Pure: what a subscription's state is worth a month, and which movements lead from one state of a
 * customer to the next. Movements of a customer add up to the change of its MRR exactly, to the minor unit.
 */

export type MovementKind = 'new' | 'expansion' | 'contraction' | 'churn' | 'reactivation' | 'fx'

/**
 * `stripe`: a discount that ends does not lower MRR, one that lasts does. `chartmogul`: any discount lowers it for as long
 * as it holds, so that its beginning is contraction and its end expansion.
 */
export const MRR_POLICIES = ['stripe', 'chartmogul'] as const
export type MrrPolicy = (typeof MRR_POLICIES)[number]

export interface SubscriptionState {
  subscriptionId: string
  customerId: string
  userId: string
  tenantId: string
  plan: string
  status: 'trialing' | 'active' | 'past_due' | 'paused' | 'cancelled' | 'expired'
  interval: 'day' | 'week' | 'month' | 'year'
  intervalCount: number
  quantity: number
  amountMinor: number
  /** Taken off the price of an interval, of all seats together. */
  discountMinor: number
  /** null: it lasts as long as the subscription. */
  discountEndsAt: Date | null
  currency: string
  startedAt: Date
  trialEndsAt: Date | null
  endsAt: Date | null
  updatedAt: Date
  cancelReason: string | null
}

export interface Movement {
  ts: Date
  plan: string
  kind: MovementKind
  amountMinor: number
  /** +1 when the customer begins to pay, −1 when it stops; −1/+1 on the plans of a change. */
  customersDelta: number
}

const MONTHS: Record<SubscriptionState['interval'], number> = { day: 12 / 365, week: 12 / 52, month: 1, year: 12 }

/** How many months an interval lasts, by which money is brought to a month. */
export function monthsOf(interval: SubscriptionState['interval'], count: number): number {
  return MONTHS[interval] * count
}

/** The state's MRR in minor units: active and past due, and cancelled until its paid period ends; else 0. */
export function mrrOf(state: SubscriptionState, policy: MrrPolicy = 'stripe'): number {
  const paid =
    state.status === 'active' ||
    state.status === 'past_due' ||
    (state.status === 'cancelled' && state.endsAt !== null && state.endsAt > state.updatedAt && !isTried(state))
  if (!paid) return 0
  const price = state.amountMinor * state.quantity
  const charged = price > 0 ? Math.max(0, price - discountOf(state, policy)) : price
  return Math.round(charged / monthsOf(state.interval, state.intervalCount))
}

/** Whoever cancels a trial pays nothing for what is left of it. */
const isTried = ({ trialEndsAt, updatedAt }: SubscriptionState): boolean =>
  trialEndsAt !== null && trialEndsAt > updatedAt

function discountOf({ discountMinor, discountEndsAt, updatedAt }: SubscriptionState, policy: MrrPolicy): number {
  if (discountEndsAt === null) return discountMinor
  return policy === 'chartmogul' && discountEndsAt > updatedAt ? discountMinor : 0
}

/**
 * The states that a subscription came to since we were told of it, before an instant, though nobody said so: its discount
 * ran out, what was paid for ended.
 */
export function implied(before: SubscriptionState | undefined, until: Date): SubscriptionState[] {
  if (!before) return []
  const isBetween = (at: Date | null): at is Date => at !== null && at > before.updatedAt && at < until
  const { discountEndsAt, endsAt } = before
  const states: SubscriptionState[] = []
  if (before.discountMinor > 0 && isBetween(discountEndsAt)) states.push({ ...before, updatedAt: discountEndsAt })
  if (before.status === 'cancelled' && isBetween(endsAt))
    states.push({ ...before, status: 'expired', updatedAt: endsAt })
  return states.sort((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime())
}

/**
 * The states a subscription went through up to the first one we are told of: one that was first seen when it had long
 * begun, or had ended, still began when it says so.
 */
export function withHistory(first: SubscriptionState): SubscriptionState[] {
  const began = paidSince(first)
  const ended = endOf(first)
  const everPaid = first.status !== 'trialing' && first.status !== 'paused' && began < ended && began <= first.updatedAt
  if (!everPaid || began.getTime() === first.updatedAt.getTime()) return [first]
  return [{ ...first, status: 'active', endsAt: null, updatedAt: began }, endedInThePast(first)]
}

function paidSince(state: SubscriptionState): Date {
  return state.trialEndsAt && state.trialEndsAt > state.startedAt ? state.trialEndsAt : state.startedAt
}

function endOf(state: SubscriptionState): Date {
  if (state.status !== 'cancelled' && state.status !== 'expired') return new Date(8.64e15)
  return state.endsAt ?? state.updatedAt
}

/**
 * A state that tells of an end in the past takes effect then, not when we were told; but not before the last state we
 * know, or it would count as outdated and the end be lost.
 */
export function endedInThePast(state: SubscriptionState, before?: SubscriptionState): SubscriptionState {
  const over = state.status === 'cancelled' || state.status === 'expired'
  if (!over || !state.endsAt || state.endsAt >= state.updatedAt) return state
  const updatedAt = before && before.updatedAt > state.endsAt ? before.updatedAt : state.endsAt
  return updatedAt < state.updatedAt ? { ...state, updatedAt } : state
}

/** What an update leaves out stays as it was: whose the subscription is. */
export function withOwner(told: SubscriptionState, before: SubscriptionState | undefined): SubscriptionState {
  const userId = told.userId || before?.userId || ''
  const tenantId = told.tenantId || before?.tenantId || ''
  return { ...told, userId, tenantId, customerId: tenantId || userId }
}

/** Whether money moves between customers, scopes or currencies: then it ends in one place and begins in the other. */
export function isMoved(before: SubscriptionState, after: SubscriptionState): boolean {
  return (
    before.customerId !== after.customerId || before.tenantId !== after.tenantId || before.currency !== after.currency
  )
}

/**
 * Movements of one subscription's change, seen from its customer.
 * @param before the subscription's last state, undefined if new
 * @param others MRR of the customer's other subscriptions, minor units
 * @param paidBefore whether the customer ever had MRR
 * @param policy under which all of this is MRR
 */
export function movementsOf(
  before: SubscriptionState | undefined,
  after: SubscriptionState,
  others: number,
  paidBefore: boolean,
  policy: MrrPolicy = 'stripe',
): Movement[] {
  const from = before ? mrrOf(before, policy) : 0
  const to = mrrOf(after, policy)
  const planChanged = before !== undefined && before.plan !== after.plan && from > 0 && to > 0
  if (from === to && !planChanged) return []
  const kind = kindOf(others + from, others + to, paidBefore)
  if (planChanged)
    return [
      { ts: after.updatedAt, plan: before.plan, kind, amountMinor: -from, customersDelta: -1 },
      { ts: after.updatedAt, plan: after.plan, kind, amountMinor: to, customersDelta: 1 },
    ]
  const plan = to === 0 && before ? before.plan : after.plan
  return [
    { ts: after.updatedAt, plan, kind, amountMinor: to - from, customersDelta: deltaOf(others + from, others + to) },
  ]
}

function kindOf(from: number, to: number, paidBefore: boolean): MovementKind {
  if (from === 0) return paidBefore ? 'reactivation' : 'new'
  if (to === 0) return 'churn'
  return to >= from ? 'expansion' : 'contraction'
}

const deltaOf = (from: number, to: number): number => (from === 0 ? 1 : to === 0 ? -1 : 0)
