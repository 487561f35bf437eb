import type { AppendTable } from '../facts/append.ts'
import { addDays, type Day, startOfDay } from '../lib/time.ts'
import type { Expr, Fragment, SqlContext } from '../metrics/metric.ts'

/** Which facts: of a scope, of local days; without `from` all up to the last. */
export interface Span {
  scope: string
  from?: Day
  to: Day
}

export type ColumnType = 'text' | 'number' | 'boolean' | 'time' | 'date' | 'ms' | 'money' | 'cost'

export interface RowColumn {
  type: ColumnType
  label: string
  /** Column of the facts, where it is not called the same. */
  from?: string
  /** What a person is called, wrote, or is known by: not told in privacy mode strict. */
  personal?: true
  /** Of the facts `r` that make one row; default the greatest. */
  of?: Expr
  /** Shown of single facts only, or only of things that several facts are about. */
  only?: 'fact' | 'thing'
}

/**
 * What lies beneath a roll-up: its facts one by one, in the roll-up's own shape. A metric's expression over a single
 * fact is then that fact's share of the number, so that no metric has to say again what it counts.
 */
export interface RowSource {
  /** What one fact is: "call". */
  noun: string
  /** What facts are about, by a column of theirs: stocks and heads are counted by it. */
  thing?: { noun: string; column: string }
  /** Rows with scope and day, and the roll-up's columns; `at` and `id` together tell them apart. */
  facts: (q: SqlContext, span: Span) => Fragment
  columns: Readonly<Record<string, RowColumn>>
  /** Whose months the retention drops. */
  partitioned?: AppendTable
  /** Column by which the mean is weighted, where a number is one. */
  meanBy?: string
  /** The facts belong to no tenant: of one tenant they are not told. */
  tenantless?: true
}

/** The first instant of the days, and the first after them. */
export const boundsOf = ({ zone }: SqlContext, { from, to }: Span) => ({
  start: from && startOfDay(from, zone),
  until: startOfDay(addDays(to, 1), zone),
})

/** The instants of the days, by their own bounds in the zone. */
export function during(q: SqlContext, at: string, span: Span): Fragment {
  const { sql } = q
  const { start, until } = boundsOf(q, span)
  const ends = sql`${sql(at)} < ${until}`
  return start ? sql`${sql(at)} >= ${start} and ${ends}` : ends
}

export const ofScope = ({ sql }: SqlContext, { scope }: Span): Fragment =>
  scope === '*' ? sql`true` : sql`tenant_id = ${scope}`

/** Facts that the roll-ups have; those of pending batches come with the next fold. */
export const isFolded = ({ sql }: SqlContext): Fragment => sql`batch_id not in (select id from fact_batches)`

export const dayAt = ({ sql, zone }: SqlContext, at: string): Fragment => sql`(${sql(at)} at time zone ${zone})::date`

/** Append-only facts have no id of their own: where a row lies never changes. */
export const placeOf = ({ sql }: SqlContext, table: string): Fragment =>
  sql`${sql(table)}.tableoid::text || ${sql(table)}.ctid::text`

const column =
  (type: ColumnType) =>
  (label: string, more: Omit<RowColumn, 'type' | 'label'> = {}): RowColumn => ({ type, label, ...more })
export const text = column('text')
export const number = column('number')
export const boolean = column('boolean')
export const time = column('time')
export const date = column('date')
export const ms = column('ms')
/** In minor units of the row's currency; shown in major ones. */
export const money = column('money')
/** In the currency of the price table, major units. */
export const cost = column('cost')

/** Whom a row is about, and when it was: as most sources tell it. */
export const PERSON: Record<string, RowColumn> = { user_id: text('User'), tenant_id: text('Tenant') }
export const AT: Record<string, RowColumn> = { time: time('Time', { from: 'at' }) }

/** Of the latest fact; of those at one instant the one that adds. */
export const latest =
  (name: string, adds: string): Expr =>
  ({ sql }) =>
    sql`(array_agg(r.${sql(name)} order by r.at desc, r.${sql(adds)} desc))[1]`

export const total =
  (name: string): Expr =>
  ({ sql }) =>
    sql`sum(r.${sql(name)})`
