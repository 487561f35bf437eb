import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'
import type { Cell } from './csv.ts'

export const USAGE_HEADER = [
  'date',
  'tenant',
  'dau',
  'mau',
  'ai_requests',
  'preview_requests',
  'avg_latency_ms',
  'max_queue_depth',
] as const

/** The stored daily rows of one scope, in one statement: a row a day is little, however long the range. All tenants are '*'. */
export async function* usageRows(
  { db }: Deps,
  { scope, from, to }: { scope: string; from: Day; to: Day },
): AsyncGenerator<Cell[][]> {
  const rows = await db.heavy<Record<(typeof USAGE_HEADER)[number], Cell>[]>`
    select date::text as date, tenant, dau::float8 as dau, mau::float8 as mau, ai_requests::float8 as ai_requests,
      preview_requests::float8 as preview_requests, avg_latency_ms, max_queue_depth
    from usage_analytics_daily
    where tenant = ${scope} and date between ${from}::date and ${to}::date
    order by date`
  yield rows.map((row) => USAGE_HEADER.map((name) => row[name]))
}
