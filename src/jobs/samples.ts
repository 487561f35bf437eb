import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Deps } from '../context.ts'
import type { FactIn } from '../facts/types.ts'
import { catalogue, type MetricKey } from '../metrics/catalogue.ts'
import { live } from '../metrics/query.ts'

const MINUTE_MS = 60_000
const loopDelay = monitorEventLoopDelay({ resolution: 20 })
loopDelay.enable()

interface Sample {
  name: string
  value: number | null
  labels?: Record<string, string>
}

/** Samples what has no history of its own and stores it as gauges, at most once a minute. */
export async function takeSamples(deps: Deps, now: Date): Promise<void> {
  const samples = await Promise.all([sampleLiveMetrics(deps), sampleQueues(deps), sampleBacklog(deps)])
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
  return await Promise.all(sampled.map(async ({ key, name }) => ({ name, value: await live(deps, key, '*') })))
}

/** Each queue has a name of its own: a gauge's history is kept by name, and queues must not mix with `queue.depth`. */
async function sampleQueues({ db: { sql } }: Deps): Promise<Sample[]> {
  const queues = await sql<{ queue: string; depth: number }[]>`
    select queue, count(*) filter (where status = 'queued')::int as depth
    from jobs where status in ('queued', 'running') and queue is not null
    group by queue`
  return queues.map(({ queue, depth }) => ({
    name: `queue.depth:${queue}`.slice(0, 200),
    value: depth,
    labels: { queue },
  }))
}

/** What the fold has still to do: it is behind when this grows. */
async function sampleBacklog({ db: { sql } }: Deps): Promise<Sample[]> {
  const [row] = await sql<{ facts: number }[]>`select coalesce(sum(n), 0)::float8 as facts from fact_batches`
  return [{ name: 'facts.backlog', value: row!.facts }]
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
