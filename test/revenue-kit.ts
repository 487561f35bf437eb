import { addDays, type Day, startOfDay } from '../src/lib/time.ts'

/** A subscription's state as a client tells it; amounts in minor units. */
export interface ToldState {
  id: string
  user_id?: string
  tenant_id?: string
  plan: string
  status: 'trialing' | 'active' | 'past_due' | 'paused' | 'cancelled' | 'expired'
  interval: 'month' | 'year'
  amount: number
  quantity: number
  currency: string
  discount?: number
  discount_ends_at?: string
  trial_ends_at?: string
  ends_at?: string
  started_at: string
  updated_at: string
}

export type Policy = 'stripe' | 'chartmogul'

export function seeded(seed: number): (n: number) => number {
  let state = seed * 2_654_435_761
  return (n) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return Math.floor((state / 4_294_967_296) * n)
  }
}

const HOUR_MS = 3_600_000

/** Subscriptions of some accounts that begin, change, pause, end and begin again, each in the order of its states. */
export function randomStates(pick: (n: number) => number, from: Date, to: Date): ToldState[] {
  const told: ToldState[] = []
  const hours = Math.floor((to.getTime() - from.getTime()) / HOUR_MS)
  const after = (ms: number, most: number) => ms + (1 + pick(most)) * HOUR_MS
  const iso = (ms: number) => new Date(ms).toISOString()
  for (let account = 0; account < 9; account++) {
    const owner = account < 4 ? { tenant_id: `t${account}` } : { user_id: `u${account}` }
    for (let n = 0; n <= pick(3); n++) {
      const id = `s${account}-${n}`
      const currency = pick(5) === 0 ? 'EUR' : 'USD'
      let ms = from.getTime() + pick(hours) * HOUR_MS
      const started_at = iso(ms)
      for (let step = 0; step < 1 + pick(9) && ms < to.getTime(); step++) {
        const status = statusOf(step, pick)
        const yearly = pick(4) === 0
        const state: ToldState = {
          id,
          ...owner,
          plan: ['pro', 'team', 'enterprise'][pick(3)]!,
          status,
          interval: yearly ? 'year' : 'month',
          amount: (yearly ? 12_000 : 1000) * (1 + pick(5)) + pick(7),
          quantity: 1 + pick(3),
          currency,
          started_at,
          updated_at: iso(ms),
        }
        if (pick(3) === 0) {
          state.discount = pick(1500)
          if (pick(3) > 0) state.discount_ends_at = iso(after(ms, 2400))
        }
        if (status === 'trialing') state.trial_ends_at = iso(after(ms, 500))
        if (status === 'cancelled' && pick(3) > 0) state.ends_at = iso(after(ms, 900))
        told.push(state)
        ms = after(ms, 1500)
      }
    }
  }
  return told
}

function statusOf(step: number, pick: (n: number) => number): ToldState['status'] {
  if (step === 0 && pick(2) === 0) return 'trialing'
  const usual = ['active', 'active', 'active', 'past_due', 'paused', 'cancelled', 'expired'] as const
  return step === 0 ? 'active' : usual[pick(usual.length)]!
}

export const customerOf = ({ tenant_id, user_id }: ToldState): string => tenant_id ?? user_id ?? ''

/** The end of a local day. */
export const endOf = (day: Day, zone: string): number => startOfDay(addDays(day, 1), zone).getTime() - 1

/** The last state of each subscription that was told by then. */
export function statesAt(told: ToldState[], at: number): ToldState[] {
  const last = new Map<string, ToldState>()
  for (const state of told) if (Date.parse(state.updated_at) <= at) last.set(state.id, state)
  return [...last.values()]
}

const isAhead = (text: string | undefined, at: number): boolean => text !== undefined && Date.parse(text) > at

/** What a state is worth a month at an instant, straight from PRODUCT's words. */
export function worth(state: ToldState, at: number, policy: Policy): number {
  const { status, amount, quantity, interval, discount = 0, discount_ends_at, ends_at } = state
  const pays = status === 'active' || status === 'past_due' || (status === 'cancelled' && isAhead(ends_at, at))
  if (!pays) return 0
  const lasts = discount_ends_at === undefined
  const off = lasts || (policy === 'chartmogul' && isAhead(discount_ends_at, at)) ? discount : 0
  return Math.round(Math.max(0, amount * quantity - off) / (interval === 'year' ? 12 : 1))
}

/** What one unit of a currency is worth in the reporting one; undefined where nobody knows. */
export type RateOf = (currency: string) => number | undefined

/** Each currency like the reporting one. */
export const parity: RateOf = () => 1

/** MRR by customer at an instant, of all that has a rate; customers who pay nothing are not in it. */
export function mrrByCustomer(
  told: ToldState[],
  at: number,
  policy: Policy,
  rateOf: RateOf = parity,
): Map<string, number> {
  const sums = new Map<string, number>()
  for (const state of statesAt(told, at)) {
    const mrr = worth(state, at, policy) * (rateOf(state.currency) ?? 0)
    if (mrr !== 0) sums.set(customerOf(state), (sums.get(customerOf(state)) ?? 0) + mrr)
  }
  return sums
}

/** The status that a subscription shows: what nobody told, but time has brought about, included. */
export function statusAt(state: ToldState, at: number, earlier: ToldState[]): string {
  const { status, ends_at, trial_ends_at } = state
  if (status === 'cancelled') return isAhead(ends_at, at) ? 'cancelling' : 'cancelled'
  if (status === 'trialing') return isAhead(trial_ends_at, at) ? 'trialing' : 'expired'
  if (status === 'expired')
    return earlier.findLast((one) => one.status !== 'expired')?.status === 'cancelled' ? 'cancelled' : 'expired'
  return status
}

/** The day a month, or several, before: from the last day of a month to the last of the other. */
export function monthsBefore(day: Day, n: number): Day {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  const lastOf = (y: number, m: number) => new Date(Date.UTC(y, m, 0)).getUTCDate()
  const index = year * 12 + (month - 1) - n
  const [y, m] = [Math.floor(index / 12), (index % 12) + 1]
  const last = lastOf(y, m)
  const d = date === lastOf(year, month) ? last : Math.min(date, last)
  return `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`
}
