import { Account, type Payer } from './account.ts'
import { DAY_MS, HOUR_MS } from './calendar.ts'
import { currencyOf, type Interval, type PlanId, priceCents } from './plans.ts'
import { Random } from './random.ts'
import type { SimTenant, SimUser, UserType, World } from './world.ts'

/** How the types of users spend: share who try, of those who stay, who buy at once, and who leave each month. */
const HABITS: Record<UserType, { tries: number; converts: number; buys: number; leaves: number }> = {
  power: { tries: 0.8, converts: 0.58, buys: 0.6, leaves: 0.015 },
  regular: { tries: 0.5, converts: 0.32, buys: 0.26, leaves: 0.03 },
  casual: { tries: 0.3, converts: 0.06, buys: 0.03, leaves: 0.08 },
  oneDay: { tries: 0.1, converts: 0.01, buys: 0, leaves: 0.5 },
}
const TRIAL_MS = 14 * DAY_MS

/** What a person without a tenant buys, told at least until `horizonMs`; the same for any horizon as far as both go. */
export function accountOfUser(world: World, user: SimUser, horizonMs: number): Account {
  const random = new Random(world.options.seed, 'money', user.id)
  const african = ['NG', 'KE', 'ZA'].includes(user.place.country)
  const provider = african && random.chance(0.85) ? 'paystack' : 'stripe'
  const account = new Account(
    { userId: user.id, tenantId: '', provider, currency: currencyOf(user.place.country) },
    random,
  )
  const habits = HABITS[user.type]
  const interval: Interval = random.chance(0.17) ? 'year' : 'month'
  if (random.chance(habits.tries)) {
    const startedMs = user.createdMs + random.between(0.2, 60) * HOUR_MS
    const id = startTrial(account, startedMs, 'pro', interval, priceCents('pro', interval, world.calendar, startedMs))
    if (!random.chance(habits.converts)) account.change(startedMs + TRIAL_MS, { status: 'expired' })
    else new Billing(world, account, random, habits.leaves).run(id, startedMs + TRIAL_MS, 'pro', interval, horizonMs)
  } else if (random.chance(habits.buys)) {
    const startedMs = user.createdMs + random.exponential(9) * DAY_MS
    const id = account.newSubscription(startedMs)
    new Billing(world, account, random, habits.leaves).run(id, startedMs, 'pro', interval, horizonMs)
  }
  return account
}

/** A tenant's subscription follows its script; a team pays for as many seats as it has members at each renewal. */
export function accountOfTenant(world: World, tenant: SimTenant, horizonMs: number): Account {
  const random = new Random(world.options.seed, 'money', tenant.id)
  const provider: Payer['provider'] = tenant.plan === 'enterprise' ? 'manual' : 'stripe'
  const account = new Account(
    { userId: '', tenantId: tenant.id, provider, currency: currencyOf(tenant.country) },
    random,
  )
  const id = startTrial(account, tenant.createdMs, tenant.plan, 'month', tenant.monthlyCents ?? 3900)
  new TenantBilling(world, account, tenant).run(id, tenant.createdMs + TRIAL_MS, horizonMs)
  return account
}

function startTrial(account: Account, atMs: number, plan: PlanId, interval: Interval, unitCents: number): string {
  const id = account.newSubscription(atMs)
  const trialEndsMs = atMs + TRIAL_MS
  account.state({ atMs, id, plan, status: 'trialing', interval, quantity: 1, unitCents, startedMs: atMs, trialEndsMs })
  return id
}

/** Period after period of a person's subscription. Every draw belongs to a period, so a longer horizon only adds. */
class Billing {
  constructor(
    private readonly world: World,
    private readonly account: Account,
    private readonly random: Random,
    private readonly leaves: number,
  ) {}

  run(id: string, startMs: number, plan: PlanId, interval: Interval, horizonMs: number): void {
    let subscription = id
    let nextMs: number | undefined = startMs
    while (nextMs !== undefined && nextMs <= horizonMs) {
      const leftMs = this.#untilTheyLeave(subscription, nextMs, plan, interval, horizonMs)
      if (leftMs === undefined) return
      const returns = this.random.chance(0.2)
      nextMs = returns ? leftMs + this.random.between(12, 55) * DAY_MS : undefined
      if (nextMs !== undefined) subscription = this.account.newSubscription(nextMs)
    }
  }

