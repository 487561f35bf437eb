import type { Deps } from '../context.ts'
import { HEALTH_LOCK } from '../db/locks.ts'
import type { Tx } from '../facts/types.ts'
import { addDays, type Day, daysBetween } from '../lib/time.ts'
import { sqlContext } from '../metrics/context.ts'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
import { closeDays } from '../metrics/snapshot.ts'
import userHealth from '../metrics/user-health.ts'
import { HOLDS_DAYS } from '../metrics/user-health-rows.ts'
import { storeOutcomes } from './outcomes.ts'
import { freshHealthRules, type HealthRules } from './rules.ts'
import { type AsOf, scoresAsOf } from './score-sql.ts'
import { storeBins, storeDay } from './store-counts.ts'

/** A score is compared with the one of so many days before. */
export const CHANGE_DAYS = 30
/** A past day can be scored when this many days before it are known as well. */
export const KNOWN_DAYS = 28
/** As far back as weeks are scored. */
const SCORED_WEEKS = 26
/** For how long they are kept. */
export const SCORES_KEPT_DAYS = 371

export interface Recomputing {
  signal?: AbortSignal
  /** Told how many of how many steps are done. */
  done?: (steps: number, total: number) => Promise<void>
}

type HealthDeps = Pick<Deps, 'db' | 'config' | 'now' | 'log'>

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

/** One at a time, with room to sort, and a plan for these numbers; whoever keeps what was read learns of it. */
function alone<T>({ db }: HealthDeps, run: (tx: Tx) => Promise<T>): Promise<T> {
  return db.heavy.begin('isolation level read committed', async (tx) => {
    await tx`select pg_advisory_xact_lock(${HEALTH_LOCK})`
    await tx`
      select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '64MB', true),
        set_config('jit', 'off', true)`
    const answer = await run(tx)
    await tx`update data_version set n = n + 1`
    return answer
  }) as Promise<T>
}

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

const COLUMNS = [
  'user_id',
  'tenant_id',
  'plan',
  'class',
  'stage',
  'score',
  'band',
  'builds',
  'engagement',
  'returns',
  'adoption',
  'satisfaction',
  'jobs',
  'jobs_ok',
  'last_ok_on',
  'active_days',
  'active_before',
  'last_active_on',
  'weeks',
  'weeks_of',
  'features',
  'features_of',
  'ratings',
]
const BEFORE = ['score', 'band', 'builds', 'engagement', 'returns', 'adoption', 'satisfaction']

const list = (tx: Tx, parts: Fragment[]): Fragment => parts.reduce((all, one) => tx`${all}, ${one}`)

/** The scores of now, beside them those of 30 days before. Answers how many users there are. */
async function storeNow(deps: HealthDeps, rules: HealthRules, asOf: AsOf): Promise<number> {
  const { day, first } = asOf
  // One instant for all of them: whoever is of another was not among them.
  const at = deps.now()
  const before = addDays(day, -CHANGE_DAYS)
  const compares = first !== null && daysBetween(first, before) >= KNOWN_DAYS - 1
  return alone(deps, async (tx) => {
    const q = sqlContext(deps, tx)
    const kept = list(
      tx,
      COLUMNS.slice(1).map((name) => tx`${tx(name)} = excluded.${tx(name)}`),
    )
    const then = BEFORE.map((name) => `then_${name}`)
    const past = compares ? scoresAsOf(q, rules, { day: before, first }) : undefined
    const changed = list(
      tx,
      then.map((name) => tx`${tx(name)} = excluded.${tx(name)}`),
    )
    await tx`
      insert into user_health (${list(
        tx,
        [...COLUMNS, ...then].map((name) => tx`${tx(name)}`),
      )}, day, computed_at)
      select ${list(
        tx,
        COLUMNS.map((name) => tx`n.${tx(name)}`),
      )},
        ${list(
          tx,
          BEFORE.map((name) => (past ? tx`b.${tx(name)}` : tx`null`)),
        )}, ${day}::date, ${at}::timestamptz
      from (${scoresAsOf(q, rules, asOf)}) n
        ${past ? tx`left join (${past}) b on b.user_id = n.user_id` : tx``}
      on conflict (user_id) do update set day = excluded.day, computed_at = excluded.computed_at, ${kept}, ${changed}`
    await tx`delete from user_health where computed_at <> ${at}::timestamptz or day <> ${day}::date`
    await storeDay(tx, day, tx`select tenant_id, band, score from user_health`)
    await storeBins(tx)
    const [counted] = await tx<{ n: number }[]>`select count(*)::int as n from user_health`
    const users = counted?.n ?? 0
    await tx`
      insert into health_state (day, then_day, rules, weights, users, computed_at)
      values (${day}, ${compares ? before : null}, ${rules.id}, ${JSON.stringify(rules.weights)}::text::jsonb, ${users},
        ${at})
      on conflict (one) do update set day = excluded.day, then_day = excluded.then_day, rules = excluded.rules,
        weights = excluded.weights, users = excluded.users, computed_at = excluded.computed_at`
    return users
  })
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
