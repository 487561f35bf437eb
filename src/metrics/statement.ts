import { groupBy } from '../lib/group-by.ts'
import { addDays, type Day, daysBetween, eachDay } from '../lib/time.ts'
import { distinctFromBits, TRUSTED_BITS } from './activity.ts'
import type { Fragment, Part, RollupMetric, SqlContext } from './metric.ts'
import { rowsOf, withPeople } from './people.ts'
import type { Rollup } from './rollup-kit.ts'
import { rollups } from './rollups.ts'
import { type Window, windowOf } from './window.ts'

export interface Ask {
  key: string
  metric: RollupMetric
}

/** Metrics which one statement can answer together: of one roll-up, running or not. */
export function groupByRollup(asks: Ask[]): Ask[][] {
  const groups = groupBy(asks, ({ metric }) => `${metric.from} ${metric.running}`)
  return [...groups.values()]
}

/**
 * The parts of several metrics a scope and day (and value of a dimension), as columns v0, v1 … in the order of
 * the asks. A running sum gets one row for all that was before the window and one for each day with a change.
 */
export function daysStatement(q: SqlContext, asks: Ask[], window: Window, by?: string): Fragment {
  const { sql } = q
  const day = dayOf(q, window, sql`2`)
  const columns = asks.flatMap(({ metric }) => metric.parts).map((part) => part.day)
  const dim = dimOf(q, asks, by)
  return sql`${withPeople(q, rollupOf(asks))}select r.scope, ${day.text} as day${dim ? sql`, ${dim} as dim` : sql``}${columnList(q, columns)}
    from (${rowsOf(q, rollupOf(asks), window)}) r ${joinOf(q, rollupOf(asks), by)}
    group by r.scope, ${day.key}${dim ? sql`, 3` : sql``}
    order by 2`
}

/**
 * The same by several dimensions in one pass: the rows are made once, and read by each of them. `by` tells which; a
 * metric without that dimension is null there.
 */
export function dimsStatement(q: SqlContext, asks: Ask[], window: Window, dims: readonly string[]): Fragment {
  const { sql } = q
  const rollup = rollupOf(asks)
  const day = dayOf(q, window, sql`3`)
  const branches = dims.map((by, i) => {
    const columns = asks.flatMap(({ metric }) =>
      metric.parts.map((part) => (metric.by.includes(by) ? part.day : unknown)),
    )
    return sql`${i ? sql`union all` : sql``}
    select ${by}::text as by, r.scope, ${day.text} as day, ${dimOf(q, asks, by) as Fragment} as dim${columnList(q, columns)}
    from made r ${joinOf(q, rollup, by)}
    group by r.scope, ${day.key}, 4`
  })
  return sql`with made as materialized (${rollup.rows(q, window)})
    ${branches}
    order by 1, 3`
}

/**
 * The day of a row as text, and what to group by: the day itself, which is a third less to do than its text for each of
 * a hundred thousand users; where it is an expression, `column`, the number of the one that has it.
 */
function dayOf({ sql }: SqlContext, { running, from }: Window, column: Fragment): { text: Fragment; key: Fragment } {
  if (!running) return { text: sql`r.day::text`, key: sql`r.day` }
  return { text: sql`greatest(r.day, ${from}::date - 1)::text`, key: column }
}

const unknown: Part['day'] = ({ sql }) => sql`null`

/** The same for a range as a whole: what its days cannot be added up to. */
export function totalStatement(
  q: SqlContext,
  asks: Ask[],
  scopes: string[],
  from: Day,
  to: Day,
  by?: string,
): Fragment {
  const { sql } = q
  const only = asks[0]
  if (!by && asks.length === 1 && only?.metric.bits) {
    const days = eachDay(from, to).length
    if (days + Math.max(0, daysBetween(to, q.today)) <= TRUSTED_BITS)
      return q.sql`${withPeople(q, rollupOf(asks))}${distinctFromBits(q, scopes, to, days)}`
  }
  const columns = asks.map(({ metric }) => (metric.parts[0] as Part).total ?? (metric.parts[0] as Part).day)
  const dim = dimOf(q, asks, by)
  const rollup = rollupOf(asks)
  return sql`${withPeople(q, rollup)}select r.scope${dim ? sql`, ${dim} as dim` : sql``}${columnList(q, columns)}
    from (${rowsOf(q, rollup, windowOf(scopes, eachDay(from, to)))}) r ${joinOf(q, rollup, by)}
    group by 1${dim ? sql`, 2` : sql``}`
}

/** The window a group needs for some days: a change against n days before reaches further back. */
export function windowFor(asks: Ask[], scopes: string[], days: Iterable<Day>): Window {
  const running = asks[0]?.metric.running ?? false
  const window = windowOf(scopes, days, running)
  const lag = Math.max(0, ...asks.map(({ metric }) => metric.lag?.days ?? 0))
  return { ...window, from: addDays(window.from, -lag) }
}

function rollupOf(asks: Ask[]): Rollup {
  const first = asks[0]
  if (!first) throw new Error('nothing to ask')
  return rollups[first.metric.from]
}

/** What a dimension is looked up in, where the rows do not have it themselves. */
export function joinOf(q: SqlContext, { joins = {} }: Rollup, by: string | undefined): Fragment {
  const join = by !== undefined && Object.hasOwn(joins, by) ? joins[by] : undefined
  return join ? join(q) : q.sql``
}

function dimOf(q: SqlContext, asks: Ask[], by: string | undefined): Fragment | undefined {
  if (!by) return undefined
  const { dims } = rollupOf(asks)
  const dim = Object.hasOwn(dims, by) ? dims[by] : undefined
  if (!dim) throw new Error(`no dimension ${by}`)
  return dim(q)
}

function columnList(q: SqlContext, columns: Part['day'][]): Fragment[] {
  return columns.map(
    (column, i) => q.sql`,
      (${column(q)})::float8 as ${q.sql(`v${i}`)}`,
  )
}
