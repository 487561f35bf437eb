import type { Fragment } from 'postgres'
import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { Tag } from '../db/tag.ts'
import { minorUnits } from '../lib/currency.ts'
import { addDays, type Day, startOfDay } from '../lib/time.ts'
import type { Order, TableExport } from './table.ts'

/** Which rows of a table. */
export interface TableQuery {
  scope: string
  /** Days of the configured zone, both included; absent = without that end. */
  from?: Day
  to?: Day
  /** Values by the name of a filter. */
  filters: Readonly<Record<string, readonly string[]>>
}

export type Value = string | number | boolean | Date | object | null
export type TableRow = Record<string, Value>

export interface TablePage {
  /** With the columns of the table, and places of ours (q_…). */
  rows: TableRow[]
  /** Where to go on; undefined at the end. */
  next: string[] | undefined
}

/** Rows of one statement: some 100 KB, which are garbage before the collector looks twice. */
const PAGE = 250
/** Rows that a statement looks at while it filters: a filter which hits little is many short statements, not a long one. */
const WALK = 20_000

/**
 * All rows of a query, a page at a time. No cursor and no transaction: between two pages nothing is held, so that a slow
 * client costs no connection and keeps no snapshot, and one that goes away leaves nothing behind.
 */
export async function* tablePages(deps: Deps, table: TableExport, query: TableQuery): AsyncGenerator<TableRow[]> {
  let after: string[] | undefined
  do {
    const page = await tablePage(deps, deps.db.heavy, table, query, { after, limit: PAGE })
    if (page.rows.length > 0) yield page.rows
    after = page.next
  } while (after)
}

interface WalkedRow extends Record<string, Value> {
  /** Places as JSON: of a thousand only one is read. */
  q_key: string | null
  q_end: string
  q_walked: number
}

/** Where a page begins, and how long it is. */
export interface Place {
  after?: string[]
  limit: number
}

/** The rows after a place, `limit` of them at the most; there may be fewer, and more to come, where a filter hits little. */
export function tablePage(deps: Deps, pool: Sql, table: TableExport, query: TableQuery, place: Place) {
  return pool.begin('read only', async (tx) => {
    // Index order, whatever is known of the table: a plan which sorts the rest of it anew for each page is 25 times slower
    // at 200,000 rows (617 ms a page against 25), and where a partition is young, or a plan is kept, it looks cheaper.
    await tx`
      select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_sort', 'off', true),
        set_config('enable_bitmapscan', 'off', true)`
    return readPage(deps, tx, table, query, place)
  }) as Promise<TablePage>
}

async function readPage(
  deps: Deps,
  sql: Tag,
  table: TableExport,
  query: TableQuery,
  { after, limit }: Place,
): Promise<TablePage> {
  const keep = filterOf(deps, sql, table, query)
  const walk = keep.length > 0 ? Math.max(limit, WALK) : limit
  const found = await sql<WalkedRow[]>`
    with w as materialized (
      select t.*, ${keyOf(sql, table.order)} as q_key, row_number() over (order by ${orderOf(sql, table.order)}) as q_n
      from ${table.source(sql)} t
      where ${and(sql, [...boundsOf(deps, sql, table, query), ...afterOf(sql, table.order, after)])}
      order by ${orderOf(sql, table.order)} limit ${walk}
    ),
    e as (select q_key, q_n from w order by q_n desc limit 1)
    select e.q_key as q_end, e.q_n as q_walked, w.q_key, ${columnsOf(deps, sql, table)}
    from e left join w on ${and(sql, keep)} ${table.joins ? table.joins(sql, query.scope) : sql``}
    order by w.q_n limit ${limit}`
  const [first] = found
  if (!first) return { rows: [], next: undefined }
  const rows = found.filter(({ q_key }) => q_key !== null)
  putInMajorUnits(rows, table)
  const full = rows.length === limit
  const next = full ? rows.at(-1)?.q_key : first.q_walked === walk ? first.q_end : undefined
  return { rows, next: next ? (JSON.parse(next) as string[]) : undefined }
}

