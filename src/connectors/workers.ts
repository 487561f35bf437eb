import type { Deps } from '../context.ts'
import { shared } from '../lib/shared.ts'
import type { ReadOptions } from './presence.ts'
import { readRedisWorkers } from './redis-workers.ts'

/** A worker and how it is. */
export interface Worker {
  name: string
  kind: 'cpu' | 'gpu'
  state: 'healthy' | 'unhealthy' | 'active' | 'idle' | 'offline'
  heartbeatAt?: Date
  instanceType?: string
  pricing?: 'spot' | 'on-demand'
  source: 'redis' | 'ingest'
}

/** A sign of life, in the words of whoever sent it. */
export interface Heartbeat {
  name: string
  kind: 'cpu' | 'gpu'
  at: Date | undefined
  state: string | undefined
  instanceType: string | undefined
  pricing: string | undefined
  source: 'redis' | 'ingest'
}

/** A worker that is heard of no more is still shown for so long, as what it then is: unhealthy, offline. */
const REMEMBERED_MS = 15 * 60_000

/**
 * All workers by kind and name: those with a key in Redis, and those that report by gauges named `worker.heartbeat`. One
 * that does both is there once, with what Redis says.
 * @throws SourceUnavailable where Redis is configured, asked for and away
 */
export function readWorkers(deps: Deps, options: ReadOptions = {}): Promise<Worker[]> {
  const redis = options.redis === false ? null : deps.redis
  return shared(deps, `workers ${redis !== null}`, async () => {
    const now = deps.now()
    const [reported, inRedis] = await Promise.all([
      reportedWorkers(deps, now),
      redis?.reading(() => readRedisWorkers(redis, deps.config.workerKeys, now)) ?? [],
    ])
    const found = new Map(
      [...reported, ...(redis ? gone(redis, inRedis, now) : []), ...inRedis].map((one) => [one.name, one]),
    )
    const timeoutMs = deps.config.workerTimeoutSeconds * 1_000
    return [...found.values()]
      .map((heartbeat) => workerOf(heartbeat, now, timeoutMs))
      .sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name))
  })
}

/** Heartbeats whose key has expired since: the key of a dead worker tells nothing any more. */
const lastBeats = new WeakMap<object, Map<string, Heartbeat>>()

function gone(redis: object, inRedis: readonly Heartbeat[], now: Date): Heartbeat[] {
  const beats = lastBeats.get(redis) ?? new Map<string, Heartbeat>()
  lastBeats.set(redis, beats)
  const old = [...beats.values()].filter(({ at }) => at && now.getTime() - at.getTime() <= REMEMBERED_MS)
  beats.clear()
  for (const beat of [...old, ...inRedis]) beats.set(beat.name, beat)
  return old.map((beat) => ({ ...beat, state: 'gone' }))
}

async function reportedWorkers({ db: { sql } }: Deps, now: Date): Promise<Heartbeat[]> {
  const rows = await sql<{ at: Date; labels: Record<string, unknown> }[]>`
    select distinct on (labels->>'worker') ts as at, labels from gauges
    where name = 'worker.heartbeat' and labels->>'worker' <> ''
      and ts > ${now} - ${REMEMBERED_MS} * interval '1 millisecond' and ts <= ${now}
    order by labels->>'worker', ts desc`
  return rows.map(({ at, labels }) => ({
    name: String(labels.worker),
    kind: /gpu/i.test(String(labels.kind ?? '')) ? 'gpu' : 'cpu',
    at,
    state: labels.state === undefined ? undefined : String(labels.state),
    instanceType: labels.instance_type === undefined ? undefined : String(labels.instance_type),
    pricing: labels.pricing === undefined ? undefined : String(labels.pricing),
    source: 'ingest',
  }))
}

function workerOf(
  { name, kind, at, state, instanceType, pricing, source }: Heartbeat,
  now: Date,
  timeoutMs: number,
): Worker {
  const beats = state !== 'gone' && at !== undefined && now.getTime() - at.getTime() <= timeoutMs
  return {
    name,
    kind,
    state: kind === 'gpu' ? gpuState(beats, state) : cpuState(beats, state),
    ...(at ? { heartbeatAt: at } : {}),
    ...(instanceType ? { instanceType } : {}),
    ...(pricing === undefined ? {} : { pricing: pricingOf(pricing) }),
    source,
  }
}

const BAD = /^(unhealthy|down|dead|failed|error|stopped|offline)$/i
const BUSY = /^(active|busy|running|working|processing|in_use)$/i

const cpuState = (beats: boolean, state = ''): Worker['state'] => (beats && !BAD.test(state) ? 'healthy' : 'unhealthy')

function gpuState(beats: boolean, state = ''): Worker['state'] {
  if (!beats || BAD.test(state)) return 'offline'
  return BUSY.test(state) ? 'active' : 'idle'
}

/** `spot` is also a field of its own, with true or false in it. */
const pricingOf = (word: string): Worker['pricing'] =>
  /^(spot|preemptible|1|true|yes)$/i.test(word) ? 'spot' : 'on-demand'
