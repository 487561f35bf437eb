import type { Deps } from '../context.ts'
import { addDays, type Day, daysBetween } from '../lib/time.ts'
import { sqlContext } from '../metrics/context.ts'
import type { SqlContext } from '../metrics/metric.ts'
import { closeDays } from '../metrics/snapshot.ts'
import userHealth from '../metrics/user-health.ts'
import { HOLDS_DAYS } from '../metrics/user-health-rows.ts'
import { storeOutcomes } from './outcomes.ts'
import { freshHealthRules, type HealthRules } from './rules.ts'
import { type AsOf, scoresAsOf } from './score-sql.ts'
import { storeDay } from './store-counts.ts'
import { alone, type HealthDeps, KNOWN_DAYS, storeNow } from './store-now.ts'

/** As far back as weeks are scored. */
const SCORED_WEEKS = 26
/** For how long they are kept. */
export const SCORES_KEPT_DAYS = 371

export interface Recomputing {
  signal?: AbortSignal
  /** Told how many of how many steps are done. */
  done?: (steps: number, total: number) => Promise<void>
}

/**
 * Scores every user as of the last closed day, and what is missing of the weeks before. Each step is a transaction of
 * its own, and the same again gives the same: whoever is stopped is simply run again.
 */
export async function recomputeHealth(deps: HealthDeps, { signal, done }: Recomputing = {}) {
  const rules = await freshHealthRules(deps)
  const q = sqlContext(deps, deps.db.heavy)
  const day = addDays(q.today, -1)
  const first = await firstActiveDay(q)
  await forgetOtherRules(deps, rules, day)
  const weeks = await weeksToScore(q, rules, { day, first })
  const total = weeks.length + 2
  let steps = 0
  const step = async () => {
    signal?.throwIfAborted()
    await done?.(++steps, total)
  }
  const users = await storeNow(deps, rules, { day, first })
  await step()
  for (const week of weeks) {
    await storeWeek(deps, rules, { day: week, first })
    await step()
  }
  await alone(deps, (tx) => storeOutcomes({ ...q, sql: tx }, rules, day))
  await storeMetrics(deps as Deps, [day, ...weeks.flatMap(daysItHolds(day))])
  await noteWeeks(deps, weeks, day)
  await step()
  return { day, users, weeks: weeks.length }
}

const daysItHolds = (last: Day) => (week: Day) =>
  Array.from({ length: HOLDS_DAYS }, (_, n) => addDays(week, n)).filter((day) => day <= last)

async function firstActiveDay({ sql }: SqlContext): Promise<Day | null> {
  const [row] = await sql<{ day: Day | null }[]>`
    select min(day)::text as day from user_days where scope = '*' and active`
  return row?.day ?? null
}

/**
 * What was computed by other rules would look like a change of the users: the days whose weeks are scored anew go. Weeks
 * further back stay, each with the rules it was scored by, and are shown beside no others.
 */
async function forgetOtherRules(deps: HealthDeps, rules: HealthRules, day: Day): Promise<void> {
  const oldest = addDays(sundayBefore(day), -7 * (SCORED_WEEKS - 1))
  await alone(
    deps,
    (tx) => tx`
      delete from health_days
      where day >= ${oldest} and exists (select from health_state where rules <> ${rules.id})`,
  )
}

const sundayBefore = (day: Day): Day => addDays(day, -new Date(`${day}T00:00:00Z`).getUTCDay())

/** Sundays that are not scored yet, or of which something became known later; the newest first. */
async function weeksToScore(q: SqlContext, rules: HealthRules, { day, first }: AsOf): Promise<Day[]> {
  if (first === null) return []
  const sunday = sundayBefore(day)
  const all = Array.from({ length: SCORED_WEEKS }, (_, n) => addDays(sunday, -7 * n))
  const known = all.filter((week) => daysBetween(first, week) >= KNOWN_DAYS - 1)
  const rows = await q.sql<{ day: Day }[]>`
    select w.day::text as day from health_weeks w left join metric_days m on m.scope = '*' and m.day = w.day
    where w.rules = ${rules.id} and (m.computed_at is null or m.computed_at <= w.computed_at)`
  const scored = new Set(rows.map((row) => row.day))
  return known.filter((week) => !scored.has(week))
}

/** One week of the history, whole or not at all; with those who deleted their account since, for what became of scores. */
async function storeWeek(deps: HealthDeps, rules: HealthRules, asOf: AsOf): Promise<void> {
  const { day } = asOf
  await alone(deps, async (tx) => {
    await tx`create temporary table week_scores on commit drop as ${scoresAsOf(sqlContext(deps, tx), rules, { ...asOf, andGone: true })}`
    await tx`delete from health_scores where day = ${day}`
    await tx`
      insert into health_scores (user_id, day, score, builds, engagement, returns, adoption, satisfaction, paid, active)
      select user_id, ${day}::date, score, builds, engagement, returns, adoption, satisfaction, class = 'paid',
        active_days > 0
      from week_scores
      where score is not null and (active_days > 0 or active_before > 0 or class = 'paid')`
    // Metrics take a deleted account out of all days.
    await storeDay(tx, day, tx`select tenant_id, band, score from week_scores where not gone`)
    await tx`
      insert into health_weeks values (${day}, ${rules.id}, ${deps.now()})
      on conflict (day) do update set rules = excluded.rules, computed_at = excluded.computed_at`
  })
}

/** Days that were closed before they had scores. */
async function storeMetrics(deps: Deps, days: Day[]): Promise<void> {
  const stored = await deps.db.sql<{ day: Day }[]>`
    select day::text as day from metric_days where scope = '*' and day = any(${days}::text[]::date[]) order by day`
  if (stored.length === 0) return
  await closeDays(
    deps,
    stored.map(({ day }) => day),
    { metric: Object.keys(userHealth) as (keyof typeof userHealth)[] },
  )
}

/** That the days have been stored anew for it makes no week late; and weeks that nobody looks at any more go. */
async function noteWeeks(deps: HealthDeps, weeks: Day[], day: Day): Promise<void> {
  await alone(deps, async (tx) => {
    const oldest = addDays(day, -SCORES_KEPT_DAYS)
    await tx`update health_weeks set computed_at = ${deps.now()} where day = any(${weeks}::text[]::date[])`
    await tx`delete from health_scores where day < ${oldest}`
    await tx`delete from health_weeks where day < ${oldest}`
  })
}
