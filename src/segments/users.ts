import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import { sqlContext } from '../metrics/context.ts'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
import { planOf } from '../metrics/plan-of.ts'
import { sqlText } from '../metrics/sql-text.ts'
import { membersOf } from './members.ts'
import type { SegmentRule } from './rule.ts'

/** A user of a segment; in privacy mode strict nothing but id, address, plan and counts is told. */
export interface SegmentUser {
  user_id: string
  email: string | null
  tenant_id: string
  plan: string
  class: string
  country: string | null
  provider: string | null
  created_at: Date
  last_day: string | null
}
export const USER_COLUMNS = {
  user_id: 'User',
  email: 'E-mail',
  tenant_id: 'Tenant',
  plan: 'Plan',
  class: 'Class',
  country: 'Country',
  provider: 'Provider',
  created_at: 'Signed up',
  last_day: 'Last active',
} as const satisfies Record<keyof SegmentUser, string>

const HIDDEN: ReadonlySet<string> = new Set(['country', 'provider'])

export const columnsFor = ({ config }: Pick<Deps, 'config'>): (keyof SegmentUser)[] =>
  (Object.keys(USER_COLUMNS) as (keyof SegmentUser)[]).filter(
    (name) => config.privacy !== 'strict' || !HIDDEN.has(name),
  )

/** Users of a segment by id, some of them after one. */
export async function readUsers(
  deps: Deps,
  rule: SegmentRule,
  scope: string,
  { after = '', limit, sql = deps.db.sql }: { after?: string; limit: number; sql?: Sql },
): Promise<SegmentUser[]> {
  return sql<SegmentUser[]>`${usersStatement(sqlContext(deps, sql), rule, scope, after, limit, isStrict(deps))}`
}

/** All of them, some at a time: between two pages nothing is held. */
export async function* allUsers(deps: Deps, rule: SegmentRule, scope: string): AsyncGenerator<SegmentUser[]> {
  const limit = 5_000
  let after: string | undefined = ''
  while (after !== undefined) {
    const rows: SegmentUser[] = await readUsers(deps, rule, scope, { after, limit, sql: deps.db.heavy })
    if (rows.length > 0) yield rows
    after = rows.length === limit ? rows.at(-1)?.user_id : undefined
  }
}

/** The statement of the list, as it can be run in psql. */
export const usersSql = (deps: Deps, rule: SegmentRule, scope: string): string =>
  sqlText(usersStatement(sqlContext(deps, deps.db.sql), rule, scope, '', undefined, isStrict(deps)))

const isStrict = ({ config }: Deps): boolean => config.privacy === 'strict'

/** Accounts of the scope that are still there. */
export function listedUsers(q: SqlContext, rule: SegmentRule, scope: string): Fragment {
  const own = scope === '*' ? q.sql`true` : q.sql`x.tenant_id = ${scope}`
  return q.sql`
    select x.* from users x
    where x.status <> 'deleted' and ${own} and x.user_id in (${membersOf(q, rule, scope)})`
}

function usersStatement(
  q: SqlContext,
  rule: SegmentRule,
  scope: string,
  after: string,
  limit: number | undefined,
  strict: boolean,
): Fragment {
  const { sql } = q
  const personal = strict ? sql`null as country, null as provider` : sql`u.country, u.provider`
  return sql`
    select u.user_id, u.email, u.tenant_id, coalesce(p.plan, 'free') as plan, coalesce(p.class, 'free') as class, ${personal},
      u.created_at, a.last_day::text as last_day
    from (
      ${listedUsers(q, rule, scope)} and x.user_id > ${after}
      order by x.user_id ${limit === undefined ? sql`` : sql`limit ${limit}`}
    ) u
      left join lateral (
        select class, ${planOf(q, 'p')} as plan from user_plans p
        where p.user_id = u.user_id and p.since <= ${q.now} order by since desc limit 1
      ) p on true
      left join user_activity a on a.user_id = u.user_id and a.scope = ${scope}
    order by u.user_id`
}
