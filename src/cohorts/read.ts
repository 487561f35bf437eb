import type { Span } from '../api/params.ts'
import type { Deps } from '../context.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Day } from '../lib/time.ts'

export type CohortPeriod = 'week' | 'month'

export interface CohortWeek {
  week: number
  returned: number
  /** Percent of the whole cohort. */
  rate: number
  /** false: for some of the cohort this week of theirs is not over, so that more may come. */
  finished: boolean
}
export interface Cohort {
  /** The first day of the week (a Monday) or month in which they signed up. */
  cohort: Day
  size: number
  weeks: CohortWeek[]
  week_1: number | null
  week_4: number | null
  week_12: number | null
}
export interface Cohorts {
  cohorts: Cohort[]
  /** Over the cohorts whose week is over, weighted by their size; null where there is none. */
  mean: { week: number; size: number; rate: number }[]
  computedAt: Date | null
}

type Cell = CohortWeek & { cohort: Day; size: number; computed_at: Date }

/** The cohorts of sign-ups that have a day in the span, oldest first. */
export async function readCohorts(
  { db: { sql } }: Pick<Deps, 'db'>,
  { from, to, scope }: Span,
  period: CohortPeriod,
): Promise<Cohorts> {
  const cells = await sql<Cell[]>`
    select cohort::text as cohort, week, size::int as size, returned::int as returned, finished, computed_at,
      (100.0 * returned / size)::float8 as rate
    from cohort_retention
    where scope = ${scope} and period = ${period} and cohort >= date_trunc(${period}, ${from}::date) and cohort <= ${to}::date
    order by cohort, week`
  const byCohort = groupBy(cells, ({ cohort }) => cohort)
  const computedAt = cells.map(({ computed_at }) => computed_at).sort((a, b) => b.getTime() - a.getTime())[0] ?? null
  return { cohorts: [...byCohort].map(([cohort, weeks]) => cohortOf(cohort, weeks)), mean: meansOf(cells), computedAt }
}

function cohortOf(cohort: Day, cells: Cell[]): Cohort {
  const weeks = cells.map(({ week, returned, rate, finished }) => ({ week, returned, rate: rounded(rate), finished }))
  const over = (k: number) => weeks.find(({ week, finished }) => week === k && finished)?.rate ?? null
  return { cohort, size: cells[0]?.size ?? 0, weeks, week_1: over(1), week_4: over(4), week_12: over(12) }
}

function meansOf(cells: Cell[]): Cohorts['mean'] {
  const finished = groupBy(
    cells.filter((cell) => cell.finished),
    ({ week }) => week,
  )
  return [...finished]
    .sort(([a], [b]) => a - b)
    .map(([week, all]) => {
      const size = all.reduce((sum, cell) => sum + cell.size, 0)
      return { week, size, rate: rounded((100 * all.reduce((sum, cell) => sum + cell.returned, 0)) / size) }
    })
}

const rounded = (value: number): number => Math.round(value * 100) / 100