  #untilTheyLeave(id: string, startMs: number, first: PlanId, interval: Interval, horizonMs: number) {
    let plan = first
    let seats = 1
    const months = interval === 'year' ? 12 : 1
    for (let period = 0, fromMs = startMs; fromMs <= horizonMs; period++) {
      const toMs = addMonths(startMs, (period + 1) * months)
      const leftMs = this.#period(id, plan, seats, interval, startMs, fromMs, toMs)
      if (leftMs !== undefined) return leftMs
      if (plan === 'pro' && this.random.chance(0.03)) {
        plan = 'team'
        seats = this.random.int(2, 6)
      } else if (plan === 'team' && this.random.chance(0.06)) {
        plan = 'pro'
        seats = 1
      }
      fromMs = toMs
    }
    return undefined
  }

  /** One paid period; answers when the subscription ended, if it did. */
  #period(
    id: string,
    plan: PlanId,
    quantity: number,
    interval: Interval,
    startedMs: number,
    fromMs: number,
    toMs: number,
  ): number | undefined {
    const { random, account } = this
    const fails = random.chance(0.04)
    const recovers = random.chance(0.7)
    const leaves = random.chance(interval === 'year' ? this.leaves * 5 : this.leaves)
    const decidesMs = fromMs + random.next() * (toMs - fromMs)
    const protests = random.chance(0.2)
    const protestShare = random.next() ** 1.5
    const unitCents = priceCents(plan, interval, this.world.calendar, fromMs)
    const base = { atMs: fromMs, id, plan, interval, quantity, unitCents, startedMs, periodEndMs: toMs }
    account.state({ ...base, status: fails ? 'past_due' : 'active' })
    account.pays(fromMs, id, unitCents * quantity, !fails)
    if (fails) {
      account.pays(fromMs + 3 * DAY_MS, id, unitCents * quantity, recovers)
      if (!recovers) return this.#ends(fromMs + 8 * DAY_MS)
      account.change(fromMs + 3 * DAY_MS, { status: 'active' })
    }
    const { priceRiseMs, waveEndMs } = this.world.calendar
    const protestMs = priceRiseMs + protestShare * (waveEndMs - priceRiseMs)
    const mayProtest = protests && plan === 'pro' && interval === 'month'
    if (mayProtest && protestMs > fromMs + 3 * DAY_MS && protestMs < toMs) return this.#ends(protestMs)
    if (!leaves) return undefined
    const lastChangeMs = fromMs + (fails ? 3.1 * DAY_MS : 0)
    account.change(Math.max(decidesMs, lastChangeMs), { endsMs: toMs })
    return this.#ends(toMs)
  }

  #ends(atMs: number): number {
    this.account.change(atMs, { status: 'cancelled', endsMs: atMs })
    return atMs
  }
}

class TenantBilling {
  constructor(
    private readonly world: World,
    private readonly account: Account,
    private readonly tenant: SimTenant,
  ) {}

  run(id: string, startMs: number, horizonMs: number): void {
    const leavesMs = this.#leavesMs()
    const returnsMs = this.tenant.story === 'returns' ? leavesMs + 24 * DAY_MS : Number.POSITIVE_INFINITY
    this.#stays(id, startMs, Math.min(horizonMs, leavesMs))
    if (leavesMs > horizonMs) return
    this.account.change(leavesMs, { status: 'cancelled', endsMs: leavesMs })
    if (returnsMs <= horizonMs) this.#stays(this.account.newSubscription(returnsMs), returnsMs, horizonMs)
  }

  #stays(id: string, startMs: number, untilMs: number): void {
    for (let period = 0, atMs = startMs; atMs <= untilMs; atMs = addMonths(startMs, ++period))
      this.#period(id, startMs, atMs, addMonths(startMs, period + 1))
  }

  #period(id: string, startedMs: number, fromMs: number, toMs: number): void {
    const { tenant, account, world } = this
    const seats = tenant.members.filter((member) => member.createdMs <= fromMs).length
    const quantity = tenant.plan === 'enterprise' ? 1 : Math.max(2, seats)
    const unitCents = tenant.monthlyCents ?? priceCents('team', 'month', world.calendar, fromMs)
    const fails = tenant.story === 'past-due' && fromMs <= world.options.anchorMs && toMs > world.options.anchorMs
    const status = fails ? 'past_due' : 'active'
    const { plan } = tenant
    const period = { startedMs, periodEndMs: toMs }
    account.state({ atMs: fromMs, id, plan, status, interval: 'month', quantity, unitCents, ...period })
    account.pays(fromMs, id, unitCents * quantity, !fails)
  }

  #leavesMs(): number {
    const { priceRiseMs, firstDay, anchorMs } = this.world.calendar
    if (this.tenant.story === 'leaves-after-price-rise') return priceRiseMs + 2.2 * DAY_MS
    if (this.tenant.story === 'returns') return anchorMs + Math.round(firstDay * 0.7) * DAY_MS
    return Number.POSITIVE_INFINITY
  }
}

/** The same day some months later; the 31st becomes the last of a shorter month. */
export function addMonths(ms: number, months: number): number {
  const from = new Date(ms)
  const to = new Date(ms)
  to.setUTCMonth(from.getUTCMonth() + months, 1)
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate()
  to.setUTCDate(Math.min(from.getUTCDate(), lastDay))
  return to.getTime()
}
