import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readNats } from '../connectors/nats.ts'
import { readQueues } from '../connectors/queues.ts'
import { type Part, readSourceStats } from '../connectors/source-stats.ts'
import { readWorkers } from '../connectors/workers.ts'
import type { Deps } from '../context.ts'
import type { FactIn } from '../facts/types.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { catalogue, type MetricKey } from '../metrics/catalogue.ts'
import { GPU_GAUGE } from '../metrics/costs-rows.ts'
import { live } from '../metrics/query.ts'

const MINUTE_MS = 60_000
const loopDelay = monitorEventLoopDelay({ resolution: 20 })
loopDelay.enable()

export interface Sample {
  name: string
  value: number | null
  labels?: Record<string, string>
}

/** Samples what has no history of its own and stores it as gauges, at most once a minute. */
export async function takeSamples(deps: Deps, now: Date): Promise<void> {
  const samples = await Promise.all([
    sampleLiveMetrics(deps),
    sampleQueues(deps),
    sampleBacklog(deps),
    sampleOwnDatabase(deps),
    sampleGpus(deps),
    sampleNats(deps),
    sampleSource(deps),
  ])
  const minute = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS).toISOString()
  const known = [...samples.flat(), ...sampleProcess()].filter((sample) => sample.value !== null)
  await deps.writer.write(
    known.map((sample, index) => toFact(sample, minute, index)),
    { source: 'sampler', receivedAt: now },
  )
}

/** The id makes a minute that is run twice, after a crash, one sample. */
function toFact({ name, value, labels }: Sample, ts: string, index: number): FactIn {
  return { kind: 'gauges', index, id: `sampler ${name} ${ts}`, row: { name, value, ts, labels } }
}

/**
 * Every live metric whose past is a gauge, under the name its history is read by. All tenants only: a tenant's gauge
 * counts in the scope of all as well, and its samples would mix with those of the whole.
 */
async function sampleLiveMetrics(deps: Deps): Promise<Sample[]> {
  const sampled = Object.entries(catalogue).flatMap(([key, metric]) =>
    metric.kind === 'live' && metric.history.kind !== 'derived'
      ? { key: key as MetricKey, name: metric.history.label }
      : [],
  )
  return await Promise.all(
    sampled.map(async ({ key, name }) => ({ name, value: await orGap(live(deps, key, '*'), null) })),
  )
}

/** Each queue has a name of its own: a gauge's history is kept by name, and queues must not mix with `queue.depth`. */
async function sampleQueues(deps: Deps): Promise<Sample[]> {
  const queues = await orGap(readQueues(deps, '*'), [])
  return queues.flatMap(({ name: queue, depth, oldestAt, source }) => {
    const labels = { queue, source }
    const oldestS = oldestAt ? Math.max(0, (deps.now().getTime() - oldestAt.getTime()) / 1_000) : null
    return [
      { name: `queue.depth:${queue}`.slice(0, 200), value: depth, labels },
      { name: `queue.oldest_s:${queue}`.slice(0, 200), value: depth === 0 ? 0 : oldestS, labels },
    ]
  })
}

async function sampleNats(deps: Deps): Promise<Sample[]> {
  const nats = await orGap(readNats(deps), null)
  if (!nats) return []
  return [
    { name: 'nats.connections', value: nats.connections },
    { name: 'nats.messages_in', value: nats.messagesIn },
    { name: 'nats.messages_out', value: nats.messagesOut },
    { name: 'nats.slow_consumers', value: nats.slowConsumers },
    { name: 'nats.round_trip', value: nats.roundTripMs },
  ]
}

async function sampleSource(deps: Deps): Promise<Sample[]> {
  const stats = await orGap(readSourceStats(deps), null)
  if (!stats) return []
  const rows = readingOf(stats.tables)?.map((table) => table.rows) ?? [null]
  const analyzed = rows.filter((n) => n !== null)
  return [
    { name: 'source.size', value: readingOf(stats.bytes) },
    { name: 'source.rows', value: analyzed.length > 0 ? analyzed.reduce((sum, n) => sum + n, 0) : null },
    { name: 'source.connections', value: readingOf(stats.connections)?.used ?? null },
    { name: 'source.slow_queries', value: readingOf(stats.slow)?.slow ?? null },
  ]
}

const readingOf = <T>(part: Part<T>): T | null => ('value' in part ? part.value : null)

/** A source that is away leaves a gap, not a zero; the book has it already. */
async function orGap<T>(reading: Promise<T>, gap: T): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof SourceUnavailable) return gap
    throw error
  }
}

/** What the fold has still to do: it is behind when this grows. */
async function sampleBacklog({ db: { sql } }: Deps): Promise<Sample[]> {
  const [row] = await sql<{ facts: number; batches: number; lag: number }[]>`
    select coalesce(sum(n), 0)::float8 as facts, count(*)::float8 as batches,
      coalesce(greatest(0, extract(epoch from clock_timestamp() - min(written_at)) * 1000), 0)::float8 as lag
    from fact_batches`
  return [
    { name: 'facts.backlog', value: row!.facts },
    { name: 'facts.batches', value: row!.batches },
    { name: 'facts.lag', value: Math.round(row!.lag) },
  ]
}

/** How large Quarterdeck's own database is; rows as of the last analyze. */
async function sampleOwnDatabase({ db: { sql } }: Deps): Promise<Sample[]> {
  const [row] = await sql<{ bytes: number; rows: number }[]>`
    select pg_database_size(current_database())::float8 as bytes,
      (select sum(greatest(reltuples, 0)) from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace)::float8 as rows`
  return [
    { name: 'database.size', value: row!.bytes },
    { name: 'database.rows', value: row!.rows },
  ]
}

/** GPU machines that run, busy or idle, by their type: their hours are what they cost by. */
async function sampleGpus(deps: Deps): Promise<Sample[]> {
  const workers = await orGap(readWorkers(deps), [])
  const gpus = workers.filter(({ kind }) => kind === 'gpu')
  const running = gpus.filter(({ state }) => state !== 'offline')
  // A type that has just gone is told as 0: a gap would count its last hour whole.
  const types = new Set(gpus.map(({ instanceType }) => instanceType ?? 'unknown'))
  return [...types].map((type) => ({
    name: `${GPU_GAUGE}${type}`.slice(0, 200),
    value: running.filter(({ instanceType }) => (instanceType ?? 'unknown') === type).length,
  }))
}

/** Of the process that happens to run this minute; the lag is the worst since the last time. */
function sampleProcess(): Sample[] {
  const lagMs = Number.isFinite(loopDelay.max) ? loopDelay.max / 1e6 : 0
  loopDelay.reset()
  return [
    { name: 'process.lag_ms', value: Math.round(lagMs * 10) / 10 },
    { name: 'process.rss_bytes', value: process.memoryUsage.rss() },
  ]
}
