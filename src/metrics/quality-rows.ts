import type { Fragment, SqlContext } from './metric.ts'
import { onDays, type Window } from './window.ts'

/** A day on which a user cost so many times what is normal for them. */
export const SPIKE_TIMES = 3
/** Normal is the mean of the days with any cost among so many before, from so many of them up. */
const NORMAL_DAYS = 28
const NORMAL_FROM_DAYS = 3
/** Below this, in major units, a day's cost is nobody's worry. */
const SPIKE_FROM = 1

/** Days of users who cost over three times what is normal for them. */
export function spikeRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select u.scope, u.day, u.user_id, u.plan_class, u.cost, b.normal
      from user_days u cross join lateral (
        select avg(cost) as normal from user_days b
        where b.user_id = u.user_id and b.scope = u.scope and b.cost > 0
          and b.day between u.day - ${NORMAL_DAYS}::int and u.day - 1
        having count(*) >= ${NORMAL_FROM_DAYS}
      ) b
      where u.user_id <> '' and u.cost >= ${SPIKE_FROM} and u.scope = any(${w.scopes}::text[])
        and ${onDays(q, sql`u.day`, w)} and u.cost > ${SPIKE_TIMES} * b.normal`
}

/** First sign-ins from a country of users who had signed in from another one before. */
export function newCountryRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select c.scope, c.first_day as day, c.user_id, c.country
      from user_countries c
      where c.scope = any(${w.scopes}::text[]) and ${onDays(q, sql`c.first_day`, w)} and exists (
        select from user_countries o
        where o.user_id = c.user_id and o.scope = c.scope and o.first_day < c.first_day
      )`
}

/** What providers of payments and e-mail told us, by day; it belongs to no tenant. */
export function webhookRows(q: SqlContext, w: Window): Fragment {
  const { sql, zone } = q
  return sql`select '*'::text as scope, (received_at at time zone ${zone})::date as day, provider, count(*) as n,
        count(*) filter (where outcome = 'failed') as failed
      from webhook_events
      where '*' = any(${w.scopes}::text[]) and received_at >= ${w.from}::date::timestamp at time zone ${zone}
        and received_at < (${w.to}::date + 1)::timestamp at time zone ${zone}
      group by 2, 3`
}

/** Sign-ins to Quarterdeck that failed; a day without any is a day, too. */
export function signInFailureRows({ sql, today }: SqlContext, w: Window): Fragment {
  return sql`select '*'::text as scope, d.day, coalesce(f.n, 0) as n
      from (select unnest(${w.days}::text[]::date[]) as day) d left join sign_in_failure_days f using (day)
      where '*' = any(${w.scopes}::text[]) and d.day between (select min(day) from sign_in_failure_days) and ${today}::date`
}

/** Kinds of sites that many prompts ask for and the library seldom helps with: so many prompts of 30 days, so small a share. */
const GAP_DAYS = 30
const GAP_FROM_PROMPTS = 5
const GAP_BELOW = 0.3

/** Gaps of the library as seen from each day. */
export function gapRows({ sql }: SqlContext, w: Window): Fragment {
  return sql`select p.scope, d.day, p.site_type, p.industry, sum(p.library_n) as prompts, sum(p.library_used) as helped
      from (select unnest(${w.days}::text[]::date[]) as day) d
        join prompt_days p on p.day between d.day - ${GAP_DAYS - 1}::int and d.day
      where p.scope = any(${w.scopes}::text[]) and (p.site_type <> '' or p.industry <> '')
      group by 1, 2, 3, 4
      having sum(p.library_n) >= ${GAP_FROM_PROMPTS} and sum(p.library_used) < ${GAP_BELOW} * sum(p.library_n)`
}
