import type { Row } from 'postgres'
import { mergeAccounts } from './merged-users.ts'
import type { FoldContext } from './types.ts'

const RANK = ['free', 'trial_expired', 'trial', 'paid']

/**
 * Recomputes, for users whose account or subscription changed, which plan class they were in since when, and puts it
 * into their days. A subscription without a user holds for all users of its tenant. Answers the instants of the
 * changes of class that are new, or are none any more, so that plan_days can be folded anew there.
 */
export async function foldUserPlans({ tx, config }: FoldContext): Promise<Date[]> {
  const users = await takeDirtyUsers({ tx, config } as FoldContext)
  if (users.length === 0) return []
  const old = await tx`delete from user_plans where user_id = any(${users}::text[]) returning *`
  const fresh = await tx`
    with u as (select user_id, tenant_id, created_at from users where user_id = any(${users}::text[]) and status <> 'deleted'),
    states as (
      select u.user_id, s.*, lead(s.ts) over w as until, bool_or(s.mrr_minor > 0) over w as paid_before
      from u join lateral (
        select subscription_id, ts, plan, status, mrr_minor, trial_ends_at, ends_at
        from (select u.user_id as id union select id from merged_ids m where m.user_id = u.user_id) own
          join subscription_states on user_id = own.id
        union all
        select subscription_id, ts, plan, status, mrr_minor, trial_ends_at, ends_at from subscription_states
        where user_id = '' and tenant_id = u.tenant_id and u.tenant_id <> ''
      ) s on true
      window w as (partition by u.user_id, s.subscription_id order by s.ts)
    ),
    spans as (
      select user_id, ts as since, least(until, ends_at) as until, 'paid' as class, plan from states where mrr_minor > 0
      union all
      select user_id, ts, least(until, trial_ends_at), 'trial', plan from states where status = 'trialing'
      union all
      select user_id, greatest(ts, trial_ends_at), until, 'trial_expired', plan from states
      where trial_ends_at is not null and not paid_before
    ),
    points as (
      select user_id, created_at as at from u
      union select s.user_id, at from spans s join u using (user_id), lateral (values (s.since), (s.until)) v(at)
      where at > u.created_at
    ),
    classes as (
      select distinct on (p.user_id, p.at) p.user_id, p.at, coalesce(s.class, 'free') as class, coalesce(s.plan, 'free') as plan
      from points p left join spans s
        on s.user_id = p.user_id and s.since <= p.at and (s.until is null or s.until > p.at)
      order by p.user_id, p.at, array_position(${RANK}::text[], s.class) desc nulls last, s.since desc
    ),
    changes as (
      select *, lag(class) over w as old_class, lag(plan) over w as old_plan from classes
      window w as (partition by user_id order by at)
    )
    insert into user_plans (user_id, since, tenant_id, class, plan)
    select c.user_id, c.at, u.tenant_id, c.class, c.plan from changes c join u using (user_id)
    where (c.class, c.plan) is distinct from (c.old_class, c.old_plan)
    returning *`
  await classifyDays({ tx, config } as FoldContext, users)
  await tx`insert into dirty_user_stats select unnest(${users}::text[])`
  return differing(transitions(old), transitions(fresh))
}

/** Each change of a user's class by all that plan_days makes of it: the class that was left, too. */
function transitions(rows: readonly Row[]): Map<string, Date> {
  const inOrder = [...rows].sort((a, b) => a.since.getTime() - b.since.getTime())
  const last = new Map<string, Row>()
  return new Map(
    inOrder.map((row): [string, Date] => {
      const before = last.get(row.user_id)
      last.set(row.user_id, row)
      const { user_id, since, tenant_id, class: to, plan } = row
      return [JSON.stringify([user_id, since, tenant_id, to, plan, before?.class, before?.plan]), since]
    }),
  )
}

/** What only one of two maps has. */
function differing(a: Map<string, Date>, b: Map<string, Date>): Date[] {
  const without = (one: Map<string, Date>, other: Map<string, Date>) =>
    [...one].filter(([key]) => !other.has(key)).map(([, at]) => at)
  return [...without(a, b), ...without(b, a)]
}

/** The users marked, those they were merged into, and all of a tenant that was marked. */
async function takeDirtyUsers(context: FoldContext): Promise<string[]> {
  const rows = await context.tx`
    with taken as (delete from dirty_users returning user_id, tenant_id)
    select user_id from taken where user_id <> ''
    union
    select user_id from (select (select m.user_id from merged_ids m where m.id = t.user_id) from taken t) m
    where user_id is not null
    union
    select u.user_id from taken t join users u on u.tenant_id = t.tenant_id where t.user_id = '' and t.tenant_id <> ''`
  const users = rows.map((row) => row.user_id as string)
  return [...new Set([...users, ...(await mergeAccounts(context, users))])]
}

async function classifyDays({ tx, config }: FoldContext, users: string[]): Promise<void> {
  await tx`
    with classed as (
      select d.user_id, d.scope, d.day, coalesce((
        select class from user_plans p
        where p.user_id = d.user_id and p.since < (d.day + 1)::timestamp at time zone ${config.timeZone}
        order by since desc limit 1
      ), 'free') as class
      from user_days d where d.user_id = any(${users}::text[])
    )
    update user_days d set plan_class = c.class from classed c
    where d.user_id = c.user_id and d.scope = c.scope and d.day = c.day and d.plan_class <> c.class`
}
