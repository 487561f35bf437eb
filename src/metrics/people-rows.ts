import { planBefore } from '../rollups/buckets.ts'
import type { Fragment, SqlContext } from './metric.ts'
import type { Window } from './window.ts'

/** Roll-ups that count users, one user a row: for when only some of them are counted. */

const inScope = ({ sql }: SqlContext, { scopes }: Window): Fragment =>
  scopes.includes('*') ? sql`true` : sql`tenant_id = any(${scopes}::text[])`

const scopeOf = ({ sql }: SqlContext, { scopes }: Window): Fragment =>
  sql`${scopes.includes('*') ? '*' : (scopes[0] ?? '')}::text`

/** Accounts by when they were created, as signup_days counts them. */
export function signupRows(q: SqlContext, w: Window): Fragment {
  const { sql, zone } = q
  return sql`select ${scopeOf(q, w)} as scope, (created_at at time zone ${zone})::date as day, user_id,
        coalesce(provider, '') as provider, coalesce(country, '') as country,
        referral_source(referrer) as referrer, 1 as n
      from users where status <> 'deleted' and ${inScope(q, w)} and ${atInstants(q, 'created_at', w)}`
}

/** Who joined and left each class and plan, as plan_days counts them. */
export function planChangeRows(q: SqlContext, w: Window): Fragment {
  const { sql, zone } = q
  return sql`select ${scopeOf(q, w)} as scope, (p.since at time zone ${zone})::date as day, p.user_id, v.class, v.plan, v.delta
      from user_plans p ${planBefore(sql)}
        cross join lateral (values (p.class, p.plan, 1), (before.class, before.plan, -1)) v (class, plan, delta)
      where v.class is not null and ${inScope(q, w)} and ${atInstants(q, 'since', w)}`
}

function atInstants({ sql, zone }: SqlContext, column: string, w: Window): Fragment {
  const until = sql`${sql(column)} < (${w.to}::date + 1)::timestamp at time zone ${zone}`
  return w.running ? until : sql`${sql(column)} >= ${w.from}::date::timestamp at time zone ${zone} and ${until}`
}
