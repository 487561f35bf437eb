import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { type Day, eachDay } from '../lib/time.ts'
import { asksFor, type Look, liveAmong } from './asks.ts'
import { type AnyKey, type MetricKey, metricOf } from './catalogue.ts'
import { Cells, knows, type Parts, partsOn, readCells, readTotals } from './cells.ts'
import type { DerivedMetric, LiveMetric, RollupMetric, SqlContext } from './metric.ts'
import { firstDays, type RollupName } from './rollups.ts'
import { readDimSnapshots, readSnapshots } from './snapshot-read.ts'
import type { Ask } from './statement.ts'
import { readToday } from './today.ts'
import { combine, emptyParts, isWhole, metricValue, totalOf } from './total.ts'

export interface Range {
  from: Day
  to: Day
}
export interface Point {
  day: Day
  /** null is unknown, which is not zero. */
  value: number | null
}
export interface Evaluated {
  points: Point[]
  total: number | null
  /** Why a reading is unknown: its source is away; the last sample is then the last point. */
  away?: string
}

/** The values of some metrics in one scope, over one or more ranges. */
export class Evaluation {
  private readonly deps: Deps
  private readonly q: SqlContext
  private readonly scope: string
  private readonly keys: readonly string[]
  private readonly look: Look
  private readonly asks: Ask[]
  private cells = new Cells()
  private totals = new Map<Range, Cells>()
  private readings = new Map<string, number | null>()
  /** Why a live metric could not be read. */
  private outages = new Map<string, string>()
  private firsts = new Map<RollupName, Day | null>()
  /** By key, the stored days that would be computed otherwise now. */
  private agedDays = new Map<string, Day[]>()

  /** `look`: of which metrics; those that are told of some people only are others. */
  constructor(deps: Deps, q: SqlContext, scope: string, keys: readonly string[], look = catalogueOf(deps).of) {
    this.deps = deps
    this.q = q
    this.scope = scope
    this.keys = keys
    this.look = look
    this.asks = asksFor(keys, this.look)
  }

  /**
   * Reads all that is needed: closed days from the snapshots, the rest from the roll-ups, all at the same time.
   * Without `totals` the total of what its days cannot be added up to is unknown.
   */
  async load(ranges: Range[], by?: string, totals = true): Promise<this> {
    const { q, scope, asks } = this
    const days = [...new Set(ranges.flatMap(({ from, to }) => eachDay(from, to)))].filter((day) => day <= q.today)
    const stocks = asks.filter(({ metric }) => metric.running)
    const flows = asks.filter(({ metric }) => !metric.running)
    // A tenant's days are not stored by dimension, and nothing is stored of some people only.
    const isStored = !q.people && (by === undefined || scope === '*')
    const closed = isStored ? days.filter((day) => day < q.today) : []
    const open = isStored ? days.filter((day) => day >= q.today) : days
    const isToday = isStored && by === undefined && open.length === 1 && open[0] === q.today
    const [snapshots, firsts, ...rest] = await Promise.all([
      by === undefined ? readSnapshots(q, scope, closed, flows) : readDimSnapshots(q, closed, flows, by),
      firstDays(q, new Set(asks.map(({ metric }) => metric.knownBy ?? metric.from))),
      readCells(q, stocks, [scope], days, by),
      isToday ? readToday(this.deps.db, q, flows, scope) : readCells(q, flows, [scope], open, by),
      ...(totals ? ranges.map((range) => this.loadTotals(range, by)) : []),
      ...liveAmong(this.keys, this.look).map((key) => this.loadReading(key)),
    ])
    this.firsts = firsts
    this.cells = snapshots.cells
    this.agedDays = snapshots.aged
    for (const part of rest) if (part instanceof Cells) this.cells.merge(part)
    this.cells.merge(await readCells(q, snapshots.missingAsks, [scope], snapshots.missingDays, by))
    return this
  }

  /** One metric over a range, for all rows or for one value of the dimension. */
  get(key: string, range: Range, dim?: string): Evaluated {
    const metric = this.look(key as AnyKey)
    if (metric.kind === 'live') return this.live(key, metric, range)
    if (metric.kind === 'derived') return this.derived(metric, range, dim)
    const away = range.to < this.q.today ? undefined : this.outageOf(metric)
    const found = this.stored(key, metric, range, dim)
    return away === undefined ? found : { ...found, total: null, away }
  }

