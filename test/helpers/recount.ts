import type { Sql } from 'postgres'
import { recountPeople } from './recount-people.ts'

/**
 * Whose each id is, from the identities: the end of its chain, or of ids in a circle the smallest. And `owned`, all that
 * people did with the person whose it is, or ''.
 */
function owners(sql: Sql) {
  return sql`
    with recursive walk (id, at, path) as (
      select anonymous_id, anonymous_id, array[anonymous_id] from identities
      union all
      select w.id, i.user_id, w.path || i.user_id from walk w join identities i on i.anonymous_id = w.at
      where i.user_id <> all(w.path)
    ),
    ends as (select distinct on (id) id, at, path from walk order by id, cardinality(path) desc),
    owners as (
      select e.id, case when i.user_id is null then e.at else (
        select min(x collate "C") from unnest(e.path[array_position(e.path, i.user_id):]) x
      ) end as owner
      from ends e left join identities i on i.anonymous_id = e.at
    ),
    facts as (
      select user_id, anonymous_id, tenant_id, ts, session_id, 1 as e, 0 as c, 0 as r, 0 as x, 0 as j, 0 as cost from events
      union all
      select user_id, null, tenant_id, ts, null, 0, 1, (ai and first_of_request)::int, (status = 'error')::int, 0,
        case when ai then coalesce(cost, 0) else 0 end from api_calls
      union all
      select user_id, null, tenant_id, ts, null, 0, 0, 0, 0, 1, 0 from jobs
    ),
    named as (
      select user_id, anonymous_id, ts, 'event' as type, name from events
      union all select user_id, null, ts, 'job', kind from jobs
    ),
    owned as (
      select f.*, coalesce(o.owner, f.user_id) as person
      from facts f left join owners o on o.id = coalesce(nullif(f.user_id, ''), f.anonymous_id)
    )`
}

/**
 * The roll-ups as folded, and as counted by hand from the raw facts: plain SQL that shares nothing with the fold.
 * Equal when every fact was folded exactly once, for the person whose it is.
 */
