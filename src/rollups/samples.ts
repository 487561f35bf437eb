import { addUp, scopes } from './fragments.ts'
import type { FoldContext, Source } from './types.ts'

/** Gauges by hour: mean, low, high and last value of each name. */
export async function foldGaugeHours({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into gauge_hours as t (scope, hour, name, n, total, low, high, last, last_ts)
    select scope, date_trunc('hour', ts, ${config.timeZone}), name, count(*), sum(value), min(value), max(value),
      (array_agg(value order by ts desc))[1], max(ts)
    from gauges cross join ${scopes(tx)}
    where scope is not null and ${source}
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (scope, hour, name) do update set
      ${addUp(tx, ['n', 'total'])},
      low = least(t.low, excluded.low), high = greatest(t.high, excluded.high),
      last = case when excluded.last_ts >= t.last_ts then excluded.last else t.last end,
      last_ts = greatest(t.last_ts, excluded.last_ts)`
}

/** Uptime checks by hour and target. */
export async function foldProbeHours({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into probe_hours as t (hour, target, n, ok, latency_n, latency_ms)
    select date_trunc('hour', ts, ${config.timeZone}), target, count(*), count(*) filter (where ok),
      count(latency_ms), coalesce(sum(latency_ms), 0)
    from probes where ${source}
    group by 1, 2
    order by 1, 2
    on conflict (hour, target) do update set ${addUp(tx, ['n', 'ok', 'latency_n', 'latency_ms'])}`
}
