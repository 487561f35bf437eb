import type { Deps } from '../context.ts'
import type { Cell } from './csv.ts'
import type { TableExport } from './table.ts'
import { type TableQuery, tablePages, type Value } from './walk.ts'

/** The rows of a table as cells, a page at a time. */
export async function* tableCsvRows(deps: Deps, table: TableExport, query: TableQuery): AsyncGenerator<Cell[][]> {
  const names = Object.keys(table.columns)
  for await (const rows of tablePages(deps, table, query))
    yield rows.map((row) => names.map((n) => cellOf(row[n] ?? null)))
}

function cellOf(value: Value): Cell {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Array.isArray(value) ? value.join(', ') : JSON.stringify(value)
}
