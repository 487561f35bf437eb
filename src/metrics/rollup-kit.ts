import type { Expr, Fragment, SqlContext } from './metric.ts'
import type { PeopleCut } from './people.ts'
import { hoursOf, onDays, type Window } from './window.ts'

/** A roll-up as the catalogue reads it: rows with `scope` and `day`, which a metric aggregates as `r`. */
export interface Rollup {
  table: string
  /** Which facts fill it; the empty state says so. */
  facts: string
  dims: Record<string, Expr>
  rows: (context: SqlContext, window: Window) => Fragment
  /** The first day with data: before it there is a gap, not a zero. */
  first: Expr
  /** How it is cut to some people; absent = it cannot be. */
  people?: PeopleCut
  /** What a dimension is looked up in: joined to the rows `r` only where it is asked for. */
  joins?: Record<string, Expr>
}

/** Rows of single users, whose plan is looked up for the row's day. */
export const BY_USER = { segment: true, plan: 'day' } as const satisfies PeopleCut

export const inScopes = ({ sql }: SqlContext, { scopes }: Window): Fragment => sql`scope = any(${scopes}::text[])`

/** The rows of a table by scope and day, as they are. */
export const plain =
  (table: string, where?: Expr): Rollup['rows'] =>
  (q, w) =>
    q.sql`select * from ${q.sql(table)}
      where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)} ${where ? q.sql`and ${where(q)}` : q.sql``}`

/** The same of a table by hour: an hour belongs to the day which it has in the configured zone. */
export const plainHours =
  (table: string): Rollup['rows'] =>
  (q, w) =>
    q.sql`select *, (hour at time zone ${q.zone})::date as day from ${q.sql(table)}
      where ${inScopes(q, w)} and ${hoursOf(q, w)}`

/** The first day of a table by day. */
export const since =
  (table: string, where?: Expr): Expr =>
  (q) =>
    q.sql`select min(day) from ${q.sql(table)} where scope = '*' ${where ? q.sql`and ${where(q)}` : q.sql``}`

/** The first day of a table by hour. */
export const sinceHour =
  (table: string, where?: Expr): Expr =>
  (q) =>
    q.sql`select (min(hour) at time zone ${q.zone})::date from ${q.sql(table)}
      where scope = '*' ${where ? q.sql`and ${where(q)}` : q.sql``}`

/** A dimension that is a column of the rows. */
export const column =
  (name: string): Expr =>
  ({ sql }) =>
    sql`r.${sql(name)}`
