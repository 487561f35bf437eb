import { type AnyKey, type MetricKey, metricOf } from './catalogue.ts'
import type { Metric, RollupMetric } from './metric.ts'
import type { Ask } from './statement.ts'

/** Tells the metric of a key; without one the built-in catalogue does. */
export type Look = (key: AnyKey) => Metric
export const builtIn: Look = (key) => metricOf(key as MetricKey)

/** What has to be read of the roll-ups for some metrics: formulas are their inputs, live ones their history. */
export function asksFor(keys: readonly string[], look = builtIn): Ask[] {
  const asks = new Map<string, RollupMetric>()
  const add = (key: string, metric: Metric): void => {
    if (metric.kind === 'live') add(key, metric.history)
    else if (metric.kind === 'derived') for (const of of metric.of) add(of, look(of as AnyKey))
    else asks.set(key, metric)
  }
  for (const key of keys) add(key, look(key as AnyKey))
  return [...asks].map(([key, metric]) => ({ key, metric }))
}

/** The live metrics among some keys, and among what their formulas are made of. */
export function liveAmong(keys: readonly string[], look = builtIn): MetricKey[] {
  const found = new Set<MetricKey>()
  const add = (key: string): void => {
    const metric = look(key as AnyKey)
    if (metric.kind === 'live') found.add(key as MetricKey)
    else if (metric.kind === 'derived') metric.of.forEach(add)
  }
  keys.forEach(add)
  return [...found]
}

export { metricOf }
