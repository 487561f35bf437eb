import type { Tag } from '../db/tag.ts'
import type { MetricKey } from './catalogue.ts'
import type { DayValues } from './snapshot-values.ts'

/** The columns of usage_analytics_daily, a table that other systems read. */
const COLUMNS = {
  dau: 'users.dau',
  mau: 'users.mau',
  ai_requests: 'ai.requests',
  preview_requests: 'jobs.previews',
  avg_latency_ms: 'ai.latency_avg',
  max_queue_depth: 'queue.depth_max',
} as const satisfies Record<string, MetricKey>

export const USAGE_KEYS: readonly MetricKey[] = Object.values(COLUMNS)

/** Writes the rows of some days and scopes; all tenants are '*'. */
export async function storeUsage(sql: Tag, days: DayValues[]): Promise<void> {
  const rows = days.map(({ scope, day, value }) => ({
    date: day,
    tenant: scope,
    ...Object.fromEntries(Object.entries(COLUMNS).map(([column, key]) => [column, value(key)])),
  }))
  await sql`
    insert into usage_analytics_daily
      (date, tenant, dau, mau, ai_requests, preview_requests, avg_latency_ms, max_queue_depth)
    select date, tenant, dau, mau, ai_requests, preview_requests, avg_latency_ms, max_queue_depth
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as x (
      date date, tenant text, dau bigint, mau bigint, ai_requests bigint, preview_requests bigint,
      avg_latency_ms float8, max_queue_depth float8)
    on conflict (date, tenant) do update set
      dau = excluded.dau, mau = excluded.mau, ai_requests = excluded.ai_requests,
      preview_requests = excluded.preview_requests, avg_latency_ms = excluded.avg_latency_ms,
      max_queue_depth = excluded.max_queue_depth`
}
