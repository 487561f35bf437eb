import type { Fragment, Sql } from 'postgres'
import type { Deps } from '../context.ts'
import { addDays, type Day, startOfDay } from '../lib/time.ts'
import { type ActivityKind, ALL_KINDS } from './kinds.ts'
import { type ActivitySource, activitySources } from './sources.ts'

/** One thing that happened. */
export interface Activity {
  id: string
  ts: Date
  kind: ActivityKind
  /** 'joined', 'succeeded', 'failed', 'new', 'churn' … */
  verb: string
  userId: string
  tenantId: string
  /** Plan, job kind, provider, model or event name: what the kind is about. */
  subject: string | null
  /** Country, error or name of the object; null in privacy mode strict where it could hold personal text. */
  note: string | null
  /** Minor units of `currency`, or milliseconds of a job or call. */
  amount: number | null
  currency: string | null
  /** E-mail or user name; null in privacy mode strict. */
  who: string | null
  tenant: string | null
  /** What follows it, for keyset paging: "instant~id". */
  cursor: string
}

export interface ActivityQuery {
  scope: string
  /** Default: all. */
  kinds?: ActivityKind[]
  limit: number
  /** Only what lies before this, as `Activity.cursor` or `ActivityPage.next` say. */
  before?: string
  /** Nothing older than this. */
  floor?: Date
  /** Only what is worth the Overview. */
  notable?: boolean
}

export interface ActivityPage {
  rows: Activity[]
  /** Cursor of the following page; undefined at the end of history. */
  next: string | undefined
  /** How far back this page has looked, where it stopped before it was full. */
  lookedBackTo: Date | undefined
}

export interface ActivityExport {
  scope: string
  /** Days of the configured zone, both included. */
  from: Day
  to: Day
  kinds?: ActivityKind[]
}

/** Rows one source may walk for a page: filtered walks stay short lists, whatever the size of the table. */
const WALK = 5_000
/** Walks of one page of a rare kind, before it says how far back it has looked. */
const ROUNDS = 4

/** A page of the feed, newest first. */
export async function activityPage(deps: Deps, query: ActivityQuery): Promise<ActivityPage> {
  // What happened this very instant is in it.
  let before = query.before ?? `${isoMicros(new Date(deps.now().getTime() + 1))}~`
  const rows: Activity[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const part = await walk(deps.db.sql, deps, { ...query, before, limit: query.limit - rows.length }, WALK)
    rows.push(...part.rows)
    if (!part.next) return { rows, next: undefined, lookedBackTo: undefined }
    before = part.next
    if (rows.length >= query.limit) return { rows, next: before, lookedBackTo: undefined }
  }
  return { rows, next: before, lookedBackTo: new Date(before.slice(0, before.indexOf('~'))) }
}

/** Everything of a range, newest first, in constant memory: for /exports/activity.csv. */
export async function* activityRows(deps: Deps, query: ActivityExport): AsyncGenerator<Activity> {
  const floor = startOfDay(query.from, deps.config.timeZone)
  const end = startOfDay(addDays(query.to, 1), deps.config.timeZone)
  let before: string | undefined = `${isoMicros(end)}~`
  while (before) {
    const page: { rows: Activity[]; next: string | undefined } = await walk(
      deps.db.heavy,
      deps,
      { scope: query.scope, kinds: query.kinds, limit: 1_000, before, floor },
      WALK * 4,
    )
    yield* page.rows
    before = page.next
  }
}

/** Whether a text from a URL is a cursor. */
export function isCursor(text: string): boolean {
  return (
    text.length < 600 &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z~[^\0]*$/.test(text) &&
    !Number.isNaN(Date.parse(text.slice(0, 27)))
  )
}

interface Walk extends ActivityQuery {
  before: string
}

/**
 * Walks every source backwards from the cursor by its index and merges what was found. A source that has been cut,
 * by the limit or by the walk, cuts all of them at its last row, so that pages never skip or repeat a row.
 */
async function walk(
  sql: Sql,
  deps: Deps,
  query: Walk,
  cap: number,
): Promise<{ rows: Activity[]; next: string | undefined }> {
  const kinds = query.kinds?.length ? query.kinds : ALL_KINDS
  const sources = activitySources(sql).filter((source) => wanted(source, kinds, query))
  if (sources.length === 0) return { rows: [], next: undefined }
  const hits = sources.map(
    (source, n) => sql`${part(sql, 'h', n)} as materialized (${found(sql, source, kinds, query, cap)})`,
  )
  const ends = sources.map((source, n) => sql`(${cutOf(sql, source, n, query, cap)})`)
  const union = sources.map((_, n) => sql`select * from ${part(sql, 'h', n)}`)
  const rows = await sql<StoredActivity[]>`
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
  return pageOf(rows, query.limit, deps.config.privacy === 'strict')
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
    order by 1 desc, 2 desc`
}

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

interface StoredActivity {
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

/** Kinds whose note may hold what a person wrote. */
const PERSONAL_NOTES: ActivityKind[] = ['build', 'deploy', 'object', 'payment']

function pageOf(
  stored: StoredActivity[],
  limit: number,
  strict: boolean,
): { rows: Activity[]; next: string | undefined } {
  const rows = stored.flatMap((row): Activity[] => (row.id === null ? [] : [activityOf(row, row.id, strict)]))
  const first = stored[0]
  const cut = first?.cut_at ? `${first.cut_at}~${first.cut_id ?? ''}` : undefined
  return { rows, next: rows.length >= limit ? rows.at(-1)?.cursor : cut }
}

function activityOf(row: StoredActivity, id: string, strict: boolean): Activity {
  return {
    id,
    ts: row.ts,
    kind: row.kind,
    verb: row.verb,
    userId: row.user_id,
    tenantId: row.tenant_id,
    subject: row.subject,
    note: strict && PERSONAL_NOTES.includes(row.kind) ? null : row.note,
    amount: row.amount === null ? null : Number(row.amount),
    currency: row.currency,
    who: strict ? null : (row.email ?? row.username),
    tenant: row.tenant,
    cursor: `${row.at}~${id}`,
  }
}

/** Microseconds matter in a cursor: a Date would round them off and repeat or skip rows. */
const micros = (sql: Sql, ts: Fragment): Fragment =>
  sql`to_char(${ts} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const isoMicros = (at: Date): string => at.toISOString().replace('Z', '000Z')

const part = (sql: Sql, letter: string, n: number): Fragment => sql`${sql(`${letter}${n}`)}`

function list(sql: Sql, fragments: Fragment[], separator: Fragment): Fragment {
  return fragments.reduce((all, one) => sql`${all}${separator}${one}`)
}
