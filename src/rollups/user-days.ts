import type { Tx } from '../facts/types.ts'
import { activityOf } from './activity-bits.ts'
import { nameNew } from './event-names.ts'
import { activeCall, activeEvent, activeJob, addUp, list, scopes } from './fragments.ts'
import { byOwner } from './owners.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

export const COUNTS = ['events', 'api_calls', 'ai_calls', 'ai_requests', 'errors', 'jobs', 'tokens', 'cost'] as const
type Count = (typeof COUNTS)[number]

/** Events by user and day. Facts of nobody known count for nobody. */
export function foldUserDaysOfEvents(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  const rows = tx`
    select user_id, anonymous_id, tenant_id, ts, ${activeEvent(tx, config)} as active, bit
    from events left join ${numbers(context, 'event')} on known = events.name where ${source}`
  return fold(context, rows, { events: tx`count(*)` })
}

/** API calls by user and day, AI calls among them. */
export function foldUserDaysOfCalls(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  const rows = tx`
    select user_id, null as anonymous_id, tenant_id, ts, ${activeCall(tx, config)} as active, null::bit(512) as bit, ai,
      first_of_request, status, cost,
      coalesce(tokens_in, 0) + coalesce(tokens_out, 0) as tokens
    from api_calls where ${source}`
  return fold(context, rows, {
    api_calls: tx`count(*)`,
    ai_calls: tx`count(*) filter (where ai)`,
    ai_requests: tx`count(*) filter (where ai and first_of_request)`,
    errors: tx`count(*) filter (where status = 'error')`,
    tokens: tx`coalesce(sum(tokens) filter (where ai), 0)`,
    cost: tx`coalesce(sum(cost) filter (where ai), 0)`,
  })
}

/** Jobs by the user and day that began them. */
export async function foldUserDaysOfJobs(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  await nameNew(tx, 'job', tx`select kind as name, count(*) as n from jobs where ${source} group by kind`)
  const rows = tx`
    select user_id, null as anonymous_id, tenant_id, ts, ${activeJob(tx, config)} as active, bit
    from jobs left join ${numbers(context, 'job')} on known = jobs.kind where ${source}`
  await fold(context, rows, { jobs: tx`count(*)` })
}

const numbers = ({ tx }: FoldContext, type: 'event' | 'job'): Fragment =>
  tx`(select name as known, bit from event_names where type = ${type}) n`

/**
 * One statement: the facts by user, tenant and day; into user_days for both scopes; the active days as bits into
 * user_activity. Users never heard of get a row with their first activity as their beginning.
 */
async function fold(context: FoldContext, rows: Fragment, counts: Partial<Record<Count, Fragment>>): Promise<void> {
  const { tx } = context
  const given = COUNTS.filter((name) => name in counts)
  const sums = [
    { name: 'active', sum: tx`bool_or(active)`, again: tx`bool_or(active)` },
    { name: 'last_active_at', sum: tx`max(ts) filter (where active)`, again: tx`max(last_active_at)` },
    { name: 'names', sum: tx`bit_or(bit)`, again: tx`bit_or(names)` },
    ...given.map((name) => ({ name, sum: counts[name]!, again: tx`sum(${tx(name)})` })),
  ]
  const names = list(tx, given, (name) => tx`${tx(name)}`)
  await tx`
    with by_tenant as materialized (${byOwner(context, rows, sums)}),
    by_scope as materialized (
      select user_id, scope, day, bool_or(active) as active, max(last_active_at) as last_active_at, bit_or(names) as names,
        ${list(tx, given, (name) => tx`sum(${tx(name)}) as ${tx(name)}`)}
      from by_tenant cross join ${scopes(tx)}
      where scope is not null
      group by 1, 2, 3
    ),
    days as (
      insert into user_days as t (user_id, scope, day, active, last_active_at, names, plan_class, ${names})
      select user_id, scope, day, active, last_active_at, names, ${classOn(context)}, ${names}
      from by_scope b order by user_id, scope, day
      on conflict (user_id, scope, day) do update set ${joinDays(tx)}, ${addUp(tx, given)}
    ),
    activity as (${activityOf(context, tx`by_scope`)}),
    listed as (insert into dirty_user_stats select distinct user_id from by_scope)
    ${newUsers(context)}`
}

/** What two days of one user come to, beside what adds up. */
export const joinDays = (tx: Tx): Fragment => tx`
        active = t.active or excluded.active, last_active_at = greatest(t.last_active_at, excluded.last_active_at),
        names = coalesce(t.names | excluded.names, t.names, excluded.names)`

/** The plan class that held at the end of the row's day. */
function classOn({ tx, config }: FoldContext): Fragment {
  return tx`
    coalesce((
      select class from user_plans p
      where p.user_id = b.user_id and p.since < (b.day + 1)::timestamp at time zone ${config.timeZone}
      order by since desc limit 1
    ), 'free')`
}

function newUsers({ tx, config }: FoldContext): Fragment {
  const start = (column: string) => tx`date_trunc('day', ${tx(column)}, ${config.timeZone})`
  return tx`,
    firsts as (
      select b.user_id, max(b.tenant_id) as tenant_id, min(b.born) as created_at, u.created_at as old_created
      from by_tenant b left join users u on u.user_id = b.user_id
      where u.user_id is null or not u.created_known and b.born < u.created_at
      group by b.user_id, u.created_at
    ),
    stored as (
      insert into users as t (user_id, tenant_id, created_at, created_known, updated_at)
      select user_id, tenant_id, created_at, false, 'epoch' from firsts order by user_id
      on conflict (user_id) do update set created_at = excluded.created_at
      where not t.created_known and excluded.created_at < t.created_at
    ),
    marked as (
      insert into dirty_buckets
      select 'signup_days', ${start('created_at')} from firsts
      union select 'signup_days', ${start('old_created')} from firsts where old_created is not null
    )
    insert into dirty_users select user_id, tenant_id from firsts`
}
