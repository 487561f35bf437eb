import type { Account, PaymentState, SubscriptionState } from './account.ts'
import { DAY_MS, iso } from './calendar.ts'
import { Emitter, type SimFact, type Window } from './emitter.ts'
import type { Ledger } from './ledger.ts'
import { projectName } from './names.ts'
import { PLANS } from './plans.ts'
import { Random } from './random.ts'
import { firstProjectId } from './session.ts'
import type { SimTenant, SimUser, World } from './world.ts'

/** The plans, the tenants, the users and what they pay: everything with a life longer than a day, in time order. */
export function customerFacts(world: World, ledger: Ledger, window: Window): SimFact[] {
  const out = new Emitter(window)
  const last = world.dayOf(window.toMs)
  for (const tenant of world.tenants) tenantFacts(tenant, ledger.ofTenant(tenant, window.toMs), out)
  for (const user of [...world.usersThrough(last)]) {
    if (user.createdMs >= window.toMs) continue
    userFacts(world, user, ledger.of(user, window.toMs), out)
  }
  return out.take().sort((a, b) => a.atMs - b.atMs)
}

/** The plans as they stood when the simulated past began. */
export function planFacts(world: World): SimFact[] {
  const atMs = world.dayMs(world.startDay)
  return PLANS.map((plan) => ({ kind: 'plans', atMs, row: { ...plan, updated_at: iso(atMs) } }))
}

function tenantFacts(tenant: SimTenant, account: Account, out: Emitter): void {
  const { id, name, country, createdMs } = tenant
  const row = { id, name, country, created_at: iso(createdMs), properties: { domain: tenant.domain } }
  out.emit('tenants', createdMs, { ...row, plan: tenant.plan, updated_at: iso(createdMs) })
  accountFacts(account, out)
}

function userFacts(world: World, user: SimUser, account: Account, out: Emitter): void {
  for (const { atMs, plan } of plansOverTime(user, account, out.window.toMs))
    out.emit('users', atMs, userRow(user, plan, atMs))
  if (!user.tenant) accountFacts(account, out)
  if (world.dayOf(user.createdMs) < world.calendar.firstDay) oldProject(world, user, out)
}

/** Each plan the user was on, from when. */
function plansOverTime(user: SimUser, account: Account, untilMs: number): { atMs: number; plan: string }[] {
  const times = account.states.map((state) => state.atMs).filter((atMs) => atMs > user.createdMs && atMs < untilMs)
  const plans = [user.createdMs, ...times].map((atMs) => ({ atMs, plan: account.planAt(atMs).plan }))
  return plans.filter(({ plan }, n) => n === 0 || plan !== plans[n - 1]?.plan)
}

function userRow(user: SimUser, plan: string, updatedMs: number): Record<string, unknown> {
  return {
    id: user.id,
    tenant_id: user.tenant?.id,
    email: user.email,
    username: user.username,
    plan,
    status: 'active',
    provider: user.signIn,
    country: user.place.country,
    city: user.city,
    time_zone: user.place.timeZone,
    referrer: user.referrer,
    created_at: iso(user.createdMs),
    updated_at: iso(updatedMs),
    traits: { name: user.name, invited_by: user.invitedBy?.id },
  }
}

/** The project of a user who signed up before the charts begin, so that their builds are builds of something. */
function oldProject(world: World, user: SimUser, out: Emitter): void {
  const at = iso(user.createdMs)
  out.emit('objects', user.createdMs, {
    kind: 'project',
    id: firstProjectId(user),
    name: projectName(new Random(world.options.seed, 'project', user.id)),
    status: 'draft',
    quantity: 1,
    user_id: user.id,
    tenant_id: user.tenant?.id,
    created_at: at,
    updated_at: at,
  })
}

function accountFacts(account: Account, out: Emitter): void {
  for (const state of account.states) out.emit('subscriptions', state.atMs, subscriptionRow(account, state))
  for (const payment of account.payments) {
    out.emit('payments', payment.atMs, paymentRow(account, payment))
    if (payment.status !== 'refunded') invoiceFacts(account, payment, out)
  }
}

function subscriptionRow({ payer }: Account, state: SubscriptionState): Record<string, unknown> {
  return {
    id: state.id,
    user_id: payer.userId || undefined,
    tenant_id: payer.tenantId || undefined,
    plan: state.plan,
    status: state.status,
    interval: state.interval,
    quantity: state.quantity,
    amount: state.unitCents,
    currency: payer.currency,
    provider: payer.provider,
    started_at: iso(state.startedMs),
    trial_ends_at: optionalIso(state.trialEndsMs),
    current_period_end: optionalIso(state.periodEndMs),
    ends_at: optionalIso(state.endsMs),
    cancel_reason: state.endsMs === undefined ? undefined : reasonOf(state.id),
    updated_at: iso(state.atMs),
  }
}

function paymentRow({ payer }: Account, payment: PaymentState): Record<string, unknown> {
  return {
    id: payment.id,
    ts: iso(payment.madeMs),
    user_id: payer.userId || undefined,
    tenant_id: payer.tenantId || undefined,
    subscription_id: payment.subscriptionId,
    invoice_id: invoiceId(payment),
    provider: payer.provider,
    status: payment.status,
    amount: payment.amountCents,
    fee: payment.feeCents,
    fee_waived: payment.feeWaivedCents,
    refunded: payment.status === 'refunded' ? payment.amountCents : 0,
    currency: payer.currency,
    failure_reason: payment.failureReason,
    updated_at: iso(payment.atMs),
  }
}

/** A card is charged at once; a transfer takes some days, and somebody looks at it. What failed stays open, then is given up. */
function invoiceFacts({ payer }: Account, payment: PaymentState, out: Emitter): void {
  const { madeMs, amountCents: amount, status } = payment
  const row = {
    id: invoiceId(payment),
    number: `AS-${payment.id.slice(-6).toUpperCase()}`,
    user_id: payer.userId || undefined,
    tenant_id: payer.tenantId || undefined,
    subscription_id: payment.subscriptionId,
    provider: payer.provider,
    amount,
    currency: payer.currency,
    issued_at: iso(madeMs),
    due_at: iso(madeMs + 7 * DAY_MS),
  }
  const tell = (days: number, fields: Record<string, unknown>) =>
    out.emit('invoices', madeMs + days * DAY_MS, { ...row, ...fields, updated_at: iso(madeMs + days * DAY_MS) })
  const paid = (days: number) =>
    tell(days, { status: 'paid', amount_paid: amount, paid_at: iso(madeMs + days * DAY_MS) })
  if (status === 'succeeded' && payer.provider !== 'manual') paid(0)
  else {
    tell(0, { status: 'open' })
    if (status === 'failed') tell(21, { status: 'uncollectible' })
    else {
      tell(3, { status: 'pending_verification' })
      paid(6)
    }
  }
}

const invoiceId = ({ id }: PaymentState): string => id.replace('pay_', 'inv_')

const REASONS = ['too expensive', 'missing a feature', 'not used enough', 'went to a competitor', 'project is over']
/** Always the same of a subscription. */
const reasonOf = (id: string): string | undefined =>
  REASONS[[...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % REASONS.length]

const optionalIso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : iso(ms))
