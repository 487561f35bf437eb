import { logPaths } from '../connectors/logs.ts'
import { sourceOf } from '../connectors/logs-file.ts'
import { type Presence, readPresence } from '../connectors/presence.ts'
import { readWorkers, type Worker } from '../connectors/workers.ts'
import type { Card } from '../lib/settle.ts'
import type { MetricKey } from '../metrics/catalogue.ts'
import { live } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'
import { asOf } from '../sources/as-of.ts'
import { type Incident, recentIncidents } from '../sources/incidents.ts'
import { CALL_KINDS, type CallKind, type RecentCall, recentCalls } from './calls.ts'
import { type CallRate, callRate } from './minutes.ts'
import { type ProviderStatus, providerStatus } from './providers.ts'
import { type QueueNow, queuesNow } from './queues.ts'

export interface LiveData {
  calls: CallKind
  presence: Card<Presence>
  readings: Card<Record<Reading, number | null>>
  rate: Card<CallRate>
  providers: Card<ProviderStatus[]>
  queues: Card<QueueNow[]>
  workers: Card<Worker[]>
  latest: Card<RecentCall[]>
  incidents: Card<Incident[]>
}

/** Live metrics of the strip that need no Redis. */
export const READINGS = [
  'ai.requests_per_minute',
  'ai.requests_last_hour',
  'api.error_rate_last_hour',
  'jobs.latency_1m',
  'jobs.latency_15m',
  'jobs.latency_1h',
] as const satisfies readonly MetricKey[]
export type Reading = (typeof READINGS)[number]

/**
 * What may live on Redis gets half a second: longer is not live any more. Redis itself tells the book when it goes and
 * comes; a card cannot, as it may have been answered from what was read a minute ago.
 */
const READING = { budgetMs: 500 }
export const INCIDENT_HOURS = 24
export const INCIDENTS_SHOWN = 8

/** All cards at the same time; each has its own budget and fails alone. */
export async function loadLive(context: PageContext): Promise<LiveData> {
  const { deps, filters, query } = context
  const { scope } = filters
  const calls: CallKind = Object.hasOwn(CALL_KINDS, query.calls ?? '') ? (query.calls as CallKind) : 'all'
  const [presence, readings, rate, providers, queues, workers, latest, incidents] = await Promise.all([
    card(context, 'presence', () => readPresence(deps, scope), READING),
    card(context, 'readings', () => readAll(context)),
    card(context, 'rate', () => callRate(deps, scope)),
    card(context, 'providers', () => providerStatus(deps, scope)),
    card(context, 'queue-list', () => queuesNow(deps, scope), READING),
    card(context, 'workers', () => readWorkers(deps), READING),
    card(context, 'latest', () => recentCalls(deps, scope, calls), { key: calls }),
    card(context, 'incidents', () => recentIncidents(deps, { limit: INCIDENTS_SHOWN, hours: INCIDENT_HOURS })),
  ])
  const logs = logPaths(deps.config).map(sourceOf)
  const read = { presence, readings, rate, providers, queues, workers, latest }
  return { calls, ...read, incidents: asOf(incidents, deps.book, logs) }
}

async function readAll({ deps, filters }: PageContext): Promise<Record<Reading, number | null>> {
  const values = await Promise.all(READINGS.map((key) => live(deps, key, filters.scope)))
  return Object.fromEntries(READINGS.map((key, i) => [key, values[i] ?? null])) as Record<Reading, number | null>
}