  /** The days of a range whose stored numbers an older definition made, of the metric or of what its formula is made of. */
  agedOf(key: string, range: Range): { aged?: Day[] } {
    if (this.agedDays.size === 0) return {}
    const days = new Set(asksFor([key], this.look).flatMap((ask) => this.agedDays.get(ask.key) ?? []))
    const aged = [...days].filter((day) => day >= range.from && day <= range.to).sort()
    return aged.length > 0 ? { aged } : {}
  }

  /** The values of the dimension, of the largest total first. */
  groups(key: string, range: Range): ({ key: string } & Evaluated)[] {
    const dims = new Set(asksFor([key], this.look).flatMap((ask) => this.cells.dims(ask.key)))
    return [...dims]
      .map((dim) => ({ key: dim, ...this.get(key, range, dim) }))
      .sort((a, b) => Math.abs(b.total ?? 0) - Math.abs(a.total ?? 0) || a.key.localeCompare(b.key))
  }

  private stored(key: string, metric: RollupMetric, range: Range, dim?: string): Evaluated {
    const days = eachDay(range.from, range.to)
    const history = { cells: this.cells, firsts: this.firsts, today: this.q.today }
    const parts = days.map((day) => partsOn(history, key, metric, this.scope, day, dim))
    const points = days.map((day, i) => ({ day, value: metricValue(metric, parts[i] as Parts) }))
    if (days.length === 1 || !isWhole(metric)) {
      const total = totalOf(
        metric,
        parts.filter((_, i) => knows(history, metric.knownBy ?? metric.from, days[i] as Day)),
      )
      return { points, total }
    }
    const totals = this.totals.get(range)
    const known = totals !== undefined && points.some(({ value }) => value !== null)
    const whole = totals?.get(key, this.scope, range.to, dim) ?? emptyParts(metric)
    return { points, total: known ? metricValue(metric, whole) : null }
  }

  private derived(metric: DerivedMetric, range: Range, dim?: string): Evaluated {
    const inputs = metric.of.map((key) => this.get(key, range, dim))
    const of = (pick: (input: Evaluated) => number | null | undefined) => combine(metric, inputs.map(pick))
    const points = eachDay(range.from, range.to).map((day, i) => ({ day, value: of((e) => e.points[i]?.value) }))
    return { points, total: of((e) => e.total) }
  }

  private live(key: string, metric: LiveMetric, range: Range): Evaluated {
    const past =
      metric.history.kind === 'derived' ? this.derived(metric.history, range) : this.stored(key, metric.history, range)
    if (range.to < this.q.today) return past
    const away = this.outages.get(key)
    if (away !== undefined) return { ...past, total: null, away }
    const reading = this.readings.get(key) ?? null
    const points = past.points.map((p) => (p.day === this.q.today ? { day: p.day, value: reading } : p))
    return { points, total: reading }
  }

  private outageOf({ source }: RollupMetric): string | undefined {
    const health = source === undefined ? undefined : this.deps.book.stateOf(source)
    return health?.state === 'degraded' ? health.reason : undefined
  }

  private async loadTotals(range: Range, by?: string): Promise<void> {
    const whole = this.asks.filter(({ metric }) => isWhole(metric))
    if (whole.length === 0 || range.from >= range.to) return
    this.totals.set(range, await readTotals(this.q, whole, [this.scope], range, by))
  }

  private async loadReading(key: MetricKey): Promise<void> {
    const metric = metricOf(key)
    if (metric.kind !== 'live') return
    try {
      this.readings.set(key, await readLive(this.deps, this.q, metric, this.scope))
    } catch (error) {
      // Unknown, which the others of the same card or document need not be; the book has it.
      if (!(error instanceof SourceUnavailable)) throw error
      this.outages.set(key, error.reason)
    }
  }
}

/** One reading, now. @throws SourceUnavailable when its source is away */
export async function readLive(
  deps: Deps,
  q: SqlContext,
  { read, ask }: LiveMetric,
  scope: string,
): Promise<number | null> {
  if (ask && (deps.redis || !read)) return ask(deps, scope)
  if (!read) return null
  const [row] = await q.sql<{ value: number | null }[]>`select (${read(q, scope)})::float8 as value`
  return row?.value ?? null
}
