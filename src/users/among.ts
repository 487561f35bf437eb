import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import { sqlContext } from '../metrics/context.ts'
import type { Fragment } from '../metrics/metric.ts'
import { membersOf } from '../segments/members.ts'
import type { SegmentRule } from '../segments/rule.ts'

/** Found by one word in one way; beyond that the search is to be made narrower. */
export const MAX_FOUND = 1_000

export interface Narrowed {
  scope: string
  /** The beginning of an e-mail address, a domain, a name or an id. */
  q?: string
  tag?: string
  segment?: SegmentRule
  /** Those who were chosen one by one. */
  users?: readonly string[]
}

/** The ids of the users that a search, a tag and a segment leave; undefined = nobody is left out. */
export function among(deps: Deps, sql: Sql, { scope, q, tag, segment, users }: Narrowed): Fragment | undefined {
  const sets = [
    ...(q ? [foundBy(deps, sql, scope, q)] : []),
    ...(tag ? [sql`select user_id from user_tags where tag = ${tag}`] : []),
    ...(users ? [sql`select unnest(${[...users]}::text[])`] : []),
    ...(segment ? [membersOf(sqlContext(deps, sql), segment, scope)] : []),
  ]
  const [first, ...others] = sets
  return first && others.reduce((all, one) => sql`(${all}) intersect (${one})`, sql`${first}`)
}

/** By what is indexed; what privacy mode strict does not tell, nobody is found by. */
function foundBy({ config }: Deps, sql: Sql, scope: string, q: string): Fragment {
  const beginning = `${likeOf(q.trim().toLowerCase())}%`
  const own = scope === '*' ? sql`true` : sql`u.tenant_id = ${scope}`
  const columns = [
    sql`lower(u.email)`,
    sql`split_part(lower(u.email), '@', 2)`,
    sql`lower(u.username)`,
    sql`lower(u.user_id)`,
    ...(config.privacy === 'strict' ? [] : [sql`lower(u.traits ->> 'name')`]),
  ]
  return columns
    .map(
      (column) => sql`(select u.user_id from users u where ${column} like ${beginning} and ${own} limit ${MAX_FOUND})`,
    )
    .reduce((all, one) => sql`${all} union ${one}`)
}

const likeOf = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
