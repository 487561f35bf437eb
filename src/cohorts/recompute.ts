import type { Deps } from '../context.ts'
import { COHORTS_LOCK } from '../db/locks.ts'
import type { Tx } from '../facts/types.ts'
import { addDays, type Day, today } from '../lib/time.ts'
import type { Fragment } from '../rollups/types.ts'

/** The last week of which the return is kept: days 84 to 90 after the sign-up. */
export const LAST_WEEK = 12
/** A cohort of a month is finished so long after its first day. */
const UNFINISHED_DAYS = 31 + 7 * (LAST_WEEK + 1)

type CohortDeps = Pick<Deps, 'db' | 'config' | 'now'>

/**
 * Counts anew who came back: of the cohorts of the week and of the month in which `from` is, and of all later ones.
 * Answers how many cells there are.
 */
export async function recomputeCohorts(deps: CohortDeps, from: Day): Promise<number> {
  return await deps.db.heavy.begin(async (tx) => {
    await lockCohorts(tx)
    return await recount(deps, tx, cohortsFrom(deps, tx, from))
  })
}

/** The monthly share: every cohort there is, and none that users of today do not make. */
export async function recomputeAllCohorts(deps: CohortDeps): Promise<{ cells: number; cohorts: number }> {
  const { timeZone: zone } = deps.config
  return await deps.db.heavy.begin(async (tx) => {
    await lockCohorts(tx)
    const [first] = await tx<{ day: Day | null }[]>`
      select (min(created_at) at time zone ${zone})::date::text as day from users where status <> 'deleted'`
    await tx`delete from cohort_retention`
    if (!first?.day) return { cells: 0, cohorts: 0 }
    const cells = await recount(deps, tx, cohortsFrom(deps, tx, first.day))
    const [counted] = await tx<{ n: number }[]>`
      select count(*)::int as n from cohort_retention where scope = '*' and week = 0`
    return { cells, cohorts: counted?.n ?? 0 }
  })
}

/**
 * The daily share: cohorts that may still change, and older ones that are not of the size that users have by now: never
 * counted, imported late, merged into others, deleted.
 */
export async function refreshCohorts(deps: CohortDeps): Promise<number> {
  const recent = addDays(today(deps.now(), deps.config.timeZone), -UNFINISHED_DAYS)
  return await deps.db.heavy.begin(async (tx) => {
    await lockCohorts(tx)
    return await recount(deps, tx, tx`${cohortsFrom(deps, tx, recent)} union ${cohortsOfAnotherSize(deps, tx)}`)
  })
}

const lockCohorts = async (tx: Tx): Promise<void> => {
  await tx`select pg_advisory_xact_lock(${COHORTS_LOCK})`
}

function cohortsFrom({ config, now }: CohortDeps, tx: Tx, from: Day): Fragment {
  const until = today(now(), config.timeZone)
  return tx`
    select period, generate_series(date_trunc(period, ${from}::date), ${until}::date, ('1 ' || period)::interval)::date as cohort
    from ${periods(tx)}`
}

/** In any scope: who moved to another tenant left that one's cohort. */
function cohortsOfAnotherSize({ config, now }: CohortDeps, tx: Tx): Fragment {
  const { timeZone: zone } = config
  return tx`
    select period, cohort
    from (
      select scope, period, date_trunc(period, day)::date as cohort, sum(n) as size
      from (
        select s.scope, (u.created_at at time zone ${zone})::date as day, count(*) as n
        from users u cross join ${userScopes(tx)}
        where s.scope is not null and u.status <> 'deleted'
        group by 1, 2
      ) u cross join ${periods(tx)}
      group by 1, 2, 3
    ) is_now full join (select scope, period, cohort, size from cohort_retention where week = 0) was
      using (scope, period, cohort)
    where is_now.size is distinct from was.size and cohort <= ${today(now(), zone)}::date`
}

const periods = (tx: Tx): Fragment => tx`(values ('week'), ('month')) p (period)`
const userScopes = (tx: Tx): Fragment => tx`lateral (values ('*'), (nullif(u.tenant_id, ''))) s (scope)`

/** From users and their days, in one statement; `cohorts` are rows (period, cohort). */
async function recount({ config, now }: CohortDeps, tx: Tx, cohorts: Fragment): Promise<number> {
  const { timeZone: zone } = config
  const wanted = await tx<{ period: string; cohort: Day }[]>`
    select period, cohort::text as cohort from (${cohorts}) c`
  const these = tx`
    (select * from unnest(${wanted.map(({ period }) => period)}::text[], ${wanted.map(({ cohort }) => cohort)}::text[]::date[]))`
  await tx`delete from cohort_retention where (period, cohort) in ${these}`
  const stored = await tx`
    with people as materialized (
      select s.scope, u.user_id, u.day
      from (
        select user_id, tenant_id, (created_at at time zone ${zone})::date as day from users where status <> 'deleted'
      ) u cross join ${userScopes(tx)}
      where s.scope is not null
        and (('week', date_trunc('week', u.day)::date) in ${these} or ('month', date_trunc('month', u.day)::date) in ${these})
    ),
    weeks as (
      select p.scope, p.user_id, p.day, coalesce(bit_or(1 << ((a.day - p.day) / 7)), 0) as bits
      from people p left join user_days a
        on a.user_id = p.user_id and a.scope = p.scope and a.day between p.day and p.day + ${7 * LAST_WEEK + 6}::int and a.active
      group by 1, 2, 3
    ),
    cells as (
      select scope, period, date_trunc(period, day)::date as cohort, week, count(*) as size,
        count(*) filter (where day + 7 * week + 6 < ${today(now(), zone)}::date) as reached,
        count(*) filter (where bits & (1 << week) <> 0) as returned
      from weeks cross join ${periods(tx)} cross join generate_series(0, ${LAST_WEEK}::int) week
      group by 1, 2, 3, 4
    )
    insert into cohort_retention
    select scope, period, cohort, week, size, reached, returned,
      (cohort + make_interval(weeks => case period when 'week' then 1 else 0 end, months => case period when 'month' then 1 else 0 end))::date
        - 1 + 7 * week + 6 < ${today(now(), zone)}::date, ${now()}
    from cells
    where cohort + 7 * week <= ${today(now(), zone)}::date and (period, cohort) in ${these}
    returning 1`
  return stored.length
}
