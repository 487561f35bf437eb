import type { Tag } from '../db/tag.ts'
import type { Fragment } from '../metrics/metric.ts'
import type { Band } from './components.ts'

/** Users whose scores lie alike. */
export interface Bin {
  band: Band
  then_band: Band | null
  /** Of the score, in steps of five; -1 = without one. */
  bin: number
  n: number
  /** Sums of the scores, and how many had one then. */
  sum: number
  then: number
  then_n: number
}

/** The step of a score of `user_health h`. */
export const binOf = (sql: Tag): Fragment => sql`coalesce(least(19, floor(h.score / 5)), -1)::int`

/** As it was counted when the users were scored. */
export async function storedBins(sql: Tag, scope: string): Promise<Bin[]> {
  return await sql<Bin[]>`
    select band, nullif(then_band, '') as then_band, bin, n::int as n, score as sum, then_score as then, then_n::int as then_n
    from health_bins where scope = ${scope}`
}

/** How many of some bands are to be looked at, as it was counted when the users were scored. */
export async function storedAtRisk(sql: Tag, scope: string, bands: readonly Band[]): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select coalesce(sum(n), 0)::int as n from health_bins
    where scope = ${scope} and watched and band = any(${[...bands]}::text[])`
  return row?.n ?? 0
}
