import { type MetricKey, metricOf } from './catalogue.ts'
import type { Metric, RollupMetric } from './define.ts'
import type { Ask } from './statement.ts'

/** What has to be read of the roll-ups for some metrics: formulas are their inputs, live ones their history. */
export function asksFor(keys: readonly string[]): Ask[] {
  const asks = new Map<string, RollupMetric>()
  const add = (key: string, metric: Metric): void => {
    if (metric.kind === 'live') add(key, metric.history)
    else if (metric.kind === 'derived') for (const of of metric.of) add(of, metricOf(of as MetricKey))
    else asks.set(key, metric)
  }
  for (const key of keys) add(key, metricOf(key as MetricKey))
  return [...asks].map(([key, metric]) => ({ key, metric }))
}

/** The live metrics among some keys. */
export function liveAmong(keys: readonly string[]): MetricKey[] {
  return keys.filter((key): key is MetricKey => metricOf(key as MetricKey).kind === 'live')
}

export { metricOf }
