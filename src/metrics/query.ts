import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import { alignPoints, type Compare, comparedRange } from '../lib/compare.ts'
import { type Day, eachDay } from '../lib/time.ts'
import { type AskedScope, answersFor, type Told } from './among.ts'
import { asksFor, liveAmong } from './asks.ts'
import type { AnyKey } from './catalogue.ts'
import { sqlContext } from './context.ts'
import { type Evaluated, Evaluation, type Point, type Range, readLive } from './evaluate.ts'
import type { PeopleFilter } from './honours.ts'
import type { Metric } from './metric.ts'
import { sqlText } from './sql-text.ts'
import { daysStatement, totalStatement, windowFor } from './statement.ts'
import { isWhole } from './total.ts'

export type { Point, Range } from './evaluate.ts'
export type State = 'ok' | 'warn' | 'crit' | 'unknown'

export interface Series<K extends AnyKey = AnyKey> {
  key: K
  /** One for each day of the range; null is a gap. */
  points: Point[]
  total: number | null
  /** With `by`: the values of the dimension, largest first, 100 at the most. */
  groups?: Group[]
  /** With `compare`: the other period, a point beside each day of the range. */
  previous?: Evaluated
  /** The days whose stored numbers an older definition of the metric made; absent = none. */
  aged?: Day[]
  /** Filters that the metric is not kept by: the numbers are of all users then; absent = none. */
  ignored?: PeopleFilter[]
  /** What computes the days, as it can be run in psql. */
  sql: string
  computedAt: Date
  tookMs: number
}
export interface Group extends Evaluated {
  key: string
}

export interface Summary<K extends AnyKey = AnyKey> {
  key: K
  value: number | null
  previous: number | null
  /** Percentages and scores differ in points, all others by the ratio (0.12 = 12 % more). */
  change: number | null
  points: Point[]
  previousPoints: Point[]
  /** Of the other period's days only so many are known: what adds up over days is not compared with it then. */
  previousKnown?: { days: number; of: number }
  /** The days whose stored numbers an older definition of the metric made; absent = none. */
  aged?: Day[]
  /** The value of the last day that has one. */
  latest: number | null
  computedAt: Date
  state: State
  /** Why a reading is unknown: its source is away; `latest` is then its last sample. */
  away?: string
  /** Filters that the metric is not kept by: the numbers are of all users then; absent = none. */
  ignored?: PeopleFilter[]
}

/** Days of a scope, of all its users or of a plan's or a segment's. */
export interface AskedDays extends AskedScope {
  from: Day
  to: Day
}

interface AskedSeries extends AskedDays {
  by?: string
  /**
   * False where the days are all that is wanted: what they do not add up to is then not asked, and null, and groups have no
   * order by it.
   */
  totals?: boolean
}

const MAX_GROUPS = 100

/** A metric day by day, with its total, and by one of its dimensions. */
export async function series<K extends AnyKey>(
  deps: Deps,
  key: K,
  { scope, plan, segment, from, to, by, totals }: AskedSeries,
): Promise<Series<K>> {
  const [only] = await manySeries(deps, [key], { scope, plan, segment, from, to, by, totals })
  return only as Series<K>
}

/** Several metrics over the same days: their roll-ups are read once. */
export async function manySeries<K extends AnyKey>(
  deps: Deps,
  keys: readonly K[],
  { from, to, by, totals, compare = 'none', ...asked }: AskedSeries & { compare?: Compare },
): Promise<Series<K>[]> {
  const began = performance.now()
  await freshCatalogue(deps)
  const q = sqlContext(deps, deps.db.sql)
  const range: Range = { from, to }
  const before = comparedRange(range, compare)
  const [whole, parts] = await Promise.all([
    answersFor(deps, q, asked, keys, { ranges: before ? [range, before] : [range], by, totals, groups: false }),
    by === undefined ? undefined : answersFor(deps, q, asked, keys, { ranges: [range], by, totals }),
  ])
  const tookMs = performance.now() - began
  return keys.map((key) => ({
    key,
    ...whole.of(key).get(key, range),
    ...whole.of(key).agedOf(key, range),
    ...(parts ? { groups: parts.of(key).groups(key, range).slice(0, MAX_GROUPS) } : {}),
    ...(before ? { previous: aligned(whole.of(key).get(key, before), range, compare) } : {}),
    ...whole.ignored(key),
    sql: statementText(whole.told(key), key, asked.scope, range, by),
    computedAt: q.now,
    tookMs,
  }))
}

/** Values of a period beside those of another, with their state. */
export async function summary<K extends AnyKey>(
  deps: Deps,
  keys: readonly K[],
  { from, to, compare, ...asked }: AskedDays & { compare: Compare },
): Promise<Record<K, Summary>> {
  const { of: look } = await freshCatalogue(deps)
  const q = sqlContext(deps, deps.db.sql)
  const range: Range = { from, to }
  const before = comparedRange(range, compare)
  const answers = await answersFor(deps, q, asked, keys, { ranges: before ? [range, before] : [range] })
  const entries = keys.map((key): [K, Summary] => {
    const metric = look(key)
    const evaluation = answers.of(key)
    const { points, total: value, away } = evaluation.get(key, range)
    const other = before && aligned(evaluation.get(key, before), range, compare)
    const { points: previousPoints, total: previous } = other ?? { points: [], total: null }
    const latest = points.findLast((point) => point.value !== null)?.value ?? null
    const gap = addsUp(metric) ? gapOf(previousPoints) : undefined
    const change = gap ? null : changeOf(metric, value, previous)
    const state = stateOf(metric, value)
    const found = { key, value, previous, change, points, previousPoints, latest, computedAt: q.now, state }
    return [
      key,
      {
        ...found,
        ...evaluation.agedOf(key, range),
        ...answers.ignored(key),
        ...(gap ? { previousKnown: gap } : {}),
        ...(away === undefined ? {} : { away }),
      },
    ]
  })
  return Object.fromEntries(entries) as Record<K, Summary>
}

/** The reading of a live metric now; of any other its value of today. @throws SourceUnavailable when Redis is away */
export async function live(deps: Deps, key: AnyKey, scope: string): Promise<number | null> {
  const metric = (await freshCatalogue(deps)).of(key)
  const q = sqlContext(deps, deps.db.sql)
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
function statementText({ q, look }: Told, key: AnyKey, scope: string, range: Range, by?: string): string {
  const texts = liveAmong([key], look).flatMap((one) => {
    const metric = look(one)
    return metric.kind === 'live' && metric.read ? [`-- ${one}, now\n${sqlText(metric.read(q, scope))};`] : []
  })
  for (const ask of asksFor([key], look)) {
    const days = eachDay(range.from, range.to)
    texts.push(`-- ${ask.key}, by day\n${sqlText(daysStatement(q, [ask], windowFor([ask], [scope], days), by))};`)
    if (!isWhole(ask.metric) || days.length === 1) continue
    const total = totalStatement(q, [ask], [scope], range.from, range.to, by)
    texts.push(`-- ${ask.key}, of the whole range\n${sqlText(total)};`)
  }
  return texts.join('\n\n')
}