function columnsOf({ config }: Deps, sql: Tag, { columns }: TableExport): Fragment {
  const strict = config.privacy === 'strict'
  const parts = Object.entries(columns).map(([name, { from = name, of, personal }]) => {
    if (strict && personal) return sql`null as ${sql(name)}`
    return of === 'joined' ? sql`${sql(from)} as ${sql(name)}` : sql`w.${sql(from)} as ${sql(name)}`
  })
  return joinWith(sql, parts, sql`, `)
}

/** What the walk itself is bounded by: the period, where there is an index on it. */
function boundsOf(deps: Deps, sql: Tag, table: TableExport, query: TableQuery): Fragment[] {
  return table.walk === 'period' ? periodOf(deps, sql, table, query, sql`t.${sql(table.at)}`) : []
}

/** What walked rows are judged by, one by one. */
function filterOf(deps: Deps, sql: Tag, table: TableExport, query: TableQuery): Fragment[] {
  const { scope, filters } = query
  return [
    ...(scope === '*' ? [] : [sql`w.tenant_id = ${scope}`]),
    ...(table.walk === 'all' ? periodOf(deps, sql, table, query, sql`w.${sql(table.at)}`) : []),
    ...Object.entries(filters).map(
      ([name, values]) => sql`w.${sql(table.columns[name]?.from ?? name)}::text = any(${[...values]}::text[])`,
    ),
  ]
}

function periodOf(
  { config }: Deps,
  sql: Tag,
  { atType }: TableExport,
  { from, to }: TableQuery,
  at: Fragment,
): Fragment[] {
  if (atType === 'date') {
    return [...(from ? [sql`${at} >= ${from}::text::date`] : []), ...(to ? [sql`${at} <= ${to}::text::date`] : [])]
  }
  const start = (day: Day) => startOfDay(day, config.timeZone)
  return [...(from ? [sql`${at} >= ${start(from)}`] : []), ...(to ? [sql`${at} < ${start(addDays(to, 1))}`] : [])]
}

/** Text, because a Date would round off the microseconds and repeat or skip rows. */
const keyOf = (sql: Tag, order: readonly Order[]): Fragment =>
  sql`json_build_array(${joinWith(
    sql,
    order.map(({ column }) => sql`t.${sql(column)}::text`),
    sql`, `,
  )})::text`

const orderOf = (sql: Tag, order: readonly Order[]): Fragment =>
  joinWith(
    sql,
    order.map(({ column }) => sql`t.${sql(column)}`),
    sql`, `,
  )

function afterOf(sql: Tag, order: readonly Order[], after: string[] | undefined): Fragment[] {
  if (!after) return []
  const values = order.map(({ type }, i) => CASTS[type](sql, after[i] ?? ''))
  return [sql`(${orderOf(sql, order)}) > (${joinWith(sql, values, sql`, `)})`]
}

/** By way of text: the client would send an instant with milliseconds only. */
const CASTS: Record<Order['type'], (sql: Tag, value: string) => Fragment> = {
  text: (sql, value) => sql`${value}::text`,
  timestamptz: (sql, value) => sql`${value}::text::timestamptz`,
  date: (sql, value) => sql`${value}::text::date`,
  int: (sql, value) => sql`${value}::text::int`,
  oid: (sql, value) => sql`${value}::text::oid`,
  tid: (sql, value) => sql`${value}::text::tid`,
}

/** In place: rows come by the million. */
function putInMajorUnits(rows: TableRow[], { columns }: TableExport): void {
  const amounts = Object.keys(columns).filter((name) => columns[name]?.type === 'money')
  for (const row of rows) {
    for (const name of amounts) {
      const value = row[name]
      if (typeof value === 'number') row[name] = value / minorUnits(String(row.currency ?? ''))
    }
  }
}

const and = (sql: Tag, parts: Fragment[]): Fragment => (parts.length ? joinWith(sql, parts, sql` and `) : sql`true`)

function joinWith(sql: Tag, parts: Fragment[], separator: Fragment): Fragment {
  return parts.reduce((all, one) => sql`${all}${separator}${one}`)
}
