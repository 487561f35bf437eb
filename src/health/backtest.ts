import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'
import type { Band } from './components.ts'

export const OUTCOMES = ['churned', 'lapsed'] as const
export type Outcome = (typeof OUTCOMES)[number]

export interface OutcomeBand {
  band: Exclude<Band, 'unknown'>
  /** Users of the band, and those of them who left. */
  n: number
  bad: number
  /** Percent; null where the band has nobody. */
  rate: number | null
  /** How many times as often as on the whole; null where nobody left at all. */
  lift: number | null
}

/** What past scores foretold of one kind of leaving. */
export interface Backtest {
  outcome: Outcome
  n: number
  bad: number
  rate: number
  bands: OutcomeBand[]
  /** How often one who left had the lower score of a pair; 0.5 is chance. null = all stayed, or all left. */
  auc: { value: number; low: number; high: number } | null
  /** The days whose scores were looked at, the newest first. */
  days: Day[]
}

const ORDER = ['healthy', 'at-risk', 'churning'] as const

/** The back-tests of a scope, by outcome; one that is not there has not enough history. */
export async function readBacktests(
  { db: { sql } }: Pick<Deps, 'db'>,
  scope: string,
): Promise<Partial<Record<Outcome, Backtest>>> {
  const rows = await sql<{ outcome: Outcome; band: string; n: number; bad: number; auc: number | null; days: Day[] }[]>`
    select outcome, band, n::int as n, bad::int as bad, auc, to_jsonb(days) as days from health_outcomes where scope = ${scope}`
  return Object.fromEntries(
    OUTCOMES.flatMap((outcome) => {
      const own = rows.filter((row) => row.outcome === outcome)
      const whole = own.find(({ band }) => band === '')
      if (!whole) return []
      const { n, bad, auc, days } = whole
      const rate = (100 * bad) / n
      const bands = ORDER.map((band) => bandOf(band, own.find((row) => row.band === band) ?? { n: 0, bad: 0 }, rate))
      return [[outcome, { outcome, n, bad, rate, bands, auc: auc === null ? null : aucOf(auc, bad, n - bad), days }]]
    }),
  )
}

function bandOf(band: OutcomeBand['band'], { n, bad }: { n: number; bad: number }, whole: number): OutcomeBand {
  const rate = n > 0 ? (100 * bad) / n : null
  return { band, n, bad, rate, lift: rate === null || whole === 0 ? null : rate / whole }
}

/** With the range that it lies in 19 of 20 times (Hanley and McNeil, 1982): of few who left it is wide. */
export function aucOf(value: number, bad: number, good: number): NonNullable<Backtest['auc']> {
  const [q1, q2] = [value / (2 - value), (2 * value ** 2) / (1 + value)]
  const variance = value * (1 - value) + (bad - 1) * (q1 - value ** 2) + (good - 1) * (q2 - value ** 2)
  const reach = 1.96 * Math.sqrt(Math.max(0, variance) / (bad * good))
  return { value, low: Math.max(0, value - reach), high: Math.min(1, value + reach) }
}

/** What an AUC means, without claiming more than so few allow. */
export function verdictOf({ value, low }: NonNullable<Backtest['auc']>): string {
  if (low <= 0.5) return value <= 0.5 ? 'It does not tell who leaves.' : 'It may be chance: too few left to say.'
  if (value >= 0.8) return 'It tells well who leaves.'
  return value >= 0.65 ? 'It tells who leaves, with exceptions.' : 'It tells a little.'
}
