import { addDays, type Day, daysBetween } from '../lib/time.ts'
import type { Expr, Fragment, SqlContext } from './metric.ts'
import type { Window } from './window.ts'

/** The longest window a metric of activity looks back. */
export const LOOKBACK_DAYS = 60

/** How many of the 128 bits a window may reach back from today: a user's newest day may be ahead of our clock. */
export const TRUSTED_BITS = 125

/**
 * Users with, as `b`, their last 60 days as seen from each day: leftmost bit = active on that day; and, as `age`, how
 * many days ago the newest of them was. Recent days are read from user_activity, which is 20 times less to read; days
 * which its 128 bits no longer cover from user_days.
 */
export function activityRows(q: SqlContext, w: Window): Fragment {
  const edge = addDays(q.today, LOOKBACK_DAYS - TRUSTED_BITS)
  const recent = w.days.filter((day) => day >= edge)
  const old = w.days.filter((day) => day < edge)
  if (old.length === 0) return recentRows(q, w, recent)
  if (recent.length === 0) return oldRows(q, w, old)
  return q.sql`${recentRows(q, w, recent)} 
      union all
      ${oldRows(q, w, old)}`
}

/** The days as a table; readable where they follow each other. */
function daysAsRows(sql: SqlContext['sql'], days: Day[]): Fragment {
  const [from, to] = [days[0] as Day, days.at(-1) as Day]
  if (daysBetween(from, to) + 1 !== days.length) return sql`unnest(${days}::text[]::date[])`
  return sql`(select ${from}::date + n from generate_series(0, ${days.length - 1}::int) n)`
}

function recentRows({ sql }: SqlContext, w: Window, days: Day[]): Fragment {
  const [only] = days
  // The running day, most often: a join with one row is a third of the work.
  if (only && days.length === 1)
    return sql`select a.scope, ${only}::date as day, a.user_id, ${ageAt(sql, sql`${only}::date`)} as age,
        bits_from(a.bits, a.last_day, ${only}::date) as b
      from user_activity a
      where a.scope = any(${w.scopes}::text[]) and a.user_id <> '' and a.last_day > ${only}::date - ${LOOKBACK_DAYS}::int`
  return sql`select a.scope, d.day, a.user_id, ${ageAt(sql, sql`d.day`)} as age, bits_from(a.bits, a.last_day, d.day) as b
      from user_activity a cross join ${daysAsRows(sql, days)} d (day)
      where a.scope = any(${w.scopes}::text[]) and a.user_id <> '' and a.last_day > d.day - ${LOOKBACK_DAYS}::int`
}

/** A newest day tells it by itself, for less than bits would; on days before that one they have to be looked through. */
function ageAt(sql: SqlContext['sql'], day: Fragment): Fragment {
  return sql`case when a.last_day <= ${day} then ${day} - a.last_day
        else nullif(position(B'1' in bits_from(a.bits, a.last_day, ${day})), 0) - 1 end`
}

function oldRows({ sql }: SqlContext, w: Window, days: Day[]): Fragment {
  return sql`select u.scope, d.day, u.user_id, min(d.day - u.day) as age, bit_or(day_bit(d.day - u.day)) as b
      from ${daysAsRows(sql, days)} d (day)
      join user_days u on u.day between d.day - ${LOOKBACK_DAYS - 1}::int and d.day
      where u.active and u.user_id <> '' and u.scope = any(${w.scopes}::text[])
      group by u.scope, d.day, u.user_id`
}

/** The bits of days `first` … `end - 1` before a day. A subselect, so that it is made once and not for each row. */
export const mask =
  (first: number, end: number): Expr =>
  ({ sql }) =>
    sql`(select rpad(lpad(repeat('1', ${end - first}::int), ${end}::int, '0'), 128, '0')::bit(128))`

/** Whether a user was active on one of the last `days` days, the day itself included. */
export const activeWithin =
  (days: number): Expr =>
  ({ sql }) =>
    sql`r.age < ${days}::int`

/** Whether `b` has any of those bits. */
export const activeIn =
  (first: number, end: number): Expr =>
  (q) =>
    q.sql`(r.b & ${mask(first, end)(q)}) <> 0::bit(128)`

/** How many users were active in a range whose last day is `to`, each counted once, from the bits alone. */
export function distinctFromBits(q: SqlContext, scopes: string[], to: string, days: number): Fragment {
  if (q.people?.plan !== undefined) return distinctOnPlan(q, scopes, to, days)
  const join = q.people ? q.sql`join people on people.user_id = a.user_id` : q.sql``
  return q.sql`select a.scope, count(*)::float8 as v0 from user_activity a ${join}
    where a.scope = any(${scopes}::text[]) and a.user_id <> '' and a.last_day > ${to}::date - ${days}::int
      and (bits_from(a.bits, a.last_day, ${to}::date) & ${mask(0, days)(q)}) <> 0::bit(128)
    group by a.scope`
}

/** The same, of the days on which each user was on the plan: `people` says from when to when. */
function distinctOnPlan({ sql }: SqlContext, scopes: string[], to: string, days: number): Fragment {
  const newest = sql`least(people.last, ${to}::date)`
  const oldest = sql`greatest(people.first, ${to}::date - ${days - 1}::int)`
  return sql`select a.scope, count(distinct a.user_id)::float8 as v0
    from user_activity a join people on people.user_id = a.user_id
    where a.scope = any(${scopes}::text[]) and a.user_id <> '' and a.last_day > ${to}::date - ${days}::int
      and ${oldest} <= ${newest}
      and position(B'1' in substring(bits_from(a.bits, a.last_day, ${to}::date)
        from (${to}::date - ${newest}) + 1 for (${newest} - ${oldest}) + 1)) > 0
    group by a.scope`
}
