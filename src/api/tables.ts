import type { Hono } from 'hono'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { tableQueryOf } from '../exports/asked.ts'
import type { Order, TableExport } from '../exports/table.ts'
import { tables } from '../exports/tables/index.ts'
import { type TableRow, tablePage } from '../exports/walk.ts'
import { isDay } from '../lib/filters.ts'
import { json } from './json.ts'
import { serve } from './operation.ts'
import { BadParameter } from './query.ts'
import { type AskedTable, listTables, pageOfTable, queryOf } from './tables-operations.ts'

/** The tables of facts as JSON, page by page. */
export function mountTablesApi(app: Hono<Env>, deps: Deps): void {
  const guard = allow({ scope: 'read', role: 'viewer' })

  serve(app, listTables, guard, (c) => json(c, { tables: tables.map(aboutOf) }))

  for (const table of tables) {
    const names = Object.keys(table.columns)
    const shown = (row: TableRow) => Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
    serve(app, pageOfTable(table), guard, async (c, read) => {
      const { limit, after, ...asked } = read as AskedTable & { limit: number; after?: string }
      const query = tableQueryOf(c, deps, table, asked)
      const start = after === undefined ? undefined : keyOf(after, table.order)
      const { rows, next } = await tablePage(deps, deps.db.sql, table, query, { after: start, limit })
      return json(c, { table: table.name, rows: rows.map(shown), next: next ? cursorOf(next) : null })
    })
  }
}

function aboutOf(table: TableExport) {
  const { name, doc, columns } = table
  return {
    table: name,
    doc,
    csv: `/exports/${name}.csv`,
    json: `/api/tables/${name}`,
    parameters: Object.keys(queryOf(table).shape),
    columns: Object.entries(columns).map(([column, { type, doc: about }]) => ({ name: column, type, doc: about })),
  }
}

const cursorOf = (key: string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** @throws BadParameter for what is not the cursor of such a table */
function keyOf(cursor: string, order: readonly Order[]): string[] {
  const key = parsed(cursor)
  const fits =
    Array.isArray(key) &&
    key.length === order.length &&
    order.every(({ type }, i) => typeof key[i] === 'string' && FORMS[type](key[i]))
  if (!fits) throw new BadParameter('after', 'This is not the “next” of a page of this table.')
  return key
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** What the database can read as the type: anything else would be its error, and ours. */
const FORMS: Record<Order['type'], (text: string) => boolean> = {
  text: (text) => text.length <= 1_000 && !text.includes('\0'),
  timestamptz: (text) =>
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/.test(text) && isDay(text.slice(0, 10)) && isTime(text),
  date: isDay,
  int: (text) => /^\d{1,9}$/.test(text),
  oid: (text) => /^\d{1,9}$/.test(text),
  tid: (text) => /^\(\d{1,9},\d{1,4}\)$/.test(text),
}

const isTime = (text: string): boolean => !Number.isNaN(Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`))
