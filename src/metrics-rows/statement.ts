import { eachDay } from '../lib/time.ts'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
import { cut, rowsOf, withPeople } from '../metrics/people.ts'
import type { Rollup } from '../metrics/rollup-kit.ts'
import { rollups } from '../metrics/rollups.ts'
import { joinOf } from '../metrics/statement.ts'
import { windowOf } from '../metrics/window.ts'
import type { Beneath } from './beneath.ts'
import type { RowColumn, RowSource, Span } from './source.ts'

/** Where a page ended: the order's value, as text so that nothing is rounded, and the row. */
export type Place = readonly [at: string, id: string]

export interface Wanted {
  of: Beneath
  source: RowSource
  span: Span
  /** The number, for rows that lie beyond it. */
  value: number | null
  /** One value of one of the metric's dimensions. */
  group?: { by: string; value: string }
  strict: boolean
  after?: Place
  limit?: number
}

/**
 * The rows: facts that make one row together (most often one fact alone), with the metric's own expression over them as
 * their weight. Single facts come in the order of their instants, so that a page of them is read from an index and stops.
 */
export function rowsStatement(q: SqlContext, wanted: Wanted): Fragment {
  const { sql } = q
  const { of, source, span, after, limit } = wanted
  const shown = Object.entries(columnsOf(wanted))
  const keys = keysOf(q, wanted)
  const weight = sql`(${of.expr(q)})::float8`
  const cells = shown.map(([name, column]) => sql`, ${cellOf(q, column, name, wanted)} as ${sql(name)}`)
  const named = 'user_id' in source.columns && of.by !== 'day'
  const rollup: Rollup = rollups[of.metric.from]
  return sql`
    ${withPeople(q, rollup)}select p.*${named ? sql`, coalesce(m.user_id, p.user_id) as user_id, u.email` : sql``}
    from (
      select ${keys.order}::text as q_at, ${keys.id} as q_id, ${keys.order} as q_order, ${weight} as q_weight${cells}
      from (${cut(q, rollup, source.facts(q, span))}) r ${joinOf(q, rollup, wanted.group?.by)}
      where ${groupOf(q, wanted)} and ${after && keys.stream ? keys.from(after) : sql`true`}
      group by ${keys.group}
      having ${countsOf(q, wanted, weight)} and ${after && !keys.stream ? keys.from(after) : sql`true`}
      order by ${keys.order} desc, ${keys.id} desc
      ${limit === undefined ? sql`` : sql`limit ${limit}`}
    ) p${
      named
        ? sql`
      left join merged_ids m on m.id = p.user_id
      left join users u on u.user_id = coalesce(m.user_id, p.user_id)`
        : sql``
    }
    order by p.q_order desc, p.q_id desc`
}

/** The columns that are shown, in privacy mode strict without what is personal. */
export function columnsOf({ of, source, strict }: Pick<Wanted, 'of' | 'source' | 'strict'>): Record<string, RowColumn> {
  if (of.by === 'day') return { day: { type: 'date', label: 'Day' } }
  const shown = Object.entries(source.columns).filter(
    ([, { personal, only }]) => !(strict && personal) && (!only || only === grainOf(of, source)),
  )
  return Object.fromEntries(shown)
}

/** What the roll-up itself says of the same days: the rows have to add up to it. */
export function amountStatement(q: SqlContext, wanted: Wanted): Fragment {
  const { of, span } = wanted
  const rollup: Rollup = rollups[of.metric.from]
  const window = span.from
    ? windowOf([span.scope], eachDay(span.from, span.to))
    : windowOf([span.scope], [span.to], true)
  return q.sql`${withPeople(q, rollup)}select (${of.expr(q)})::float8 as amount
    from (${rowsOf(q, rollup, window)}) r ${joinOf(q, rollup, wanted.group?.by)} where ${groupOf(q, wanted)}`
}

/** Things only where the source's facts are about any. */
const grainOf = (of: Beneath, source: RowSource): 'fact' | 'thing' =>
  of.by === 'thing' && source.thing ? 'thing' : 'fact'

/** What one row is. */
export const nounOf = (of: Beneath, source: RowSource): string =>
  of.by === 'day' ? 'day' : grainOf(of, source) === 'thing' && source.thing ? source.thing.noun : source.noun

/** Who pays most comes first; all else is newest first. */
export const isByAmount = (of: Beneath, source: RowSource): boolean =>
  of.by === 'thing' && of.unit === 'money' && grainOf(of, source) === 'thing'

/** Whether rows come in the order of their facts, so that what was read already need not be looked at again. */
export const isStreamed = ({ of, source }: Pick<Wanted, 'of' | 'source'>): boolean =>
  of.by !== 'day' && grainOf(of, source) === 'fact'

interface Keys {
  group: Fragment
  order: Fragment
  id: Fragment
  /** Whether the order is that of the facts themselves: it can then be cut before they are grouped. */
  stream: boolean
  from: (place: Place) => Fragment
}

function keysOf(q: SqlContext, { of, source }: Wanted): Keys {
  const { sql } = q
  const instant = (order: Fragment, id: Fragment) => (place: Place) =>
    sql`(${order}, ${id}) < (${place[0]}::text::timestamptz, ${place[1]}::text)`
  if (isStreamed({ of, source })) {
    const [order, id] = [sql`r.at`, sql`r.id`]
    const from = (place: Place) => sql`r.at <= ${place[0]}::text::timestamptz and ${instant(order, id)(place)}`
    return { group: sql`r.at, r.id`, order, id, stream: true, from }
  }
  const id = of.by === 'day' ? sql`r.day::text` : sql`r.${sql(source.thing?.column ?? 'id')}`
  if (isByAmount(of, source)) {
    const order = sql`(${of.expr(q)})::float8`
    const from = ([weight, place]: Place) => sql`(${order}, ${id}) < (${weight}::text::float8, ${place}::text)`
    return { group: id, order, id, stream: false, from }
  }
  const order = of.by === 'day' ? sql`max(r.day)::timestamp at time zone ${q.zone}` : sql`max(r.at)`
  return { group: id, order, id, stream: false, from: instant(order, id) }
}

/** Which rows count: all that weigh something, or those beyond the number. A limit for what doubles lose in rounding. */
function countsOf({ sql }: SqlContext, { of, value }: Wanted, weight: Fragment): Fragment {
  if (of.makes === 'sum') return sql`${weight} <> 0`
  if (of.makes === 'mean' || of.makes === 'newest' || value === null) return sql`${weight} is not null`
  const margin = Math.abs(value) * 1e-6
  return of.makes === 'beyond' && of.metric.good === 'up'
    ? sql`${weight} <= ${value + margin}::float8`
    : sql`${weight} >= ${value - margin}::float8`
}

function groupOf(q: SqlContext, { of, group }: Wanted): Fragment {
  if (!group) return q.sql`true`
  const { dims }: Rollup = rollups[of.metric.from]
  const dim = Object.hasOwn(dims, group.by) ? dims[group.by] : undefined
  if (!dim) throw new Error(`no dimension ${group.by}`)
  return q.sql`${dim(q)} = ${group.value}`
}

function cellOf(q: SqlContext, { type, from, of }: RowColumn, name: string, wanted: Wanted): Fragment {
  if (of && wanted.of.by !== 'day') return of(q)
  const fact = q.sql`r.${q.sql(from ?? name)}`
  return type === 'boolean' ? q.sql`bool_or(${fact})` : q.sql`max(${fact})`
}
