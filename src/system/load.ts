import { type Nats, readNats } from '../connectors/nats.ts'
import { readSourceStats, type SourceStats } from '../connectors/source-stats.ts'
import { SOURCE_DATABASE } from '../connectors/sql-source.ts'
import type { Card } from '../lib/settle.ts'
import type { Summaries } from '../metric-view.ts'
import { summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'
import { asOf } from '../sources/as-of.ts'
import { type JobKind, jobKinds, type OwnJob, ownJobs } from './jobs.ts'
import { type ProbeTarget, probeTargets } from './probes.ts'
import { type OwnDatabase, ownDatabase } from './storage.ts'
import { type Webhooks, webhooks } from './webhooks.ts'

export interface SystemData {
  figures: Card<Summaries>
  probes: Card<ProbeTarget[]>
  source: Card<SourceStats | null>
  own: Card<OwnDatabase>
  nats: Card<Nats | null>
  webhooks: Card<Webhooks>
  kinds: Card<JobKind[]>
  jobs: Card<OwnJob[]>
}

export const FIGURES = [
  'system.uptime',
  'system.response_time',
  'jobs.success_rate',
  'jobs.duration_p95',
  'api.error_rate',
] as const

/** All cards at the same time; each has its own budget and fails alone. */
export async function loadSystem(context: PageContext): Promise<SystemData> {
  const { deps, filters } = context
  const { scope, from, to, compare } = filters
  const [figures, probes, source, own, nats, hooks, kinds, jobs] = await Promise.all([
    card(context, 'figures', () => summary(deps, FIGURES, { scope, from, to, compare })),
    card(context, 'probes', () => probeTargets(deps)),
    card(context, 'source-stats', () => readSourceStats(deps), { slow: true, source: SOURCE_DATABASE }),
    card(context, 'own-database', () => ownDatabase(deps), { slow: true }),
    card(context, 'nats', () => readNats(deps)),
    card(context, 'webhooks', () => webhooks(deps, scope)),
    card(context, 'job-kinds', () => jobKinds(deps, scope)),
    card(context, 'own-jobs', () => ownJobs(deps)),
  ])
  const watched = asOf(source, deps.book, [SOURCE_DATABASE])
  return { figures, probes, source: watched, own, nats, webhooks: hooks, kinds, jobs }
}
