import type { Sql } from 'postgres'
import type { AppendTable } from './append.ts'
import type { Prepared } from './types.ts'

/** Months (year × 12 + month, UTC) of each database's table known to exist; forgotten with the process. */
const known = new Map<string, Set<number>>()

/** Makes the months that the rows fall into, before the statement that needs them. */
export async function ensurePartitions(sql: Sql, table: AppendTable, rows: Prepared[]): Promise<void> {
  const months = monthsOf(sql, table)
  const missing = new Map<number, Date>()
  for (const { ts } of rows) {
    const month = ts.getUTCFullYear() * 12 + ts.getUTCMonth()
    if (!months.has(month)) missing.set(month, ts)
  }
  for (const [month, ts] of missing) {
    await sql`select ensure_partition(${table}, ${ts})`
    months.add(month)
  }
}

/** After months were dropped, or a statement found none: look again. */
export function forgetPartitions(): void {
  known.clear()
}

function monthsOf(sql: Sql, table: AppendTable): Set<number> {
  const key = `${sql.options.host}:${sql.options.port}/${sql.options.database}/${table}`
  let months = known.get(key)
  if (!months) {
    months = new Set()
    known.set(key, months)
  }
  return months
}
