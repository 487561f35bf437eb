import type { Deps } from '../context.ts'

/** A probed address, now and over the last day and month. */
export interface ProbeTarget {
  target: string
  ok: boolean
  lastAt: Date
  httpStatus: number | null
  error: string | null
  latencyMs: number | null
  /** 0-100; null without a probe in that time. */
  uptimeDay: number | null
  uptimeMonth: number | null
}

/** Every target with a probe in the last 30 days; those that are down first. */
export async function probeTargets({ db: { sql }, now }: Deps): Promise<ProbeTarget[]> {
  const at = now()
  const rows = await sql<ProbeTarget[]>`
    with hours as (
      select target,
        100.0 * sum(ok) filter (where hour > ${at}::timestamptz - interval '24 hours')
          / nullif(sum(n) filter (where hour > ${at}::timestamptz - interval '24 hours'), 0) as "uptimeDay",
        100.0 * sum(ok) / nullif(sum(n), 0) as "uptimeMonth"
      from probe_hours
      where hour > ${at}::timestamptz - interval '30 days'
      group by target
    ), newest as (
      select distinct on (target) target, ts as "lastAt", ok, http_status as "httpStatus", error,
        latency_ms as "latencyMs"
      from probes
      where ts > ${at}::timestamptz - interval '2 hours' and ts <= ${at}
      order by target, ts desc
    )
    select n.*, h."uptimeDay"::float8, h."uptimeMonth"::float8
    from newest n left join hours h using (target)
    order by n.ok, n.target
    limit 50`
  return [...rows]
}
