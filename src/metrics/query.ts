import type { Deps } from '../context.ts'
import { alignPoints, type Compare, comparedRange } from '../lib/compare.ts'
import { type Day, eachDay } from '../lib/time.ts'
import { asksFor } from './asks.ts'
import { type MetricKey, metricOf } from './catalogue.ts'
import { sqlContext } from './context.ts'
import type { Metric, SqlContext } from './define.ts'
import { type Evaluated, Evaluation, type Point, type Range, readLive } from './evaluate.ts'
import { sqlText } from './sql-text.ts'
import { daysStatement, totalStatement, windowFor } from './statement.ts'
import { isWhole } from './total.ts'

export type { Point, Range } from './evaluate.ts'
export type State = 'ok' | 'warn' | 'crit' | 'unknown'

export interface Series {
  key: MetricKey
  /** One for each day of the range; null is a gap. */
  points: Point[]
  total: number | null
  /** With `by`: the values of the dimension, largest first, 100 at the most. */
  groups?: Group[]
  /** With `compare`: the other period, a point beside each day of the range. */
  previous?: Evaluated
  /** What computes the days, as it can be run in psql. */
  sql: string
  computedAt: Date
  tookMs: number
}
export interface Group extends Evaluated {
  key: string
}

export interface Summary {
  key: MetricKey
  value: number | null
  previous: number | null
  /** Percentages and scores differ in points, all others by the ratio (0.12 = 12 % more). */
  change: number | null
  points: Point[]
  previousPoints: Point[]
  /** Of the other period's days only so many are known: what adds up over days is not compared with it then. */
  previousKnown?: { days: number; of: number }
  /** The value of the last day that has one. */
  latest: number | null
  computedAt: Date
  state: State
  /** Why a reading is unknown: its source is away; `latest` is then its last sample. */
  away?: string
}

const MAX_GROUPS = 100

/** A metric day by day, with its total, and by one of its dimensions. */
export async function series(
  deps: Deps,
  key: MetricKey,
  { scope, from, to, by }: { scope: string; from: Day; to: Day; by?: string },
): Promise<Series> {
  const [only] = await manySeries(deps, [key], { scope, from, to, by })
  return only as Series
}

/** Several metrics over the same days: their roll-ups are read once. */
export async function manySeries(
  deps: Deps,
  keys: readonly MetricKey[],
  { scope, from, to, by, compare = 'none' }: { scope: string; from: Day; to: Day; by?: string; compare?: Compare },
): Promise<Series[]> {
  const began = performance.now()
  const q = sqlContext(deps, deps.db.sql)
  const range: Range = { from, to }
  const before = comparedRange(range, compare)
  const [whole, parts] = await Promise.all([
    new Evaluation(deps, q, scope, keys).load(before ? [range, before] : [range]),
    by === undefined ? undefined : new Evaluation(deps, q, scope, keys).load([range], by),
  ])
  const tookMs = performance.now() - began
  return keys.map((key) => ({
    key,
    ...whole.get(key, range),
    ...(parts ? { groups: parts.groups(key, range).slice(0, MAX_GROUPS) } : {}),
    ...(before ? { previous: aligned(whole.get(key, before), range, compare) } : {}),
    sql: statementText(q, key, scope, range, by),
    computedAt: q.now,
    tookMs,
  }))
}

/** Values of a period beside those of another, with their state. */
export async function summary<K extends MetricKey>(
  deps: Deps,
  keys: readonly K[],
  { scope, from, to, compare }: { scope: string; from: Day; to: Day; compare: Compare },
): Promise<Record<K, Summary>> {
  const q = sqlContext(deps, deps.db.sql)
  const range: Range = { from, to }
  const before = comparedRange(range, compare)
  const evaluation = await new Evaluation(deps, q, scope, keys).load(before ? [range, before] : [range])
  const entries = keys.map((key): [K, Summary] => {
    const metric = metricOf(key)
    const { points, total: value, away } = evaluation.get(key, range)
    const other = before && aligned(evaluation.get(key, before), range, compare)
    const { points: previousPoints, total: previous } = other ?? { points: [], total: null }
    const latest = points.findLast((point) => point.value !== null)?.value ?? null
    const gap = addsUp(metric) ? gapOf(previousPoints) : undefined
    const change = gap ? null : changeOf(metric, value, previous)
    const state = stateOf(metric, value)
    const found = { key, value, previous, change, points, previousPoints, latest, computedAt: q.now, state }
    return [key, { ...found, ...(gap ? { previousKnown: gap } : {}), ...(away === undefined ? {} : { away }) }]
  })
  return Object.fromEntries(entries) as Record<K, Summary>
}

/** The reading of a live metric now; of any other its value of today. @throws SourceUnavailable when Redis is away */
export async function live(deps: Deps, key: MetricKey, scope: string): Promise<number | null> {
  const q = sqlContext(deps, deps.db.sql)
  const metric = metricOf(key)
  if (metric.kind === 'live') return readLive(deps, q, metric, scope)
  const range = { from: q.today, to: q.today }
  return (await new Evaluation(deps, q, scope, [key]).load([range])).get(key, range).total
}

/** Whether a value is as it should be: beyond warn or crit on the bad side it is not. */
export function stateOf(metric: Metric, value: number | null): State {
  if (value === null) return 'unknown'
  const beyond = (limit: number | undefined) =>
    limit !== undefined && (metric.good === 'up' ? value < limit : value > limit)
  if (beyond(metric.crit)) return 'crit'
  return beyond(metric.warn) ? 'warn' : 'ok'
}

/** Whether a total grows with every day: against days of which some are unknown it would always seem to have grown. */
function addsUp(metric: Metric): boolean {
  const of = metric.kind === 'live' ? metric.history : metric
  return of.kind === 'sum' || of.kind === 'distinct' || of.kind === 'max'
}

/** How many days of a period are known, where some but not all are. */
function gapOf(points: Point[]): Summary['previousKnown'] {
  const days = points.filter(({ value }) => value !== null).length
  return days > 0 && days < points.length ? { days, of: points.length } : undefined
}

/** How a value differs from another: see `Summary.change`. */
export function changeOf({ unit }: Metric, value: number | null, previous: number | null): number | null {
  if (value === null || previous === null) return null
  if (unit === 'percent' || unit === 'score') return value - previous
  return previous === 0 ? null : (value - previous) / Math.abs(previous)
}

/** The other period with its days beside those of the range. */
function aligned(other: Evaluated, range: Range, compare: Compare): Evaluated {
  return { ...other, points: alignPoints(eachDay(range.from, range.to), other.points, range, compare) }
}

/** The statements behind a metric; they are built like those that ran, and never sent. */
function statementText(q: SqlContext, key: MetricKey, scope: string, range: Range, by?: string): string {
  const metric = metricOf(key)
  const texts = metric.kind === 'live' && metric.read ? [`-- ${key}, now\n${sqlText(metric.read(q, scope))};`] : []
  for (const ask of asksFor([key])) {
    const days = eachDay(range.from, range.to)
    texts.push(`-- ${ask.key}, by day\n${sqlText(daysStatement(q, [ask], windowFor([ask], [scope], days), by))};`)
    if (!isWhole(ask.metric) || days.length === 1) continue
    const total = totalStatement(q, [ask], [scope], range.from, range.to, by)
    texts.push(`-- ${ask.key}, of the whole range\n${sqlText(total)};`)
  }
  return texts.join('\n\n')
}
