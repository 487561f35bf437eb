import type { Sql } from '../db/connect.ts'
import { minorUnits } from '../lib/currency.ts'
import type { SqlContext } from '../metrics/metric.ts'
import type { RowColumn, Span } from './source.ts'
import { spansBefore } from './spans.ts'
import { isStreamed, type Place, rowsStatement, type Wanted } from './statement.ts'

export type RowCell = string | number | boolean | Date | null
export interface MetricRow {
  /** What the row is of the number. */
  weight: number
  cells: Record<string, RowCell>
}

/** What there is to read. */
export interface Looked {
  q: SqlContext
  pool: Sql
  wanted: Wanted
  /** Where to look, newest first. */
  spans: Span[]
}

type FoundRow = Record<string, RowCell> & { q_at: string; q_id: string; q_weight: number }

/** Read from an index, a page costs its rows; grouped or sorted, it costs all of them: then better fewer of them. */
const INDEXED_PAGE = 1_000
const PAGE = 5_000

/** All rows, some at a time; between two pages nothing is held. */
export async function* walk(columns: Record<string, RowColumn>, looked: Looked): AsyncGenerator<MetricRow[]> {
  const size = looked.wanted.source.partitioned ? INDEXED_PAGE : PAGE
  let after: Place | undefined
  do {
    const { rows, next } = await readPage(looked, size, after)
    if (rows.length > 0) yield rows.map((row) => shown(row, columns))
    after = next
  } while (after)
}

/** Some rows after a place, and where they go on. */
export async function readPage({ q, pool, wanted, spans }: Looked, limit: number, after: Place | undefined) {
  const found: FoundRow[] = []
  for (const span of after && isStreamed(wanted) ? spansBefore(spans, after, q.zone) : spans) {
    const missing = limit + 1 - found.length
    if (missing === 0) break
    found.push(...(await readRows(q, pool, { ...wanted, span, after, limit: missing })))
  }
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  const next: Place | undefined = last && [last.q_at, last.q_id]
  return { rows, next }
}

/**
 * Of a large table in the order of its index, whatever is known of it: where a partition is young, or a plan is kept, to
 * group all the rest anew for each page looks cheaper (a million rows then took more than ten minutes instead of one).
 */
function readRows(q: SqlContext, pool: Sql, wanted: Wanted): Promise<FoundRow[]> {
  return pool.begin('read only', async (tx) => {
    if (wanted.source.partitioned && isStreamed(wanted))
      await tx`
        select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_sort', 'off', true),
          set_config('enable_hashagg', 'off', true)`
    return tx<FoundRow[]>`${rowsStatement({ ...q, sql: tx }, wanted)}`
  }) as Promise<FoundRow[]>
}

/** A row as it is shown. */
export function shown(row: FoundRow, columns: Record<string, RowColumn>): MetricRow {
  const cells = Object.entries(columns).map(([name, column]) => [name, cellOf(row, name, column)] as const)
  return { weight: row.q_weight, cells: Object.fromEntries(cells) }
}

/** Money is stored in minor units of the row's currency. */
function cellOf(row: FoundRow, name: string, { type }: RowColumn): RowCell {
  const value = row[name] ?? null
  if (type !== 'money' || typeof value !== 'number') return value
  return value / minorUnits(typeof row.currency === 'string' ? row.currency : '')
}
