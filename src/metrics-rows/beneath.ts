import { builtIn } from '../metrics/asks.ts'
import { type AnyKey, type MetricKey, metricOf } from '../metrics/catalogue.ts'
import type { Expr, Metric, RollupMetric, SqlContext, Unit } from '../metrics/metric.ts'
import { sqlText } from '../metrics/sql-text.ts'

/** How the rows make the number: they add up to it, are its mean, lie beyond it, or one of them is it. */
export type Makes = 'sum' | 'mean' | 'beyond' | 'newest' | 'highest'
/** Which days: all of the range, the one that the number is of, all up to it, or some days before it. */
export type Reach = 'range' | 'day' | 'upTo' | { last: number } | { before: number }

/** Rows that are beneath a metric, or beneath one part of it. */
export interface Beneath {
  /** '' = the metric itself; else what the address calls the part. */
  part: string
  label: string
  /** The metric of a roll-up that the rows are of: of a formula one of its parts. */
  key: MetricKey
  metric: RollupMetric
  expr: Expr
  /** What the rows add up in. */
  unit: Unit | 'rows'
  makes: Makes
  /** One row a fact, a thing that the facts are about, or a day. */
  by: 'fact' | 'thing' | 'day'
  reach: Reach
}

/** What lies beneath a metric: itself, numerator and denominator, or the parts of its formula. Empty for readings. */
export function beneath(q: SqlContext, key: AnyKey, look = builtIn): Beneath[] {
  const metric: Metric = look(key)
  if (metric.kind === 'live') return []
  if (metric.kind !== 'derived') return ofRollup(q, key as MetricKey, metric)
  return metric.of.flatMap((of) =>
    beneath(q, of as AnyKey, look).map((one) => {
      const own = metricOf(of as MetricKey).label
      return { ...one, part: one.part ? `${of}:${one.part}` : of, label: one.part ? `${own}: ${one.label}` : own }
    }),
  )
}

function ofRollup(q: SqlContext, key: MetricKey, metric: RollupMetric): Beneath[] {
  const { kind, parts, running, lag, label, unit } = metric
  const [first, second] = parts
  if (!first) return []
  const base = { part: '', label, key, metric, unit, makes: 'sum', by: 'fact', reach: 'range' } as const
  if (lag) return parts.flatMap(({ day }, i) => ofChange(base, day, i, lag.days))
  if (running) return [{ ...base, expr: first.day, by: 'thing', reach: 'upTo' }]
  if (kind === 'ratio' && second) return [ofPart(q, base, first.day, 0), ofPart(q, base, second.day, 1)]
  if (kind === 'distinct') return [{ ...base, expr: first.total ?? first.day, by: 'thing' }]
  return [
    { ...base, expr: first.day, makes: makes(metric), reach: kind === 'last' || kind === 'max' ? 'day' : 'range' },
  ]
}

function makes({ kind, unit, from }: RollupMetric): Makes {
  if (kind === 'max') return 'highest'
  if (kind === 'percentile' || kind === 'perUser') return 'beyond'
  if (kind === 'last' && from === 'gauges') return 'newest'
  // Each row has a share of its own: their mean is the share of all.
  return kind === 'last' && (unit === 'percent' || unit === 'ratio') ? 'mean' : 'sum'
}

type Base = Omit<Beneath, 'expr'>

function ofPart(q: SqlContext, base: Base, expr: Expr, place: 0 | 1): Beneath {
  const own = place === 0 && (base.unit === 'money' || base.unit === 'ms')
  return {
    ...base,
    expr,
    part: place === 0 ? 'num' : 'den',
    label: place === 0 ? 'the numerator' : 'the denominator',
    unit: own ? base.unit : 'rows',
    by: countsDays(q, expr) ? 'day' : 'fact',
  }
}

/** What is divided by days has days beneath it. */
const countsDays = (q: SqlContext, expr: Expr): boolean => /^\s*count\(distinct r\.day\)\s*$/.test(sqlText(expr(q)))

/** A change is what came in its days; what it is compared with is all before them. */
function ofChange(base: Base, expr: Expr, place: number, days: number): Beneath[] {
  const unit = place === 0 && base.unit === 'money' ? base.unit : 'rows'
  const which = base.metric.parts.length > 1 ? ` (${place + 1})` : ''
  return [
    { ...base, expr, unit, part: `${place}`, label: `the ${days} days${which}`, reach: { last: days } },
    {
      ...base,
      expr,
      unit,
      part: `${place}.before`,
      label: `before them${which}`,
      by: 'thing',
      reach: { before: days },
    },
  ]
}
