import { DAY_MS } from './calendar.ts'
import { type Currency, feeCents, type Interval, type PlanId } from './plans.ts'
import type { Random } from './random.ts'

export interface Payer {
  userId: string
  tenantId: string
  provider: 'stripe' | 'paystack' | 'manual'
  currency: Currency
}

export type Status = 'trialing' | 'active' | 'past_due' | 'cancelled' | 'expired'

/** One state of a subscription, from `atMs` until the next. */
export interface SubscriptionState {
  atMs: number
  id: string
  plan: PlanId
  status: Status
  interval: Interval
  quantity: number
  unitCents: number
  startedMs: number
  trialEndsMs?: number
  periodEndMs?: number
  endsMs?: number
}

export interface PaymentState {
  atMs: number
  id: string
  /** When it was made; a refund is a later state of the same payment. */
  madeMs: number
  subscriptionId: string
  status: 'succeeded' | 'failed' | 'refunded'
  amountCents: number
  feeCents: number
  feeWaivedCents: number
  failureReason?: string
}

const FAILURES = ['card_declined', 'insufficient_funds', 'expired_card', 'authentication_required']

/** The money life of one customer as it is told: states of subscriptions and payments, in time order. */
export class Account {
  readonly states: SubscriptionState[] = []
  readonly payments: PaymentState[] = []

  constructor(
    readonly payer: Payer,
    private readonly random: Random,
  ) {}

  newSubscription(atMs: number): string {
    return `sub_${this.random.uuid(atMs).slice(0, 23).replaceAll('-', '')}`
  }

  state(next: SubscriptionState): void {
    this.states.push(next)
  }

  /** Changes the newest state at a later time. */
  change(atMs: number, fields: Partial<SubscriptionState>): void {
    const last = this.states[this.states.length - 1]
    if (last) this.states.push({ ...last, ...fields, atMs })
  }

  pays(atMs: number, subscriptionId: string, amountCents: number, ok: boolean): void {
    const fee = ok ? feeCents(this.payer.provider, amountCents) : 0
    const waived = this.random.chance(0.03)
    const refunded = ok && this.random.chance(0.012)
    const refundedMs = atMs + this.random.between(1, 6) * DAY_MS
    const payment: PaymentState = {
      atMs,
      id: `pay_${this.random.uuid(atMs).replaceAll('-', '').slice(0, 24)}`,
      madeMs: atMs,
      subscriptionId,
      status: ok ? 'succeeded' : 'failed',
      amountCents,
      feeCents: fee,
      feeWaivedCents: waived ? fee : 0,
      failureReason: ok ? undefined : this.random.pick(FAILURES),
    }
    this.payments.push(payment)
    if (refunded) this.payments.push({ ...payment, atMs: refundedMs, status: 'refunded' })
  }

  /** The plan that counts at that instant, and whether it is paid for. */
  planAt(atMs: number): { plan: PlanId; status: Status | 'none' } {
    let found: SubscriptionState | undefined
    for (const state of this.states) if (state.atMs <= atMs) found = state
    if (!found) return { plan: 'free', status: 'none' }
    const holds = found.status === 'active' || found.status === 'past_due' || found.status === 'trialing'
    return { plan: holds ? found.plan : 'free', status: found.status }
  }
}
