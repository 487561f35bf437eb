import type { Deps } from '../context.ts'
import { HEALTH_LOCK } from '../db/locks.ts'
import type { Tx } from '../facts/types.ts'
import { addDays, type Day, daysBetween } from '../lib/time.ts'
import { sqlContext } from '../metrics/context.ts'
import type { Fragment } from '../metrics/metric.ts'
import type { HealthRules } from './rules.ts'
import { type AsOf, namesUsed, scoresAsOf } from './score-sql.ts'
import { storeBins, storeDay } from './store-counts.ts'

/** A score is compared with the one of so many days before. */
export const CHANGE_DAYS = 30
/** A past day can be scored when this many days before it are known as well. */
export const KNOWN_DAYS = 28

export type HealthDeps = Pick<Deps, 'db' | 'config' | 'now' | 'log'>

/** One at a time, with room to sort, and a plan for these numbers; whoever keeps what was read learns of it. */
export function alone<T>({ db }: HealthDeps, run: (tx: Tx) => Promise<T>): Promise<T> {
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

/**
 * The scores of now, beside them those of 30 days before. Answers how many users there are. They are computed into a table
 * of their own, which is planned for as many processors as there are, and stored from there by joins.
 */
export async function storeNow(deps: HealthDeps, rules: HealthRules, asOf: AsOf): Promise<number> {
  const { day, first } = asOf
  // One instant for all of them: whoever is of another was not among them.
  const at = deps.now()
  const before = addDays(day, -CHANGE_DAYS)
  const compares = first !== null && daysBetween(first, before) >= KNOWN_DAYS - 1
  return alone(deps, async (tx) => {
    await computeNow(deps, tx, rules, asOf, compares ? before : undefined)
    const columns = [...COLUMNS, ...BEFORE.map(thenOf)]
    await tx`
      update user_health h set day = ${day}::date, computed_at = ${at}::timestamptz,
        ${list(
          tx,
          columns.slice(1).map((name) => tx`${tx(name)} = n.${tx(name)}`),
        )}
      from health_now n where n.user_id = h.user_id`
    await tx`
      insert into user_health (${list(
        tx,
        columns.map((name) => tx`${tx(name)}`),
      )}, day, computed_at)
      select n.*, ${day}::date, ${at}::timestamptz from health_now n
      where not exists (select from user_health h where h.user_id = n.user_id)`
    await tx`delete from user_health where computed_at <> ${at}::timestamptz or day <> ${day}::date`
    await storeDay(tx, day, tx`select tenant_id, band, score from health_now`)
    await storeBins(tx)
    const [counted] = await tx<{ n: number }[]>`select count(*)::int as n from health_now`
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

const thenOf = (name: string): string => `then_${name}`

/** Table health_now, for this transaction: the columns of user_health, null for the time before where nothing is known. */
async function computeNow(deps: HealthDeps, tx: Tx, rules: HealthRules, asOf: AsOf, before?: Day): Promise<void> {
  const q = sqlContext(deps, tx)
  const days = before === undefined ? [asOf.day] : [asOf.day, before]
  await tx`create temporary table health_names on commit drop as ${namesUsed(q, rules, days)}`
  const passes = days.map((day, i) => {
    const names = tx`select user_id, ${tx(`names_${i}`)} as names from health_names`
    return scoresAsOf(q, rules, { ...asOf, day, names })
  })
  const [now, past] = passes as [Fragment, Fragment | undefined]
  const earlier = BEFORE.map((name) =>
    past
      ? tx`b.${tx(name)} as ${tx(thenOf(name))}`
      : tx`null${name === 'band' ? tx`::text` : tx`::real`} as ${tx(thenOf(name))}`,
  )
  await tx`
    create temporary table health_now on commit drop as
    select ${list(tx, [...COLUMNS.map((name) => tx`n.${tx(name)}`), ...earlier])}
    from (${now}) n ${past ? tx`left join (${past}) b on b.user_id = n.user_id` : tx``}`
  await tx`analyze health_now (user_id)`
}