export async function recount(
  sql: Sql,
  zone: string,
): Promise<{ folded: Record<string, unknown>; counted: Record<string, unknown> }> {
  const pairs: Record<string, [folded: Promise<unknown>, counted: Promise<unknown>]> = {
    events: [
      sql`select day::text, name, n::int from event_days where scope = '*' order by 1, 2`,
      sql`select (ts at time zone ${zone})::date::text as day, name, count(*)::int as n from events group by 1, 2 order by 1, 2`,
    ],
    eventsOfTenants: [
      sql`select scope, sum(n)::int as n from event_days where scope <> '*' group by 1 order by 1`,
      sql`select tenant_id as scope, count(*)::int as n from events where tenant_id <> '' group by 1 order by 1`,
    ],
    userDays: [
      sql`select user_id, day::text, events, api_calls, ai_requests, errors, jobs, cost::float8, active
          from user_days where scope = '*' order by 1, 2`,
      sql`${owners(sql)}
          select person as user_id, (ts at time zone ${zone})::date::text as day, sum(e)::int as events,
            sum(c)::int as api_calls, sum(r)::int as ai_requests, sum(x)::int as errors, sum(j)::int as jobs,
            sum(cost)::numeric(18, 8)::float8 as cost, true as active
          from owned where person <> '' group by 1, 2 order by 1, 2`,
    ],
    // Without jobs: one that is told its tenant late counts there from the next rebuild on.
    userDaysOfTenants: [
      sql`select user_id, scope, day::text, events, api_calls from user_days
          where scope <> '*' and events + api_calls > 0 order by 1, 2, 3`,
      sql`${owners(sql)}
          select person as user_id, tenant_id as scope, (ts at time zone ${zone})::date::text as day, sum(e)::int as events,
            sum(c)::int as api_calls
          from owned where person <> '' and tenant_id <> '' and e + c > 0 group by 1, 2, 3 order by 1, 2, 3`,
    ],
    activeDays: [
      sql`select a.user_id, (a.last_day - n)::text as day
          from user_activity a cross join generate_series(0, 127) n
          where a.scope = '*' and get_bit(a.bits, n) = 1 order by 1, 2`,
      sql`${owners(sql)}
          select distinct person as user_id, (ts at time zone ${zone})::date::text as day
          from owned where person <> '' order by 1, 2`,
    ],
    activeDaysOfTenants: [
      sql`select a.user_id, a.scope, (a.last_day - n)::text as day
          from user_activity a cross join generate_series(0, 127) n
          where a.scope <> '*' and get_bit(a.bits, n) = 1 order by 1, 2, 3`,
      sql`select user_id, scope, day::text from user_days where scope <> '*' and active order by 1, 2, 3`,
    ],
    lastActivity: [
      sql`select user_id, day::text, last_active_at from user_days where scope = '*' order by 1, 2`,
      sql`${owners(sql)}
          select person as user_id, (ts at time zone ${zone})::date::text as day, max(ts) as last_active_at
          from owned where person <> '' group by 1, 2 order by 1, 2`,
    ],
    namesOfDays: [
      sql`select d.user_id, d.day::text, n.type, n.name
          from user_days d join event_names n on get_bit(d.names, n.id) = 1 where scope = '*' order by 1, 2, 3, 4`,
      sql`${owners(sql)}
          select distinct person as user_id, (ts at time zone ${zone})::date::text as day, type, name
          from named left join owners o on o.id = coalesce(nullif(named.user_id, ''), anonymous_id),
            lateral (select coalesce(o.owner, named.user_id) as person) p
          where person <> '' order by 1, 2, 3, 4`,
    ],
    firsts: [
      sql`select user_id, name, ts from user_firsts order by 1, 2`,
      sql`${owners(sql)}
          select person as user_id, name, min(ts) as ts
          from (select user_id, anonymous_id, ts, name from named
            union all select user_id, null, created_at, kind from objects) named left join owners o on o.id = coalesce(nullif(named.user_id, ''), anonymous_id),
            lateral (select coalesce(o.owner, named.user_id) as person) p
          where person <> '' and name in (select name from first_names) group by 1, 2 order by 1, 2`,
    ],
    sessions: [
      sql`select user_id, day::text, session_id, events, first_ts, last_ts from session_days where scope = '*'
          order by 1, 2, 3`,
      sql`${owners(sql)}
          select person as user_id, (ts at time zone ${zone})::date::text as day, session_id, count(*)::int as events,
            min(ts) as first_ts, max(ts) as last_ts
          from owned where session_id is not null and person <> '' group by 1, 2, 3 order by 1, 2, 3`,
    ],
    // One account for each person, whatever ids they were known by.
    accounts: [
      sql`select user_id from users order by 1`,
      sql`${owners(sql)}
          select coalesce(o.owner, u.user_id) as user_id from users u left join owners o on o.id = u.user_id
          union select person from owned where person <> '' order by 1`,
    ],
    ...recountPeople(sql, zone, owners(sql)),
    callDays: [
      sql`select at::text as day, provider, calls::int, requests::int, errors::int, tokens_in::int, cost::float8,
            (select coalesce(sum(x), 0)::int from unnest(hist) x) as measured
          from api_call_days where scope = '*' order by 1, 2`,
      sql`select (ts at time zone ${zone})::date::text as day, provider, count(*)::int as calls,
            count(*) filter (where first_of_request)::int as requests, count(*) filter (where status = 'error')::int as errors,
            coalesce(sum(tokens_in), 0)::int as tokens_in, coalesce(sum(cost), 0)::float8 as cost, count(latency_ms)::int as measured
          from api_calls group by 1, 2 order by 1, 2`,
    ],
    callHours: [
      sql`select coalesce(sum(calls), 0)::int as calls, coalesce(sum(requests), 0)::int as requests from api_call_hours where scope = '*'`,
      sql`select count(*)::int as calls,
            (count(distinct request_id) + count(*) filter (where request_id is null))::int as requests from api_calls`,
    ],
    jobs: [
      sql`select coalesce(sum(enqueued), 0)::int as enqueued, coalesce(sum(succeeded), 0)::int as succeeded,
            coalesce(sum(failed), 0)::int as failed
          from job_hours where scope = '*'`,
      sql`select count(*)::int as enqueued, (count(*) filter (where status = 'succeeded'))::int as succeeded,
            (count(*) filter (where status = 'failed'))::int as failed from jobs`,
    ],
    payments: [
      sql`select coalesce(sum(n), 0)::int as n, sum(amount_minor)::int as amount from payment_days where scope = '*'`,
      sql`select count(*)::int as n, sum(amount_minor)::int as amount from payments`,
    ],
    signups: [
      sql`select day::text, sum(n)::int as n from signup_days where scope = '*' group by 1 order by 1`,
      sql`select (created_at at time zone ${zone})::date::text as day, count(*)::int as n from users group by 1 order by 1`,
    ],
    gauges: [
      sql`select coalesce(sum(n), 0)::int as n, sum(total)::float8 as total, max(high)::int as high from gauge_hours where scope = '*'`,
      sql`select count(*)::int as n, sum(value)::float8 as total, max(value)::int as high from gauges`,
    ],
  }
  const folded: Record<string, unknown> = {}
  const counted: Record<string, unknown> = {}
  for (const [name, [left, right]] of Object.entries(pairs)) {
    folded[name] = [...((await left) as Iterable<unknown>)]
    counted[name] = [...((await right) as Iterable<unknown>)]
  }
  return { folded, counted }
}
