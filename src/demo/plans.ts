import type { Calendar } from './calendar.ts'

export type PlanId = 'free' | 'pro' | 'team' | 'enterprise'
export type Interval = 'month' | 'year'

/** The plans as Acme Studio's main app would send them; limits are per month. */
export const PLANS = [
  plan('free', 'Free', 'free', 0, { builds: 20, ai_calls: 200, seats: 1 }),
  plan('pro', 'Pro', 'paid', 4900, { builds: 300, ai_calls: 3000, seats: 1 }),
  plan('team', 'Team', 'paid', 3900, { builds: 1500, ai_calls: 12000, seats: 50 }),
  plan('enterprise', 'Enterprise', 'paid', undefined, { builds: 20000, ai_calls: 150000, seats: 1000 }),
]

/** Cents for one period of one seat. Pro went from $39 to $49; a year costs ten months. */
export function priceCents(plan: PlanId, interval: Interval, calendar: Calendar, atMs: number): number {
  const monthly = plan === 'team' ? 3900 : atMs < calendar.priceRiseMs ? 3900 : 4900
  return interval === 'year' ? monthly * 10 : monthly
}

export type Currency = 'USD' | 'EUR' | 'GBP'

/** Acme Studio asks the same number of dollars, euros and pounds. */
export function currencyOf(country: string): Currency {
  if (country === 'GB') return 'GBP'
  return country === 'DE' || country === 'FR' ? 'EUR' : 'USD'
}

/** What the payment provider keeps. Enterprises pay by bank transfer. */
export function feeCents(provider: string, amountCents: number): number {
  if (provider === 'stripe') return Math.round(amountCents * 0.029) + 30
  if (provider === 'paystack') return Math.round(amountCents * 0.039)
  return 0
}

function plan(id: PlanId, name: string, planClass: 'free' | 'paid', amount: number | undefined, limits: object) {
  return { id, name, class: planClass, amount, currency: 'USD', interval: 'month', limits }
}
