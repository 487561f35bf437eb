import type { Deps } from '../context.ts'
import { groupBy } from '../lib/group-by.ts'
import { addDays, type Day, eachDay, today } from '../lib/time.ts'
import type { MetricKey } from './catalogue.ts'
import { sqlContext } from './context.ts'
import { firstDays, type RollupName, rollups } from './rollups.ts'
import { storedAsks } from './slots.ts'
import { storeDays, storeMetrics } from './snapshot-store.ts'
import { scopesWithData, valuesOf } from './snapshot-values.ts'
import { storeUsage, USAGE_KEYS } from './usage-analytics.ts'

/** Days stored in one go, and rows in one statement: with many tenants it is a day at a time. */
const MAX_DAYS = 15
const MAX_ROWS = 300

export interface Closing {
  /** Default: all that any roll-up knows. */
  scopes?: string[]
  /** Only this metric, or these, of days that are stored already. */
  metric?: MetricKey | readonly MetricKey[]
  /** Told how many days are stored, whenever all of the days that went together are. */
  done?: (days: number) => Promise<void> | void
}

/** Stores every metric, or one, of some closed days: a few days at a time. */
export async function closeDays(deps: Deps, days: Day[], { scopes, metric, done }: Closing = {}): Promise<void> {
  const all = scopes ?? (await scopesWithData(sqlContext(deps, deps.db.heavy)))
  const size = Math.max(1, Math.min(MAX_DAYS, Math.floor(MAX_ROWS / all.length)))
  const store = (some: Day[]) => (metric ? storeMetrics(deps, [metric].flat(), some, all) : storeDays(deps, some, all))
  for (let i = 0; i < days.length; i += size) {
    const some = days.slice(i, i + size)
    const half = Math.ceil(some.length / 2)
    // At the same time: while one transaction is worked on here, Postgres works on the other.
    const ended = await Promise.allSettled(
      [some.slice(0, half), some.slice(half)].filter((lane) => lane.length > 0).map(store),
    )
    // Not before both have: whoever stops here must not be followed by what still runs.
    for (const end of ended) if (end.status === 'rejected') throw end.reason
    await done?.(Math.min(days.length, i + size))
  }
}

/** Closes the days which facts came late for; how many there were. */
export async function settleDirtyDays(deps: Deps): Promise<number> {
  const now = today(deps.now(), deps.config.timeZone)
  const { sql } = deps.db
  const stale = await sql<{ day: Day; scopes: string[] }[]>`
    select day::text as day, to_jsonb(array_agg(distinct scope order by scope)) as scopes
    from dirty_metric_days where day < ${now}::date
    group by day order by day`
  // Days that the same scopes were late for go together.
  for (const group of groupBy(stale, ({ scopes }) => scopes.join('\0')).values()) {
    await closeDays(
      deps,
      group.map(({ day }) => day),
      { scopes: group[0]?.scopes },
    )
  }
  return stale.length
}

/** Days before today which have data and no snapshot yet, oldest first: what a first start has to make up for. */
export async function missingDays(deps: Deps): Promise<Day[]> {
  const closed = await closedDays(deps)
  const rows = await deps.db.sql<{ day: Day }[]>`
    select day::text as day from metric_days where scope = '*' and day >= ${closed[0] ?? null}::date`
  const stored = new Set(rows.map(({ day }) => day))
  return closed.filter((day) => !stored.has(day))
}

/** The days before today that any roll-up can know about, oldest first. */
export async function closedDays(deps: Deps): Promise<Day[]> {
  const q = sqlContext(deps, deps.db.sql)
  const firsts = await firstDays(q, Object.keys(rollups) as RollupName[])
  const first = [...firsts.values()].filter((day) => day !== null).sort()[0]
  return first && first < q.today ? eachDay(first, addDays(q.today, -1)) : []
}

/** Keeps the running day's row of usage_analytics_daily up to date. */
export async function refreshToday(deps: Deps): Promise<void> {
  const q = sqlContext(deps, deps.db.heavy)
  const asks = storedAsks().filter(({ key }) => (USAGE_KEYS as readonly string[]).includes(key))
  await storeUsage(q.sql, await valuesOf(q, asks, await scopesWithData(q), [q.today]))
}
