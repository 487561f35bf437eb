import type { Span } from '../api/params.ts'
import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'
import type { MetricKey } from '../metrics/catalogue.ts'
import { manySeries } from '../metrics/query.ts'

/** The columns of a day, as those addresses call them. */
export const DAY_METRICS = {
  mrr: 'revenue.mrr',
  customers_total: 'revenue.paying_customers',
  customers_new: 'revenue.customers_new',
  dau: 'users.dau',
  mau: 'users.mau',
  jobs_total: 'jobs.total',
  jobs_success_rate: 'jobs.success_rate',
} as const satisfies Record<string, MetricKey>

export type DayColumn = keyof typeof DAY_METRICS
export const DAY_COLUMNS = Object.keys(DAY_METRICS) as DayColumn[]

export type DayRow = { date: Day } & Record<DayColumn, number | null>

/** A period as those addresses tell it: its days, and the total of each column. */
export async function daysOf(
  deps: Deps,
  span: Span,
): Promise<{ days: DayRow[]; totals: Record<DayColumn, number | null> }> {
  const found = await manySeries(deps, Object.values(DAY_METRICS), span)
  const columns = new Map(DAY_COLUMNS.map((column, i) => [column, found[i]]))
  const days = (found[0]?.points ?? []).map(({ day }, i) => ({
    date: day,
    ...each((column) => columns.get(column)?.points[i]?.value ?? null),
  }))
  return { days, totals: each((column) => columns.get(column)?.total ?? null) }
}

function each<T>(of: (column: DayColumn) => T): Record<DayColumn, T> {
  return Object.fromEntries(DAY_COLUMNS.map((column) => [column, of(column)])) as Record<DayColumn, T>
}

/** The mean over the days which have a value; null where none has. */
export function meanOf(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  return Math.round((known.reduce((sum, value) => sum + value, 0) / known.length) * 100) / 100
}
