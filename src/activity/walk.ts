import type { Fragment, Sql } from 'postgres'
import type { Tag } from '../db/tag.ts'
import type { ActivityQuery } from './feed.ts'
import { type ActivityKind, ALL_KINDS } from './kinds.ts'
import { type ActivitySource, activitySources } from './sources.ts'

/** A row as it comes, with the cut of its walk. */
export interface StoredActivity {
  id: string | null
  ts: Date
  kind: ActivityKind
  verb: string
  user_id: string
  tenant_id: string
  subject: string | null
  note: string | null
  amount: string | null
  currency: string | null
  at: string
  email: string | null
  username: string | null
  tenant: string | null
  cut_at: string | null
  cut_id: string | null
}

export interface Walk extends ActivityQuery {
  before: string
}

/**
 * Walks every source backwards from the cursor by its index and merges what was found. A source that has been cut,
 * by the limit or by the walk, cuts all of them at its last row, so that pages never skip or repeat a row. There is a row
 * without id where nothing was found: it tells the cut.
 */
export async function walkBack(sql: Sql, query: Walk, cap: number): Promise<StoredActivity[]> {
  const kinds = query.kinds?.length ? query.kinds : query.sources ? undefined : ALL_KINDS
  const all = query.sources?.(sql) ?? activitySources(sql)
  const sources = all.filter((source) => wanted(source, kinds ?? source.kinds, query))
  if (sources.length === 0) return []
  const hits = sources.map(
    (source, n) => sql`${part(sql, 'h', n)} as materialized (${found(sql, source, kinds ?? source.kinds, query, cap)})`,
  )
  const ends = sources.map((source, n) => sql`(${cutOf(sql, source, n, query, cap)})`)
  const union = sources.map((_, n) => sql`select * from ${part(sql, 'h', n)}`)
  return await sql<StoredActivity[]>`
    with ${list(sql, hits, sql`, `)},
    cut as (select * from (${list(sql, ends, sql` union all `)}) c order by ts desc, id desc limit 1),
    page as (
      select a.* from (${list(sql, union, sql` union all `)}) a left join cut c on true
      where c.ts is null or (a.ts, a.id) >= (c.ts, c.id)
      order by a.ts desc, a.id desc limit ${query.limit}
    )
    select p.*, ${micros(sql, sql`p.ts`)} as at, u.email, u.username, t.name as tenant,
      ${micros(sql, sql`c.ts`)} as cut_at, c.id as cut_id
    from (values (1)) one (n) left join cut c on true left join page p on true
    left join users u on u.user_id = p.user_id and p.user_id <> ''
    left join tenants t on t.tenant_id = p.tenant_id
    order by p.ts desc nulls last, p.id desc`
}

function wanted(source: ActivitySource, kinds: ActivityKind[], query: Walk): boolean {
  return source.kinds.some((kind) => kinds.includes(kind)) && !(query.notable && source.notable === false)
}

/** The rows of one source in walking order, before any filter. */
function walked(sql: Sql, source: ActivitySource, columns: Fragment, query: Walk): Fragment {
  const at = query.before.indexOf('~')
  const ts = query.before.slice(0, at)
  const id = query.before.slice(at + 1)
  return sql`select ${source.ts} as ts, ${source.id} as id, ${columns} from ${source.table}
    where ${source.ts} <= ${ts}::timestamptz and (${source.ts} < ${ts}::timestamptz or ${source.id} < ${id})
      ${query.floor ? sql`and ${source.ts} >= ${query.floor}` : sql``}
      ${query.users ? sql`and ${isOneOf(sql, query.users)}` : sql``}
    order by 1 desc, 2 desc`
}

/** A single id is an equality, and its rows come in the order of their index. */
const isOneOf = (sql: Sql, users: readonly string[]): Fragment =>
  users.length === 1 ? sql`s.user_id = ${users[0] ?? ''}` : sql`s.user_id = any(${[...users]}::text[])`

function found(sql: Sql, source: ActivitySource, kinds: ActivityKind[], query: Walk, cap: number): Fragment {
  const notable = query.notable && source.notable ? source.notable : sql`true`
  const columns = sql`${source.columns}, (${source.keep ?? sql`true`} and ${notable}) as keep`
  const byKind = source.kinds.every((kind) => kinds.includes(kind)) ? sql`` : sql`and kind = any(${kinds})`
  const byTenant = query.scope === '*' ? sql`` : sql`and tenant_id = ${query.scope}`
  // No sort on the outside: the walk is lazy and stops at the limit.
  return sql`select ts, id, kind, verb, user_id, tenant_id, subject, note, amount, currency
    from (${walked(sql, source, columns, query)} limit ${cap}) w
    where keep ${byKind} ${byTenant} limit ${query.limit}`
}

/** Where a source was cut: at its last hit when it is full, else at the end of its walk when there was more. */
function cutOf(sql: Sql, source: ActivitySource, n: number, query: Walk, cap: number): Fragment {
  const hits = part(sql, 'h', n)
  return sql`
    (select ts, id from ${hits} where (select count(*) from ${hits}) >= ${query.limit} order by ts, id limit 1)
    union all
    (select ts, id from (${walked(sql, source, sql`1 as one`, query)} offset ${cap - 1} limit 1) e
     where (select count(*) from ${hits}) < ${query.limit})`
}

/** Microseconds matter in a cursor: a Date would round them off and repeat or skip rows. */
const micros = (sql: Sql, ts: Fragment): Fragment =>
  sql`to_char(${ts} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const part = (sql: Sql, letter: string, n: number): Fragment => sql`${sql(`${letter}${n}`)}`

function list(sql: Tag, fragments: Fragment[], separator: Fragment): Fragment {
  return fragments.reduce((all, one) => sql`${all}${separator}${one}`)
}
