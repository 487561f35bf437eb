import type { Deps } from '../context.ts'
import { enterFinanceInputs, type FinanceEntry } from '../finance/inputs.ts'
import { addDays, dayOf } from '../lib/time.ts'
import { type RateEntry, saveRates } from '../rates/store.ts'
import { DAY_MS } from './calendar.ts'

const ACTOR = 'key:demo-books'
/** Some customers have paid for over a year when the charts begin. */
const BEFORE_DAYS = 500
/** What a euro and a pound are worth in dollars, by and large. */
const AROUND = { EUR: 1.085, GBP: 1.27 } as const

/** What somebody in the finance department of Acme Studio enters: a rate each week, and the books of each month. */
export async function keepBooks(deps: Deps, firstMs: number): Promise<void> {
  const nowMs = deps.now().getTime()
  const zone = deps.config.timeZone
  const [first, last] = [dayOf(new Date(firstMs), zone), dayOf(new Date(nowMs), zone)]
  const entries: RateEntry[] = []
  for (const [currency, rate] of Object.entries(AROUND)) {
    entries.push({ currency, day: addDays(first, -BEFORE_DAYS), rate: rate.toFixed(4) })
    for (let day = first, week = 0; day <= last; day = addDays(day, 7), week++)
      entries.push({ currency, day, rate: (rate * (1 + waveOf(currency, week))).toFixed(4) })
  }
  await saveRates(deps, ACTOR, { entries, source: 'imported', recost: true })
  await enterFinanceInputs(deps, ACTOR, monthsOf(firstMs - 60 * DAY_MS, nowMs).flatMap(bookOf))
}

/** Two slow waves that do not meet: up to some two percent either way. */
const waveOf = (currency: string, week: number): number =>
  0.012 * Math.sin(week / 2.3 + currency.charCodeAt(0)) + 0.008 * Math.sin(week / 0.9)

function bookOf(month: string, n: number): FinanceEntry[] {
  return [
    { month, item: 'cash', amount: 142_000_000 - n * 5_400_000 },
    { month, item: 'burn', amount: 5_400_000 + n * 60_000 },
    { month, item: 'hosting', amount: 310_000 + n * 12_000, note: 'servers and traffic' },
    { month, item: 'other_costs', amount: 2_900_000 },
    { month, item: 'acquisition', amount: 180_000 + (n % 2) * 40_000, note: 'fair, flyers' },
  ]
}

function monthsOf(fromMs: number, toMs: number): string[] {
  const months = new Set<string>()
  for (let ms = fromMs; ms <= toMs; ms += DAY_MS) months.add(new Date(ms).toISOString().slice(0, 7))
  return [...months]
}
