import type { Deps } from '../context.ts'
import { USER_STATS_LOCK } from '../db/locks.ts'
import type { Tx } from '../facts/types.ts'
import { minorUnits } from '../lib/currency.ts'
import { SUSPENDED } from '../lib/suspended.ts'
import { addDays, startOfDay, today } from '../lib/time.ts'
import { rateOn } from '../rates/convert.ts'
import type { Fragment } from '../rollups/types.ts'
import { NEAR_LIMIT } from './groups.ts'

type StatsDeps = Pick<Deps, 'db' | 'config' | 'now'>

/** Users of one transaction: some hundred milliseconds, and the lists are never far behind. */
const SLICE = 10_000
/** Days that "30 d" has, today among them. */
export const STATS_DAYS = 30

/** Makes the rows of users anew whose facts have changed; answers how many marks there were. */
export async function refreshUserStats(
  deps: StatsDeps,
  { slices = Number.POSITIVE_INFINITY, done }: { slices?: number; done?: (users: number) => Promise<void> } = {},
): Promise<number> {
  let total = 0
  for (let n = 0; n < slices; n++) {
    const users = await refreshSlice(deps)
    total += users
    await done?.(total)
    if (users < SLICE) break
  }
  return total
}

/** All users: the window of 30 days has moved on, and with it everybody's numbers. Answers how many are marked. */
export async function markAllUsers({ db }: Pick<Deps, 'db'>): Promise<number> {
  const [row] = await db.heavy<{ n: number }[]>`
    with marked as (insert into dirty_user_stats select user_id from users returning 1)
    select count(*)::float8 as n from marked`
  return row?.n ?? 0
}

/**
 * All marks of some users: a long load marks them many times over, and once is enough. A mark goes in the transaction
 * that uses it, and what it tells of had committed with it: whatever commits meanwhile has a mark of its own, for the
 * next one.
 */
async function refreshSlice(deps: StatsDeps): Promise<number> {
  return (await deps.db.heavy.begin('isolation level read committed', async (tx) => {
    await tx`select pg_advisory_xact_lock(${USER_STATS_LOCK})`
    await tx`set local plan_cache_mode = force_custom_plan`
    const marks = await tx<{ user_id: string }[]>`
      delete from dirty_user_stats d
      using (select distinct user_id from (select user_id from dirty_user_stats limit ${SLICE}) first_ones) taken
      where d.user_id = taken.user_id
      returning d.user_id`
    const users = [...new Set(marks.map(({ user_id }) => user_id))]
    if (users.length > 0) await storeStats(tx, deps, users)
    return marks.length
  })) as number
}

/** One statement: the rows as they are now, those that are no more, and by how much the groups have changed. */
async function storeStats(tx: Tx, deps: StatsDeps, users: string[]): Promise<void> {
  await tx`
    with ids as materialized (select unnest(${users}::text[]) as user_id),
    fresh as materialized (${freshRows(tx, deps)}),
    named as (
      insert into user_groups (class, plan, suspended, at_risk, near_limit)
      select distinct class, plan, suspended, at_risk, near_limit from fresh f
      where not exists (
        select from user_groups g
        where (g.class, g.plan, g.suspended, g.at_risk, g.near_limit)
          = (f.class, f.plan, f.suspended, f.at_risk, f.near_limit))
      returning *
    ),
    groups as (select * from user_groups union all select * from named),
    rows as materialized (select f.*, g.grp from fresh f join groups g using (class, plan, suspended, at_risk, near_limit)),
    old as materialized (select s.user_id, s.scope, s.grp from user_stats s join ids using (user_id)),
    gone as (
      delete from user_stats s using old o
      where s.user_id = o.user_id and s.scope = o.scope
        and not exists (select from rows r where r.user_id = o.user_id and r.scope = o.scope)
    ),
    stored as (
      insert into user_stats as t (user_id, scope, grp, name_key, created_at, last_seen_at, calls_30d, ai_cost_30d, mrr_minor,
        margin_30d, health)
      select user_id, scope, grp, name_key, created_at, last_seen_at, calls_30d, ai_cost_30d, mrr_minor, margin_30d, health
      from rows order by user_id, scope
      on conflict (user_id, scope) do update set grp = excluded.grp, name_key = excluded.name_key,
        created_at = excluded.created_at, last_seen_at = excluded.last_seen_at, calls_30d = excluded.calls_30d,
        ai_cost_30d = excluded.ai_cost_30d, mrr_minor = excluded.mrr_minor, margin_30d = excluded.margin_30d,
        health = excluded.health
      where (t.grp, t.name_key, t.created_at, t.last_seen_at, t.calls_30d, t.ai_cost_30d, t.mrr_minor, t.margin_30d, t.health)
        is distinct from (excluded.grp, excluded.name_key, excluded.created_at, excluded.last_seen_at, excluded.calls_30d,
          excluded.ai_cost_30d, excluded.mrr_minor, excluded.margin_30d, excluded.health)
    )
    insert into user_group_counts as c (scope, grp, n)
    select scope, grp, sum(n) from (
      select scope, grp, 1 as n from rows union all select scope, grp, -1 from old) d
    group by 1, 2 having sum(n) <> 0
    on conflict (scope, grp) do update set n = c.n + excluded.n`
}

