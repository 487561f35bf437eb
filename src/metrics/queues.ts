import { oldestWaiting, type Queue, readQueues, waitingIn } from '../connectors/queues.ts'
import { live, max, metrics } from './define.ts'
import { sampled } from './sampled.ts'

/** What waits and what runs, now. */
export default metrics({
  'jobs.queued': live({
    label: 'Jobs waiting',
    unit: 'jobs',
    good: 'down',
    definition:
      'Jobs that are queued and not started, now: in the queues of Redis (where REDIS_URL is set) and of the jobs’ facts. A queue known to both by one name counts once, by Redis.',
    action: 'More than ten for minutes? Start workers, and look at whether one kind blocks the others.',
    warn: 10,
    crit: 50,
    read: ({ sql }, scope) => sql`select count(*) from jobs
      where status = 'queued' and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}`,
    ask: async (deps, scope) => sumOf(await readQueues(deps, scope), ({ depth }) => depth),
    history: sampled('queue.depth', 'jobs'),
  }),
  'jobs.running': live({
    label: 'Jobs running',
    unit: 'jobs',
    good: 'neutral',
    definition:
      'Jobs that are running now, by the jobs’ facts and by BullMQ. A plain list in Redis does not tell what runs.',
    action: 'None while jobs wait? The workers are gone.',
    read: ({ sql }, scope) => sql`select count(*) from jobs
      where status = 'running' and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}`,
    ask: async (deps, scope) => sumOf(await readQueues(deps, scope), ({ active }) => active ?? 0),
    history: sampled('jobs.running', 'jobs'),
  }),
  'jobs.oldest_waiting': live({
    label: 'Oldest waiting job',
    unit: 'ms',
    good: 'down',
    definition:
      'How long the job that waits longest has been waiting, in any queue. 0 without one; unknown where a queue in Redis does not say when its jobs were queued.',
    action: 'Growing without end? That job is never taken: look at its kind and its worker.',
    warn: 60_000,
    crit: 300_000,
    read: (
      { sql, now },
      scope,
    ) => sql`select greatest(0, 1000 * extract(epoch from ${now} - min(enqueued_at))) from jobs
      where status = 'queued' and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}`,
    ask: async (deps, scope) => oldestMs(await readQueues(deps, scope), deps.now()),
    history: sampled('jobs.oldest_waiting', 'ms'),
  }),
  'queue.ai': live({
    label: 'AI queue',
    unit: 'jobs',
    good: 'down',
    definition: 'Jobs that wait in the queues whose name begins with “ai”, such as the Redis lists ai_queue:*.',
    action: 'Growing? Look at the AI provider’s errors and latency, and at the GPU workers.',
    warn: 10,
    crit: 50,
    ask: (deps, scope) => waitingIn(deps, scope, 'ai'),
    history: sampled('queue.ai', 'jobs'),
  }),
  'queue.preview': live({
    label: 'Preview queue',
    unit: 'jobs',
    good: 'down',
    definition:
      'Jobs that wait in the queues whose name begins with “preview”, such as the Redis lists preview_queue:*.',
    action: 'Growing? Look at the CPU workers, and at whether one preview blocks the others.',
    warn: 10,
    crit: 50,
    ask: (deps, scope) => waitingIn(deps, scope, 'preview'),
    history: sampled('queue.preview', 'jobs'),
  }),
  'queue.depth_max': max({
    label: 'Queue depth, peak',
    unit: 'jobs',
    good: 'down',
    definition: 'The most jobs that waited at a time, of the samples of each minute.',
    action: 'Look at what was queued in that hour; add workers or spread the work.',
    warn: 10,
    crit: 50,
    from: 'gauges',
    value: ({ sql }) => sql`max(r.high) filter (where r.name = 'queue.depth')`,
  }),
})

const sumOf = (queues: readonly Queue[], count: (queue: Queue) => number): number =>
  queues.reduce((sum, queue) => sum + count(queue), 0)

function oldestMs(queues: readonly Queue[], now: Date): number | null {
  const since = oldestWaiting(queues)
  if (since) return Math.max(0, now.getTime() - since.getTime())
  return queues.every(({ depth }) => depth === 0) ? 0 : null
}
