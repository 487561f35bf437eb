import type { Sql } from 'postgres'
import { recomputeHealth } from '../../src/health/recompute.ts'
import { freshHealthRules } from '../../src/health/rules.ts'
import { scoresAsOf } from '../../src/health/score-sql.ts'
import { addDays } from '../../src/lib/time.ts'
import { sqlContext } from '../../src/metrics/context.ts'
import { median, medianRatio, timed } from './measure.ts'
import type { Result } from './report.ts'
import type { Bench } from './setup.ts'

const ROUNDS = 3
const USERS = 100_000
const TARGET_S = 10
/** What a pass reads of each user. */
const TABLES = ['users', 'user_plans', 'user_days', 'user_activity', 'object_user_days', 'jobs', 'feedback']

/** The night's scoring of all users, and whether twice the users take twice as long. */
export async function benchHealth({ db, config, foldDeps, users, events }: Bench): Promise<Result[]> {
  const deps = { ...foldDeps, db, now: () => new Date() }
  // The weeks of the past are scored once, on the first night.
  const first = await timed(() => recomputeHealth(deps))
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round++) took.push(await timed(() => recomputeHealth(deps)))
  const [stored] = await db.sql<{ n: number }[]>`select count(*)::int as n from user_health`
  const scored = stored?.n ?? 0
  const seconds = median(took) / 1000
  const bound = (TARGET_S * Math.max(scored, 5_000)) / USERS
  const rules = await freshHealthRules({ db, config })
  const passes: { all: number; half: number }[] = []
  for (let round = 0; round < ROUNDS; round++) passes.push({ all: await pass(false), half: await pass(true) })
  return [
    {
      name: 'health of all users, s',
      value: seconds,
      target: bound,
      floor: 2 * bound,
      better: 'less',
      note: `${scored.toLocaleString('en')} users (${users.toLocaleString('en')} of ${events.toLocaleString('en')} events), with the scores of 30 days before; the first night with its weeks ${(first / 1000).toFixed(1)} s`,
    },
    {
      name: 'health of all ÷ of half the users',
      value: medianRatio(
        passes.map(({ all }) => all),
        passes.map(({ half }) => half),
      ),
      target: 2.2,
      floor: 2.6,
      better: 'less',
      note: `a pass of all ${median(passes.map(({ all }) => all)).toFixed(0)} ms, of half ${median(passes.map(({ half }) => half)).toFixed(0)} ms`,
    },
  ]

  /** One pass over copies of the tables that hold all users, or every second one. */
  function pass(half: boolean): Promise<number> {
    return db.heavy.begin(async (tx) => {
      await copyTables(tx as unknown as Sql, half)
      await tx`select set_config('work_mem', '64MB', true), set_config('jit', 'off', true)`
      const q = sqlContext(deps, tx)
      const asOf = { day: addDays(q.today, -1), first: addDays(q.today, -90) }
      return timed(() => tx`select count(score) from (${scoresAsOf(q, rules, asOf)}) s`)
    }) as Promise<number>
  }
}

/** Temporary tables stand before those of the same name. */
async function copyTables(tx: Sql, half: boolean): Promise<void> {
  for (const table of TABLES) {
    await tx`
      create temporary table ${tx(table)} on commit drop as
      select * from ${tx(`public.${table}`)} where ${!half} or hashtext(user_id) % 2 = 0`
    await tx`analyze ${tx(`pg_temp.${table}`)}`
  }
}
