import { STEPS } from '../rollups/user-firsts.ts'
import { activityRows, mask } from './activity.ts'
import type { Fragment, SqlContext } from './metric.ts'
import type { Window } from './window.ts'

/** What became of those who signed up: put together when it is read, from users, their firsts and their days. */

/** How long a new user has to become active in earnest. */
export const ACTIVATION_DAYS = 7
/** The weeks after the sign-up of which the return is a metric. */
export const RETENTION_WEEKS = [1, 4, 12]
/** Within how many days after the sign-up invitations count for the cohort. */
export const VIRAL_DAYS = 30

const daysOf = ({ sql }: SqlContext, w: Window): Fragment => sql`unnest(${w.days}::text[]::date[])`

/** A user `u` in the scopes asked for. */
const scopesOf = ({ sql }: SqlContext, w: Window): Fragment => sql`
        cross join lateral (
          select scope from (values ('*'), (nullif(u.tenant_id, ''))) s (scope) where scope = any(${w.scopes}::text[])
        ) s`

/** Whom users are told apart by. */
const about = ({
  sql,
}: SqlContext): Fragment => sql`u.user_id, u.tenant_id, u.created_at, coalesce(u.provider, '') as provider,
        coalesce(u.country, '') as country, referral_source(u.referrer) as referrer`

/** Users `u` who signed up on the local day so many days before that of `d`. */
const signedUp = ({ sql, zone }: SqlContext, daysBefore: Fragment): Fragment => sql`
        join users u on u.status <> 'deleted'
          and u.created_at >= (d.day - ${daysBefore})::timestamp at time zone ${zone}
          and u.created_at < (d.day - ${daysBefore} + 1)::timestamp at time zone ${zone}`

/** The same time of the clock some days after the sign-up. */
const laterThanSignUp = ({ sql, zone }: SqlContext, days: number): Fragment =>
  sql`((u.created_at at time zone ${zone}) + make_interval(days => ${days}::int)) at time zone ${zone}`

/** Users on the day on which they have had their seven days, with what they did in them. */
export function startRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  const did = (names: readonly string[]) => sql`coalesce(bool_or(f.name = any(${names}::text[])), false)`
  return sql`select s.scope, d.day, ${about(q)}, f.*
      from ${daysOf(q, w)} d (day) ${signedUp(q, sql`${ACTIVATION_DAYS}::int`)} ${scopesOf(q, w)}
        cross join lateral (
          select ${did(q.activationEvents)} as activated, ${did(STEPS.upload)} as upload, ${did(STEPS.worklog)} as worklog,
            ${did(STEPS.report)} as report
          from user_firsts f where f.user_id = u.user_id and f.ts < ${laterThanSignUp(q, ACTIVATION_DAYS)}
        ) f
      where ${laterThanSignUp(q, ACTIVATION_DAYS)} <= ${q.now}`
}

/** The first time of an aim, on its day, and how long it took from the sign-up: of activation, and of the first project. */
export function firstRows(q: SqlContext, w: Window): Fragment {
  const { sql, zone } = q
  const firsts = (step: string, names: readonly string[]) => sql`
        select ${step}::text as step, v.user_id, v.ts from user_firsts v
        where v.name = any(${names}::text[]) and ${during(q, w)} and not exists (
            select from user_firsts e
            where e.user_id = v.user_id and e.name = any(${names}::text[]) and (e.ts, e.name) < (v.ts, v.name)
          )`
  return sql`select s.scope, (v.ts at time zone ${zone})::date as day, ${about(q)}, v.step, v.ts,
        greatest(0, extract(epoch from v.ts - u.created_at) * 1000)::float8 as took_ms
      from (${firsts('activation', q.activationEvents)}
        union all${firsts('project', STEPS.project)}
      ) v join users u on u.user_id = v.user_id and u.status <> 'deleted' ${scopesOf(q, w)}`
}

/** The first use of key features, on its day. */
export function firstUseRows(q: SqlContext, w: Window): Fragment {
  const { sql, zone } = q
  return sql`select s.scope, (v.ts at time zone ${zone})::date as day, ${about(q)}, v.name as feature, v.ts
      from user_firsts v join users u on u.user_id = v.user_id and u.status <> 'deleted' ${scopesOf(q, w)}
      where v.name = any(${q.keyFeatures}::text[]) and ${during(q, w)}`
}

const during = (
  { sql, zone }: SqlContext,
  w: Window,
): Fragment => sql`v.ts < (${w.to}::date + 1)::timestamp at time zone ${zone}
          ${w.running ? sql`` : sql`and v.ts >= ${w.from}::date::timestamp at time zone ${zone}`}`

/** Users on the day after their own week k, and whether they were active in it: days 7k to 7k + 6 after the sign-up. */
export function returnRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select s.scope, d.day, ${about(q)}, k.week, exists (
          select from user_days a
          where a.user_id = u.user_id and a.scope = s.scope and a.day between d.day - 7 and d.day - 1 and a.active
        ) as returned
      from ${daysOf(q, w)} d (day) cross join unnest(${RETENTION_WEEKS}::int[]) k (week)
        ${signedUp(q, sql`(7 * k.week + 7)`)} ${scopesOf(q, w)}`
}

/** Users on the day on which they have had thirty, with their invitations of these and how many were accepted by then. */
export function inviterRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select s.scope, d.day, ${about(q)}, i.sent, i.accepted
      from ${daysOf(q, w)} d (day) ${signedUp(q, sql`${VIRAL_DAYS}::int`)} ${scopesOf(q, w)}
        cross join lateral (
          select count(*) as sent,
            count(*) filter (where i.accepted_at < (d.day + 1)::timestamp at time zone ${q.zone}) as accepted
          from invites i
          where i.user_id = u.user_id and i.sent_at >= u.created_at and i.sent_at < ${laterThanSignUp(q, VIRAL_DAYS)}
        ) i`
}

/**
 * Every user at the end of a day, by the stage of life: the first that holds. Users of whom there is no activity in 60
 * days are in no roll-up of activity; they are lapsed, unless they came less than 14 days ago.
 */
export function stageRows(q: SqlContext, w: Window): Fragment {
  const { sql, zone } = q
  const active = (first: number, end: number) => sql`bit_count(a.b & ${mask(first, end)(q)})`
  return sql`select *, case
          when last_days = 0 and age >= 14 then 'lapsed'
          when before_days > 0 and 2 * last_days <= before_days then 'at-risk'
          when age < 14 then 'activation'
          when last_days > 0 and 5 * last_days >= 6 * before_days then 'growth'
          else 'mature' end as stage
      from (
        select s.scope, d.day, ${about(q)}, d.day - (u.created_at at time zone ${zone})::date as age,
          coalesce(${active(0, 30)}, 0) as last_days, coalesce(${active(30, 60)}, 0) as before_days
        from ${daysOf(q, w)} d (day)
          join users u on u.status <> 'deleted' and u.created_at < (d.day + 1)::timestamp at time zone ${zone} ${scopesOf(q, w)}
          left join (${activityRows(q, w)}) a on a.user_id = u.user_id and a.scope = s.scope and a.day = d.day
      ) l`
}
