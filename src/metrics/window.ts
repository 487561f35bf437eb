import { type Day, daysBetween } from '../lib/time.ts'
import type { Fragment, SqlContext } from './metric.ts'

/** Which days of which scopes a statement reads. */
export interface Window {
  scopes: string[]
  /** Ascending. */
  days: Day[]
  from: Day
  to: Day
  /** All days up to `to`: running sums. */
  running: boolean
}

/** A window of some days, in any order. */
export function windowOf(scopes: string[], days: Iterable<Day>, running = false): Window {
  const sorted = [...new Set(days)].sort()
  const [from, to] = [sorted[0], sorted.at(-1)]
  if (!from || !to) throw new Error('a window needs a day')
  return { scopes, days: sorted, from, to, running }
}

/** The condition on a column that holds a day. */
export function onDays({ sql }: SqlContext, column: Fragment, w: Window): Fragment {
  if (w.running) return sql`${column} <= ${w.to}::date`
  if (w.days.length === 1) return sql`${column} = ${w.to}::date`
  if (daysBetween(w.from, w.to) + 1 === w.days.length) {
    return sql`${column} between ${w.from}::date and ${w.to}::date`
  }
  return sql`${column} = any(${w.days}::text[]::date[])`
}

/** The condition on an hour column: the days' own bounds in the zone, so 23, 24 or 25 hours each. */
export function hoursOf({ sql, zone }: SqlContext, w: Window): Fragment {
  return sql`hour >= ${w.from}::date::timestamp at time zone ${zone}
      and hour < (${w.to}::date + 1)::timestamp at time zone ${zone}`
}
