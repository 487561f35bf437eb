import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { Band } from '../health/components.ts'
import { minorUnits } from '../lib/currency.ts'
import type { Fragment } from '../metrics/metric.ts'
import { among, type Narrowed } from './among.ts'
import { groupIs, type Tab } from './groups.ts'
import { type Direction, type Place, type SortName, sortOf } from './sorts.ts'

export interface UserQuery extends Narrowed {
  tab: Tab
  plan?: string
  sort: SortName
  dir: Direction
}

export interface Window {
  limit: number
  after?: Place
  before?: Place
}

/** A user as lists and programs have them; amounts in major units of the reporting currency. */
export interface ListedUser {
  user_id: string
  email: string | null
  username: string | null
  name: string | null
  tenant_id: string
  tenant: string | null
  status: string
  class: string
  plan: string
  plan_name: string | null
  /** Of their own subscription: 'past_due' and the like. */
  billing: string | null
  first_request: string | null
  country: string | null
  provider: string | null
  created_at: Date
  last_seen_at: Date | null
  calls_30d: number
  ai_cost_30d: number
  /** null = unknown, or paid for by the tenant. */
  mrr: number | null
  margin_30d: number | null
  /** 0 to 100; null = not scored, or too little is known. */
  health: number | null
  health_band: Band | null
  place: Place
}

export interface UserPage {
  users: ListedUser[]
  next?: Place
  previous?: Place
}

/** A page of users, after a place or before one. */
export async function listUsers(deps: Deps, query: UserQuery, window: Window, pool = deps.db.sql): Promise<UserPage> {
  const { limit, after, before } = window
  const back = after === undefined && before !== undefined
  const dir = back ? opposite(query.dir) : query.dir
  const from = after ?? before
  const found: ListedUser[] = []
  for (const known of back ? [false, true] : [true, false]) {
    // Whoever is past the first stretch needs nothing of it.
    const isIn = from !== undefined && known === (from[0] !== null)
    if (from && !isIn && known !== back) continue
    const start = isIn ? from : undefined
    found.push(...(await stretch(deps, pool, query, { dir, known, start, limit: limit + 1 - found.length })))
    if (found.length > limit) break
  }
  const more = found.length > limit
  const users = back ? found.slice(0, limit).reverse() : found.slice(0, limit)
  const [first, last] = [users[0]?.place, users.at(-1)?.place]
  return {
    users,
    ...(last && (back || more) && { next: last }),
    ...(first && (back ? more : from) && { previous: first }),
  }
}

/** All of them, a page at a time: between two pages nothing is held. */
export async function* allUsers(deps: Deps, query: UserQuery): AsyncGenerator<ListedUser[]> {
  let after: Place | undefined
  do {
    const { users, next } = await listUsers(deps, query, { limit: 1_000, after }, deps.db.heavy)
    if (users.length > 0) yield users
    after = next
  } while (after)
}

const opposite = (dir: Direction): Direction => (dir === 'asc' ? 'desc' : 'asc')

interface Stretch {
  dir: Direction
  /** Those of whom the value is known, or the others. */
  known: boolean
  start: Place | undefined
  limit: number
}

async function stretch(deps: Deps, sql: Sql, query: UserQuery, asked: Stretch): Promise<ListedUser[]> {
  const { column } = sortOf(query.sort)
  const order = asked.dir === 'asc' ? sql`` : sql`desc`
  const minor = minorUnits(deps.config.currency)
  const rows = await sql<(ListedUser & { place_value: string | null })[]>`
    with page as materialized (${headOf(deps, sql, query, asked)})
    select p.user_id, u.email, u.username, u.tenant_id, t.name as tenant, u.status, g.class, g.plan, n.name as plan_name,
      b.status as billing, ${personal(deps, sql, query.scope)}, p.created_at, p.last_seen_at, p.calls_30d::float8 as calls_30d,
      p.ai_cost_30d::float8 as ai_cost_30d, p.mrr_minor::float8 / ${minor} as mrr, p.margin_30d::float8 as margin_30d, p.health, h.band as health_band,
      p.${sql(column)}::text as place_value
    from page p join users u using (user_id) join user_groups g using (grp)
      left join tenants t on t.tenant_id = u.tenant_id
      left join plans n on n.plan_id = g.plan
      left join user_health h on h.user_id = p.user_id
      left join lateral (
        select status from subscriptions s where s.user_id = p.user_id order by s.started_at desc limit 1
      ) b on true
    order by p.${sql(column)} ${order}, p.user_id ${order}`
  return rows.map(({ place_value, ...user }) => ({ ...user, place: [place_value, user.user_id] }))
}

/** What a person is called and wrote is not told in privacy mode strict, and neither is where they are. */
function personal({ config }: Deps, sql: Sql, scope: string): Fragment {
  if (config.privacy === 'strict') return sql`null as name, null as first_request, null as country, null as provider`
  const own = (row: string) => (scope === '*' ? sql`true` : sql`${sql(row)}.tenant_id = ${scope}`)
  return sql`u.traits ->> 'name' as name, u.country, u.provider, coalesce(
        (select coalesce(nullif(q.text, ''), nullif(concat_ws(', ', q.site_type, q.industry), ''))
         from prompts q where q.user_id = p.user_id and ${own('q')} order by q.ts limit 1),
        (select o.name from objects o where o.user_id = p.user_id and o.name is not null and ${own('o')}
         order by o.created_at limit 1)
      ) as first_request`
}

/** By way of text: the client would send an instant with milliseconds only. */
const CASTS: Record<ReturnType<typeof sortOf>['type'], (sql: Sql, value: string) => Fragment> = {
  text: (sql, value) => sql`${value}::text`,
  timestamptz: (sql, value) => sql`${value}::text::timestamptz`,
  bigint: (sql, value) => sql`${value}::text::bigint`,
  numeric: (sql, value) => sql`${value}::text::numeric`,
  float8: (sql, value) => sql`${value}::text::float8`,
}

function headOf(deps: Deps, sql: Sql, query: UserQuery, { dir, known, start, limit }: Stretch): Fragment {
  const { column, type } = sortOf(query.sort)
  const order = dir === 'asc' ? sql`` : sql`desc`
  const than = dir === 'asc' ? sql`>` : sql`<`
  const value = sql`s.${sql(column)}`
  const from = start
    ? known
      ? sql`(${value}, s.user_id) ${than} (${CASTS[type](sql, start[0] ?? '')}, ${start[1]}::text)`
      : sql`s.user_id ${than} ${start[1]}::text`
    : sql`true`
  const rows = sql`${known ? sql`${value} is not null` : sql`${value} is null`} and ${from}`
  const sorted = sql`order by ${value} ${order}, s.user_id ${order} limit ${limit}`
  const ids = among(deps, sql, query)
  const groups = groupIs(sql, query.tab, query.plan)
  if (ids)
    return sql`
      select s.* from user_stats s
      where s.scope = ${query.scope} and s.user_id in (${ids})
        and s.grp in (select g.grp from user_groups g where ${groups}) and ${rows}
      ${sorted}`
  // Of each group its first, from the index: the first of all are among them.
  return sql`
    select s.* from user_group_counts c join user_groups g using (grp)
      cross join lateral (
        select s.* from user_stats s where s.scope = c.scope and s.grp = c.grp and ${rows} ${sorted}
      ) s
    where c.scope = ${query.scope} and c.n > 0 and ${groups}
    ${sorted}`
}
