import { type Queue, readQueues } from '../connectors/queues.ts'
import type { Deps } from '../context.ts'

/** A queue with its last hour. */
export interface QueueNow extends Queue {
  /** Depth by minute, oldest first; null where no sample was taken. */
  trend: (number | null)[]
  /** How long its jobs took of late, created to completed; null without any. */
  meanMs: number | null
}

const TREND_MINUTES = 60

/** Every queue with its depth now, the samples of the last hour and the mean time of its jobs. */
export async function queuesNow(deps: Deps, scope: string): Promise<QueueNow[]> {
  const queues = await readQueues(deps, scope)
  const names = queues.map(({ name }) => name)
  const [trends, means] = await Promise.all([trendsOf(deps, scope, names), meansOf(deps, scope, names)])
  return queues.map((queue) => ({
    ...queue,
    trend: trends.get(queue.name) ?? [],
    meanMs: means.get(queue.name) ?? null,
  }))
}

/** Samples are taken of all tenants together: of one there are none. */
async function trendsOf(
  { db: { sql }, now }: Deps,
  scope: string,
  names: string[],
): Promise<Map<string, (number | null)[]>> {
  if (scope !== '*' || names.length === 0) return new Map()
  const at = now()
  const rows = await sql<{ name: string; ago: number; value: number }[]>`
    select substr(name, 13) as name,
      floor(extract(epoch from ${at}::timestamptz - ts) / 60)::int as ago, max(value) as value
    from gauges
    where name = any(${names.map((name) => `queue.depth:${name}`.slice(0, 200))})
      and ts > ${at}::timestamptz - ${TREND_MINUTES} * interval '1 minute' and ts <= ${at}
    group by 1, 2`
  const trends = new Map<string, (number | null)[]>()
  for (const { name, ago, value } of rows) {
    const trend = trends.get(name) ?? new Array<number | null>(TREND_MINUTES).fill(null)
    trend[TREND_MINUTES - 1 - ago] = value
    trends.set(name, trend)
  }
  return trends
}

async function meansOf({ db: { sql }, now }: Deps, scope: string, names: string[]): Promise<Map<string, number>> {
  if (names.length === 0) return new Map()
  const at = now()
  const rows = await sql<{ name: string; ms: number }[]>`
    select coalesce(nullif(queue, ''), kind) as name, avg(extract(epoch from finished_at - enqueued_at) * 1000)::float8 as ms
    from jobs
    where finished_at > ${at}::timestamptz - interval '1 hour' and finished_at <= ${at}
      and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}
    group by 1`
  return new Map(rows.map(({ name, ms }) => [name, ms]))
}
