import type { Deps } from '../context.ts'
import { addDays, type Day, today } from '../lib/time.ts'

/** The last week of which the return is kept: days 84 to 90 after the sign-up. */
export const LAST_WEEK = 12
/** A cohort of a month is finished so long after its first day. */
const UNFINISHED_DAYS = 31 + 7 * (LAST_WEEK + 1)

/**
 * Counts anew who came back: of the cohorts of the week and of the month in which `from` is, and of all later ones. From
 * users and their days, in one statement. Answers how many cells there are.
 */
export async function recomputeCohorts(deps: Pick<Deps, 'db' | 'config' | 'now'>, from: Day): Promise<number> {
  const { timeZone: zone } = deps.config
  const now = deps.now()
  return await deps.db.heavy.begin(async (tx) => {
    const cohort = (period: string) => tx`date_trunc(${period}, ${from}::date)::date`
    await tx`
      delete from cohort_retention
      where period = 'week' and cohort >= ${cohort('week')} or period = 'month' and cohort >= ${cohort('month')}`
    const stored = await tx`
      with people as materialized (
        select s.scope, u.user_id, (u.created_at at time zone ${zone})::date as day
        from users u cross join lateral (values ('*'), (nullif(u.tenant_id, ''))) s (scope)
        where s.scope is not null and u.status <> 'deleted'
          and u.created_at >= least(${cohort('week')}, ${cohort('month')})::timestamp at time zone ${zone}
      ),
      weeks as (
        select p.scope, p.user_id, p.day, coalesce(bit_or(1 << ((a.day - p.day) / 7)), 0) as bits
        from people p left join user_days a
          on a.user_id = p.user_id and a.scope = p.scope and a.day between p.day and p.day + ${7 * LAST_WEEK + 6}::int and a.active
        group by 1, 2, 3
      ),
      cells as (
        select scope, period, date_trunc(period, day)::date as cohort, week, count(*) as size,
          count(*) filter (where day + 7 * week + 6 < ${today(now, zone)}::date) as reached,
          count(*) filter (where bits & (1 << week) <> 0) as returned
        from weeks cross join (values ('week'), ('month')) p (period) cross join generate_series(0, ${LAST_WEEK}::int) week
        group by 1, 2, 3, 4
      )
      insert into cohort_retention
      select scope, period, cohort, week, size, reached, returned,
        (cohort + make_interval(weeks => case period when 'week' then 1 else 0 end, months => case period when 'month' then 1 else 0 end))::date
          - 1 + 7 * week + 6 < ${today(now, zone)}::date, ${now}
      from cells
      where cohort + 7 * week <= ${today(now, zone)}::date
        and (period = 'week' and cohort >= ${cohort('week')} or period = 'month' and cohort >= ${cohort('month')})
      returning 1`
    return stored.length
  })
}

/** The daily share: cohorts that may still change, and older ones if they were never counted. */
export async function refreshCohorts(deps: Pick<Deps, 'db' | 'config' | 'now'>): Promise<number> {
  const { timeZone: zone } = deps.config
  const recent = addDays(today(deps.now(), zone), -UNFINISHED_DAYS)
  const [found] = await deps.db.heavy<{ first: Day | null; known: Day | null }[]>`
    select
      (select date_trunc('month', min(created_at) at time zone ${zone})::date::text from users where status <> 'deleted') as first,
      (select min(cohort)::text from cohort_retention where period = 'month') as known`
  const { first = null, known = null } = found ?? {}
  if (!first) return 0
  return await recomputeCohorts(deps, known !== null && known <= first ? recent : first)
}