/** What is known of the users of `ids`, for all tenants and for their own. */
function freshRows(tx: Tx, { config, now }: StatsDeps): Fragment {
  const at = now()
  const day = today(at, config.timeZone)
  const minor = minorUnits(config.currency)
  const first30 = addDays(day, 1 - STATS_DAYS)
  const month = `${day.slice(0, 7)}-01`
  return tx`
    select a.user_id, a.scope, a.suspended, a.name_key, a.created_at, p.class, p.plan,
      coalesce(h.band in ('at-risk', 'churning') and h.stage <> 'lapsed' and not a.suspended, false) as at_risk, q.near_limit,
      coalesce(l.last_active_at, v.last_day::timestamp at time zone ${config.timeZone}) as last_seen_at,
      d.calls_30d, d.ai_cost_30d, m.mrr_minor, m.mrr_minor::numeric / ${minor}::int - d.ai_cost_30d as margin_30d, round(h.score::numeric, 1)::float8 as health
    from (
      select u.user_id, s.scope, u.created_at, u.status = any(${[...SUSPENDED]}::text[]) as suspended,
        left(lower(coalesce(nullif(u.email, ''), nullif(u.username, ''), u.user_id)), 200) as name_key
      from ids join users u using (user_id) cross join lateral (values ('*'), (nullif(u.tenant_id, ''))) s (scope)
      where s.scope is not null and u.status <> 'deleted'
    ) a
      cross join lateral (
        select coalesce(max(o.class), 'free') as class,
          coalesce(max(o.plan) filter (where o.class <> 'trial_expired'), 'free') as plan
        from (
          select class, plan from user_plans o where o.user_id = a.user_id and o.since <= ${at} order by since desc limit 1
        ) o
      ) p
      left join user_activity v on v.user_id = a.user_id and v.scope = a.scope
      left join user_days l on l.user_id = v.user_id and l.scope = v.scope and l.day = v.last_day
      cross join lateral (
        select coalesce(sum(x.api_calls) filter (where x.day >= ${first30}), 0) as calls_30d,
          coalesce(sum(x.cost) filter (where x.day >= ${first30}), 0) as ai_cost_30d,
          jsonb_build_object('api_calls', sum(x.api_calls) filter (where x.day >= ${month}),
            'ai_calls', sum(x.ai_calls) filter (where x.day >= ${month}),
            'ai_requests', sum(x.ai_requests) filter (where x.day >= ${month}),
            'tokens', sum(x.tokens) filter (where x.day >= ${month}),
            'jobs', sum(x.jobs) filter (where x.day >= ${month})) as used
        from user_days x
        where x.user_id = a.user_id and x.scope = a.scope and x.day between least(${first30}::date, ${month}::date) and ${day}
      ) d
      cross join lateral (${nearLimit(tx, startOfDay(month, config.timeZone))}) q
      cross join lateral (${ownMrr(tx, config, day)}) m
      left join user_health h on h.user_id = a.user_id`
}

/** Whether one of the plan's limits is nearly used up this month; jobs are counted by kind, as the user's page does. */
function nearLimit(tx: Tx, since: Date): Fragment {
  return tx`
        select coalesce(bool_or(case jsonb_typeof(l.most) when 'number' then
          l.most::numeric > 0 and ${NEAR_LIMIT}::numeric * l.most::numeric <= case
            when d.used ? l.name then coalesce((d.used ->> l.name)::numeric, 0)
            else (
              select count(*)
              from (select a.user_id as id union select i.id from merged_ids i where i.user_id = a.user_id) own
                join jobs j on j.user_id = own.id
              where j.ts >= ${since} and l.name in (j.kind, j.kind || 's') and (a.scope = '*' or j.tenant_id = a.scope)
            ) end
          end), false) as near_limit
        from plans n
          cross join lateral jsonb_each(case jsonb_typeof(n.limits) when 'object' then n.limits else '{}' end) l (name, most)
        where n.plan_id = p.plan`
}

/**
 * What the user pays a month, by the ledger, in the reporting currency at the rate of today. Whose tenant pays has no number
 * of their own; nor has one of whose currency no rate is known.
 */
function ownMrr(tx: Tx, { currency, mrrPolicy }: Deps['config'], day: string): Fragment {
  return tx`
        select case
          when bool_or(y.amount <> 0 and y.per_minor is null) then null
          when p.class = 'paid' then nullif(coalesce(sum(round(y.amount * y.per_minor)), 0), 0)
          else coalesce(sum(round(y.amount * y.per_minor)), 0)
        end::bigint as mrr_minor
        from (
          select c.currency, sum(c.amount_minor) as amount,
            case when c.currency = ${currency} then 1 else ${rateOn(tx, currency, tx`c.currency`, tx`${day}::date`)} end as per_minor
          from (select a.user_id as id union select i.id from merged_ids i where i.user_id = a.user_id) own
            join customer_mrr_days c on c.scope = a.scope and c.customer_id = own.id and c.policy in ('', ${mrrPolicy})
          group by c.currency
        ) y`
}
