import { builtIn } from './asks.ts'
import type { AnyKey } from './catalogue.ts'
import { rollups } from './rollups.ts'

/** Which facts fill a metric: the last part of the typed door's URL. */
export function factsOf(key: AnyKey, look = builtIn): string {
  const metric = look(key)
  if (metric.kind === 'derived') return metric.of[0] === undefined ? 'events' : factsOf(metric.of[0] as AnyKey, look)
  if (metric.kind !== 'live') return rollups[metric.from].facts
  return LIVE_FACTS[key.slice(0, key.indexOf('.'))] ?? 'events'
}

/** Where a metric's numbers come from, for people: the roll-ups, and the facts which fill them. */
export function sourceOf(key: AnyKey, look = builtIn): string {
  const metric = look(key)
  if (metric.kind === 'derived') return [...new Set(metric.of.map((of) => sourceOf(of as AnyKey, look)))].join('; ')
  if (metric.kind === 'live')
    return `read now, from ${metric.ask ? 'Redis (where configured) and ' : ''}${factsOf(key, look)}`
  const { table, facts } = rollups[metric.from]
  return `${table}, from ${facts}`
}

const LIVE_FACTS: Record<string, string> = {
  ai: 'api-calls',
  api: 'api-calls',
  jobs: 'jobs',
  queue: 'jobs',
  revenue: 'payments',
  system: 'probes',
  workers: 'gauges',
}
