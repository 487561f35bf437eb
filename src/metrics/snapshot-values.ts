import type { Day } from '../lib/time.ts'
import { type MetricKey, metricOf } from './catalogue.ts'
import { type History, type Parts, partsOn, readCells } from './cells.ts'
import type { SqlContext } from './metric.ts'
import { firstDays } from './rollups.ts'
import type { Ask } from './statement.ts'
import { combine, metricValue } from './total.ts'

export interface DayValues {
  scope: string
  day: Day
  parts: Map<Ask, Parts>
  value: (key: MetricKey) => number | null
}

/** The parts and values of some metrics on some days in many scopes: one statement a roll-up. */
export async function valuesOf(q: SqlContext, asks: Ask[], scopes: string[], days: Day[]): Promise<DayValues[]> {
  const history = await historyOf(q, asks, scopes, days)
  return days.flatMap((day) => scopes.map((scope) => dayValues(scope, day, partsOf(history, asks, scope, day))))
}

/** What the roll-ups say of some days. */
export async function historyOf(q: SqlContext, asks: Ask[], scopes: string[], days: Day[]): Promise<History> {
  const firsts = await firstDays(q, new Set(asks.map(({ metric }) => metric.from)))
  return { cells: await readCells(q, asks, scopes, days), firsts, today: q.today }
}

export function partsOf(history: History, asks: Ask[], scope: string, day: Day): Map<Ask, Parts> {
  return new Map(asks.map((ask) => [ask, partsOn(history, ask.key, ask.metric, scope, day)]))
}

/** A scope's day out of the parts of its metrics: formulas are made of them. */
export function dayValues(scope: string, day: Day, parts: Map<Ask, Parts>): DayValues {
  const stored = new Map([...parts].map(([{ key, metric }, numbers]) => [key, metricValue(metric, numbers)]))
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
export async function scopesWithData({ sql }: SqlContext): Promise<string[]> {
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
  'page_days',
  'vital_days',
  'error_days',
  'prompt_days',
  'ticket_days',
  'message_days',
  'delivery_days',
  'component_days',
  'exposure_days',
  'campaign_days',
]
