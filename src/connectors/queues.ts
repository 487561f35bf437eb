import type { Deps } from '../context.ts'
import { shared } from '../lib/shared.ts'
import type { ReadOptions } from './presence.ts'
import { type RedisQueue, readRedisQueues } from './redis-queues.ts'

/** A queue and what waits in it. */
export interface Queue extends RedisQueue {
  source: 'redis' | 'jobs'
}

/**
 * All queues, the deepest first. A queue that both Redis and the jobs' facts know by the same name is there once, with
 * what Redis says; the facts only add what a list in Redis does not tell. Redis knows no tenants: of one tenant there
 * are the facts alone.
 * @throws SourceUnavailable where Redis is configured, asked for and away
 */
export function readQueues(deps: Deps, scope: string, options: ReadOptions = {}): Promise<Queue[]> {
  const redis = options.redis === false || scope !== '*' ? null : deps.redis
  return shared(deps, `queues ${scope} ${redis !== null}`, async () => {
    const [inRedis, inFacts] = await Promise.all([
      redis?.reading(() => readRedisQueues(redis, deps.config.redisQueues)) ?? [],
      queuesOfJobs(deps, scope),
    ])
    const byName = new Map<string, Queue>(inFacts.map((queue) => [queue.name, { ...queue, source: 'jobs' }]))
    for (const queue of inRedis) byName.set(queue.name, { ...known(byName.get(queue.name), queue), source: 'redis' })
    return [...byName.values()].sort((a, b) => b.depth - a.depth || a.name.localeCompare(b.name))
  })
}

/** The job that has waited longest, of all queues. */
export function oldestWaiting(queues: readonly Queue[]): Date | undefined {
  return queues.reduce<Date | undefined>((oldest, { oldestAt }) => {
    if (!oldestAt) return oldest
    return oldest && oldest <= oldestAt ? oldest : oldestAt
  }, undefined)
}

/**
 * What waits in the queues whose name begins with a word (`ai`: ai_queue:gpu, ai-jobs, ai). Without any it is 0 where
 * such a queue is configured in Redis, or had a job today; else there is no such queue, and the answer is null.
 */
export async function waitingIn(deps: Deps, scope: string, word: string): Promise<number | null> {
  const named = new RegExp(`^${word}s?(?![a-z])`, 'i')
  const queues = (await readQueues(deps, scope)).filter(({ name }) => named.test(name))
  if (queues.length > 0) return queues.reduce((sum, { depth }) => sum + depth, 0)
  if (deps.redis && scope === '*' && deps.config.redisQueues.some((name) => named.test(name))) return 0
  const { sql } = deps.db
  const [row] = await sql<{ had: boolean }[]>`
    select exists (select from jobs
      where enqueued_at > ${deps.now()} - interval '1 day' and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}
        and coalesce(nullif(queue, ''), kind) ~* ${`^${word}s?(?![a-z])`}) as had`
  return row?.had ? 0 : null
}

function known(facts: RedisQueue | undefined, queue: RedisQueue): RedisQueue {
  const oldestAt = queue.depth > 0 ? (queue.oldestAt ?? facts?.oldestAt) : undefined
  const active = queue.active ?? facts?.active
  return { ...queue, ...(active === undefined ? {} : { active }), ...(oldestAt ? { oldestAt } : {}) }
}

async function queuesOfJobs({ db: { sql } }: Deps, scope: string): Promise<RedisQueue[]> {
  const rows = await sql<{ name: string; depth: number; active: number; oldestAt: Date | null }[]>`
    select coalesce(nullif(queue, ''), kind) as name, count(*) filter (where status = 'queued')::int as depth,
      count(*) filter (where status = 'running')::int as active,
      min(enqueued_at) filter (where status = 'queued') as "oldestAt"
    from jobs
    where status in ('queued', 'running') and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}
    group by 1`
  return rows.map(({ oldestAt, ...queue }) => ({ ...queue, ...(oldestAt ? { oldestAt } : {}) }))
}
