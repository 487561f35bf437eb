import type { Sql } from 'postgres'

/**
 * The roll-ups as folded, and as counted by hand from the raw facts: plain SQL that shares nothing with the fold.
 * Equal when every fact was folded exactly once.
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
      sql`select user_id, day::text, sum(e)::int as events, sum(c)::int as api_calls, sum(r)::int as ai_requests,
            sum(x)::int as errors, sum(j)::int as jobs, sum(cost)::numeric(18, 8)::float8 as cost, true as active
          from (
            select user_id, (ts at time zone ${zone})::date as day, 1 as e, 0 as c, 0 as r, 0 as x, 0 as j, 0 as cost from events
            union all
            select user_id, (ts at time zone ${zone})::date, 0, 1, (ai and first_of_request)::int, (status = 'error')::int, 0,
              coalesce(cost, 0) from api_calls
            union all
            select user_id, (ts at time zone ${zone})::date, 0, 0, 0, 0, 1, 0 from jobs
          ) f where user_id <> '' group by 1, 2 order by 1, 2`,
    ],
    activeDays: [
      sql`select a.user_id, (a.last_day - n)::text as day
          from user_activity a cross join generate_series(0, 127) n
          where a.scope = '*' and get_bit(a.bits, n) = 1 order by 1, 2`,
      sql`select distinct user_id, (ts at time zone ${zone})::date::text as day
          from (select user_id, ts from events union all select user_id, ts from api_calls union all select user_id, ts from jobs) f
          where user_id <> '' order by 1, 2`,
    ],
    sessions: [
      sql`select user_id, day::text, session_id, events from session_days where scope = '*' order by 1, 2, 3`,
      sql`select user_id, (ts at time zone ${zone})::date::text as day, session_id, count(*)::int as events
          from events where session_id is not null and user_id <> '' group by 1, 2, 3 order by 1, 2, 3`,
    ],
    callDays: [
      sql`select at::text as day, provider, calls::int, requests::int, errors::int, tokens_in::int, cost::float8,
            (select sum(x)::int from unnest(hist) x) as measured
          from api_call_days where scope = '*' order by 1, 2`,
      sql`select (ts at time zone ${zone})::date::text as day, provider, count(*)::int as calls,
            count(*) filter (where first_of_request)::int as requests, count(*) filter (where status = 'error')::int as errors,
            coalesce(sum(tokens_in), 0)::int as tokens_in, coalesce(sum(cost), 0)::float8 as cost, count(latency_ms)::int as measured
          from api_calls group by 1, 2 order by 1, 2`,
    ],
    callHours: [
      sql`select sum(calls)::int as calls, sum(requests)::int as requests from api_call_hours where scope = '*'`,
      sql`select count(*)::int as calls, count(distinct request_id)::int as requests from api_calls`,
    ],
    jobs: [
      sql`select sum(enqueued)::int as enqueued, sum(succeeded)::int as succeeded, sum(failed)::int as failed
          from job_hours where scope = '*'`,
      sql`select count(*)::int as enqueued, (count(*) filter (where status = 'succeeded'))::int as succeeded,
            (count(*) filter (where status = 'failed'))::int as failed from jobs`,
    ],
    payments: [
      sql`select sum(n)::int as n, sum(amount_minor)::int as amount from payment_days where scope = '*'`,
      sql`select count(*)::int as n, sum(amount_minor)::int as amount from payments`,
    ],
    signups: [
      sql`select day::text, sum(n)::int as n from signup_days where scope = '*' group by 1 order by 1`,
      sql`select (created_at at time zone ${zone})::date::text as day, count(*)::int as n from users group by 1 order by 1`,
    ],
    gauges: [
      sql`select sum(n)::int as n, sum(total)::float8 as total, max(high)::int as high from gauge_hours where scope = '*'`,
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
