import type { Parts } from './cells.ts'
import type { DerivedMetric, RollupMetric } from './metric.ts'

/** What a metric's parts say: null is unknown, and a ratio without denominator is. */
export function metricValue(metric: RollupMetric, parts: Parts): number | null {
  const [first = null, den = null] = parts
  if (metric.kind !== 'ratio') return tidy(first)
  return first === null || !den ? null : tidy((metric.scale * first) / den)
}

/** Whether a range has to be asked as a whole: its days do not add up to it. */
export function isWhole(metric: RollupMetric): boolean {
  return metric.kind === 'distinct' || metric.kind === 'percentile' || metric.kind === 'perUser'
}

/** The total of a range out of those of its days that lie within the history. */
export function totalOf(metric: RollupMetric, days: Parts[]): number | null {
  const known = days.filter((parts) => parts[0] !== null && parts[0] !== undefined)
  const lastKnown = known.at(-1)
  if (!lastKnown) return null
  if (metric.kind === 'max') return Math.max(...known.map(([v]) => v as number))
  if (metric.kind !== 'sum' && metric.kind !== 'ratio') return metricValue(metric, lastKnown)
  const sums = lastKnown.map((_, i) => known.reduce((sum, parts) => sum + (parts[i] ?? 0), 0))
  // Days on which nothing happened beside days whose amount is unknown do not add up to zero.
  if (metric.kind === 'sum' && sums[0] === 0 && known.length < days.length) return null
  return metricValue(metric, sums)
}

/** The parts of a day within the history on which nothing happened. */
export function emptyParts(metric: RollupMetric): Parts {
  if (!metric.zero) return metric.parts.map(() => null)
  const zeros = metric.parts.map(() => 0)
  return metric.lag ? [metric.lag.formula(zeros, zeros)] : zeros
}

/** A formula of other metrics; unknown as soon as one of them is, unless it can do without. */
export function combine(metric: DerivedMetric, inputs: (number | null | undefined)[]): number | null {
  const values: Record<string, number> = {}
  for (const [i, key] of metric.of.entries()) {
    const value = inputs[i]
    if (value !== null && value !== undefined) values[key] = value
    else if (!metric.fromUnknown) return null
  }
  return tidy(metric.compute(values))
}

/** Cents added as floats: 8 decimals, the precision of the price table, are exact again. */
export function tidy(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null
  return Math.abs(value) < 1e7 ? Math.round(value * 1e8) / 1e8 : Math.round(value * 1e4) / 1e4
}
