import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import { groupBy } from '../lib/group-by.ts'
import { addDays, type Day, eachDay, today } from '../lib/time.ts'
import { withFoldLock } from '../rollups/lock.ts'
import { type MetricKey, metricOf } from './catalogue.ts'
import { type History, type Parts, partsOn, readCells } from './cells.ts'
import { sqlContext } from './context.ts'
import type { SqlContext } from './define.ts'
import { firstDays, type RollupName, rollups } from './rollups.ts'
import { ensureSlots, formulaKeys, slotParts, storedAsks } from './slots.ts'
import type { Ask } from './statement.ts'
import { combine, metricValue } from './total.ts'
import { storeUsage, USAGE_KEYS } from './usage-analytics.ts'

/** Days stored in one transaction, and rows in one statement: with many tenants it is a day at a time. */
const MAX_DAYS = 15
const MAX_ROWS = 300

/** Stores every metric of a closed day, of all scopes or some. */
export function closeDay(deps: Deps, day: Day, scopes?: string[]): Promise<void> {
  return closeDays(deps, [day], scopes)
}

/** Stores every metric of some days; `done` is told how many are, after each transaction. */
export async function closeDays(
  deps: Deps,
  days: Day[],
  scopes?: string[],
  done: (days: number) => Promise<void> | void = () => {},
): Promise<void> {
  const all = scopes ?? (await scopesWithData(sqlContext(deps, deps.db.heavy)))
  const size = Math.max(1, Math.min(MAX_DAYS, Math.floor(MAX_ROWS / all.length)))
  for (let i = 0; i < days.length; i += size) {
    await storeDays(deps, days.slice(i, i + size), all)
    await done(Math.min(days.length, i + size))
  }
}

/**
 * The marks that a day was stale go in the transaction that computes it: one which arrives meanwhile is not seen by
 * this delete, stays, and has the day computed again. Under the fold lock: a fold that ran meanwhile would find no
 * snapshot of the day yet, and mark nothing.
 */
async function storeDays(deps: Deps, days: Day[], scopes: string[]): Promise<void> {
  await withFoldLock(deps.db.heavy, async (transaction) => {
    const tx = transaction as unknown as Sql
    await tx`
      delete from dirty_metric_days where day = any(${days}::text[]::date[]) and scope = any(${scopes}::text[])`
    const q = sqlContext(deps, tx)
    const slots = await ensureSlots(tx)
    const found = await valuesOf(q, storedAsks(), scopes, days)
    const rows = found.map((row) => ({ scope: row.scope, day: row.day, v: slotted(row, slots) }))
    await tx`
      insert into metric_days (scope, day, v, computed_at)
      select scope, day, v, ${q.now}
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as x (scope text, day date, v float8[])
      on conflict (scope, day) do update set v = excluded.v, computed_at = excluded.computed_at`
    await storeUsage(tx, found)
  })
}

/** The numbers of a scope's day, each in its slot. */
function slotted({ parts, value }: DayValues, slots: Map<string, number>): (number | null)[] {
  const v = Array<number | null>(Math.max(...slots.values())).fill(null)
  const put = (key: string, part: string, number: number | null) => {
    v[(slots.get(`${key} ${part}`) as number) - 1] = number
  }
  for (const [{ key, metric }, numbers] of parts) {
    for (const [i, part] of slotParts(metric).entries()) put(key, part, numbers[i] ?? null)
  }
  for (const key of formulaKeys) put(key, 'value', value(key))
  return v
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
      group[0]?.scopes,
    )
  }
  return stale.length
}

/** Days before today which have data and no snapshot yet, oldest first: what a first start has to make up for. */
export async function missingDays(deps: Deps): Promise<Day[]> {
  const q = sqlContext(deps, deps.db.sql)
  const firsts = await firstDays(q, Object.keys(rollups) as RollupName[])
  const first = [...firsts.values()].filter((day) => day !== null).sort()[0]
  if (!first || first >= q.today) return []
  const rows = await q.sql<
    { day: Day }[]
  >`select day::text as day from metric_days where scope = '*' and day >= ${first}::date`
  const stored = new Set(rows.map(({ day }) => day))
  return eachDay(first, addDays(q.today, -1)).filter((day) => !stored.has(day))
}

/** Keeps the running day's row of usage_analytics_daily up to date. */
export async function refreshToday(deps: Deps): Promise<void> {
  const q = sqlContext(deps, deps.db.heavy)
  const asks = storedAsks().filter(({ key }) => (USAGE_KEYS as readonly string[]).includes(key))
  await storeUsage(q.sql, await valuesOf(q, asks, await scopesWithData(q), [q.today]))
}

export interface DayValues {
  scope: string
  day: Day
  parts: Map<Ask, Parts>
  value: (key: MetricKey) => number | null
}

/** The parts and values of some metrics on some days in many scopes: one statement a roll-up. */
async function valuesOf(q: SqlContext, asks: Ask[], scopes: string[], days: Day[]): Promise<DayValues[]> {
  const firsts = await firstDays(q, new Set(asks.map(({ metric }) => metric.from)))
  const history = { cells: await readCells(q, asks, scopes, days), firsts, today: q.today }
  return days.flatMap((day) => scopes.map((scope) => dayValues(history, asks, scope, day)))
}

function dayValues(history: History, asks: Ask[], scope: string, day: Day): DayValues {
  const parts = new Map(asks.map((ask) => [ask, partsOn(history, ask.key, ask.metric, scope, day)]))
  const stored = new Map(asks.map((ask) => [ask.key, metricValue(ask.metric, parts.get(ask) ?? [])]))
  const value = (key: MetricKey): number | null => {
    const metric = metricOf(key)
    const formula = metric.kind === 'live' ? metric.history : metric
    if (formula.kind !== 'derived') return stored.get(key) ?? null
    return combine(
      formula,
      formula.of.map((of) => value(of as MetricKey)),
    )
  }
  return { scope, day, parts, value }
}

/** All tenants as '*', and each tenant that any roll-up knows. By jumps from scope to scope in the primary keys. */
async function scopesWithData({ sql }: SqlContext): Promise<string[]> {
  const jumps = SCOPED_TABLES.map(
    (table, i) => sql`${i ? sql`union` : sql``} (
    with recursive s (scope) as (
      select min(scope) from ${sql(table)}
      union all
      select (select min(scope) from ${sql(table)} t where t.scope > s.scope) from s where s.scope is not null
    ) select scope from s where scope is not null)`,
  )
  const rows = await sql<{ scope: string }[]>`select '*'::text as scope union ${jumps}`
  return rows.map(({ scope }) => scope)
}

const SCOPED_TABLES = [
  'signup_days',
  'event_days',
  'api_call_days',
  'job_hours',
  'payment_days',
  'mrr_days',
  'plan_days',
  'subscription_days',
  'invoice_days',
  'spend_days',
  'object_days',
  'gauge_hours',
]
