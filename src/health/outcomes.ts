import { addDays, type Day, daysBetween } from '../lib/time.ts'
import { mask } from '../metrics/activity.ts'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
import type { HealthRules } from './rules.ts'
import { goneAfter } from './score-sql.ts'

/** So long after a score it is looked at what became of the user. */
export const OUTCOME_DAYS = 30
/** Weeks whose outcomes do not overlap lie this far apart; so many of them are taken together. */
const APART_DAYS = 35
const LOOKS = 3

/**
 * What became of past scores: of those who paid, who stopped; of those who came, who came no more. Money and activity are
 * told apart. By band, and how well the score told the ones from the others.
 */
export async function storeOutcomes(q: SqlContext, rules: HealthRules, day: Day): Promise<void> {
  const { sql } = q
  const days = await daysToLookAt(q, rules, day)
  await sql`delete from health_outcomes`
  if (days.length === 0) return
  const band = sql`case when score >= ${rules.healthy}::float8 then 'healthy'
        when score >= ${rules.churning}::float8 then 'at-risk' else 'churning' end`
  await sql`
    with cases as materialized (
      select s.scope, c.outcome, c.score, c.bad, ${band} as band
      from (${outcomesOf(q, days)}) c cross join lateral (values ('*'), (nullif(c.tenant_id, ''))) s (scope)
      where s.scope is not null
    ),
    ranked as (
      select scope, outcome, bad, rank() over (partition by scope, outcome order by score)
        + (count(*) over (partition by scope, outcome, score) - 1) / 2.0 as place
      from cases
    ),
    whole as (
      select scope, outcome, count(*) as n, count(*) filter (where bad) as bad, sum(place) filter (where bad) as places
      from ranked group by 1, 2
    )
    insert into health_outcomes (scope, outcome, band, n, bad, auc, days)
    select scope, outcome, band, count(*), count(*) filter (where bad), null, ${days}::text[]::date[]
    from cases group by 1, 2, 3
    union all
    select scope, outcome, '', n, bad,
      case when bad > 0 and bad < n then 1 - (places - bad * (bad + 1) / 2.0) / (bad * (n - bad)) end,
      ${days}::text[]::date[]
    from whole`
}

/** Weeks far enough back, and so far apart that nobody's leaving is counted twice; the newest first. */
async function daysToLookAt({ sql }: SqlContext, rules: HealthRules, day: Day): Promise<Day[]> {
  const weeks = await sql<{ day: Day }[]>`
    select day::text as day from health_weeks
    where rules = ${rules.id} and day <= ${addDays(day, -OUTCOME_DAYS)} order by health_weeks.day desc limit 14`
  const taken: Day[] = []
  for (const { day: week } of weeks) {
    const last = taken.at(-1)
    if (taken.length < LOOKS && (last === undefined || daysBetween(week, last) >= APART_DAYS)) taken.push(week)
  }
  return taken
}

/**
 * Who paid or came at the end of those days, with what they did in the 30 after. Whoever deleted their account in that time
 * has left, in both ways; whoever had done so before is not asked (see goneAfter for when that was).
 */
function outcomesOf(q: SqlContext, days: Day[]): Fragment {
  const { sql, zone } = q
  const endOf = (after: number) => sql`(h.day + ${after + 1}::int)::timestamp at time zone ${zone}`
  const of = sql`health_scores h join users u on u.user_id = h.user_id and (u.status <> 'deleted' or ${goneAfter(q, endOf(0))})`
  const left = sql`(u.status = 'deleted' and u.updated_at < ${endOf(OUTCOME_DAYS)})`
  const picked = sql`h.day = any(${days}::text[]::date[])`
  return sql`
      select u.tenant_id, 'churned' as outcome, h.score, ${left} or exists (
          select from user_plans p
          where p.user_id = h.user_id and p.since >= ${endOf(0)} and p.since < ${endOf(OUTCOME_DAYS)} and p.class <> 'paid'
        ) as bad
      from ${of} where ${picked} and h.paid
      union all
      select u.tenant_id, 'lapsed', h.score,
        ${left} or (bits_from(a.bits, a.last_day, h.day + ${OUTCOME_DAYS}::int) & ${mask(0, OUTCOME_DAYS)(q)}) = 0::bit(128)
      from ${of} join user_activity a on a.user_id = h.user_id and a.scope = '*' where ${picked} and h.active`
}
