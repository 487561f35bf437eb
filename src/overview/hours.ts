import type { Deps } from '../context.ts'

/** An hour of AI calls. */
export interface AiHour {
  at: Date
  requests: number
  errors: number
  calls: number
  /** null where nothing was measured: a gap, not zero. */
  averageMs: number | null
  p95Ms: number | null
}

export const HOURS = 24

/** AI calls of the last 24 clock hours of the zone, the running one included; hours without calls are there too. */
export async function aiHours({ db, config, now }: Deps, scope: string): Promise<AiHour[]> {
  const rows = await db.sql<AiHour[]>`
    with hours as (
      select generate_series(
        date_trunc('hour', ${now()}::timestamptz, ${config.timeZone}) - ${HOURS - 1} * interval '1 hour',
        date_trunc('hour', ${now()}::timestamptz, ${config.timeZone}),
        interval '1 hour') as at
    ), calls as (
      select at, sum(requests)::float8 as requests, sum(calls)::float8 as calls, sum(errors)::float8 as errors,
        sum(latency_ms) / nullif(sum(latency_n), 0) as "averageMs",
        hist_quantile(hist_sum(hist), 0.95) as "p95Ms"
      from api_call_hours
      where scope = ${scope} and ai and at >= (select min(at) from hours)
      group by at
    )
    select at, coalesce(requests, 0) as requests, coalesce(calls, 0) as calls, coalesce(errors, 0) as errors,
      "averageMs", "p95Ms"
    from hours left join calls using (at)
    order by at`
  return [...rows]
}
