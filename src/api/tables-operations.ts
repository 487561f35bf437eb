import { z } from 'zod'
import type { TableExport } from '../exports/table.ts'
import { tables } from '../exports/tables/index.ts'
import { operation } from './operation.ts'
import { parameters, values } from './query.ts'

const { from, to, tenant, limit } = parameters

/** The parameters of a table: its days and its tenant where it has them, and the columns it can be narrowed by. */
export function queryOf({ at, hasTenant, filters, columns }: TableExport) {
  const about = Object.entries(columns).find(([name, { from: column = name }]) => column === at)?.[0] ?? at
  const shape: Record<string, z.ZodType> = {
    from: from
      .unwrap()
      .meta({ ...from.unwrap().meta(), description: `First day, by ${about}.` })
      .optional(),
    to,
    ...(hasTenant && { tenant }),
    ...Object.fromEntries(filters.map((name) => [name, values(`Only rows with one of these in ${name}.`)])),
  }
  return z.object(shape)
}

/** What a table is asked by, when it has been read. */
export interface AskedTable {
  from?: string
  to?: string
  tenant?: string
  [filter: string]: string | string[] | number | undefined
}

const cell = z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown()), z.record(z.string(), z.unknown())])

export const listTables = operation({
  method: 'get',
  path: '/api/tables',
  tag: 'Tables',
  summary: 'The tables there are, with their columns',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      tables: z.array(
        z.strictObject({
          table: z.string(),
          doc: z.string(),
          csv: z.string(),
          json: z.string(),
          parameters: z.array(z.string()),
          columns: z.array(z.strictObject({ name: z.string(), type: z.string(), doc: z.string().optional() })),
        }),
      ),
    }),
  },
})

/** A table as JSON, page by page. */
export const pageOfTable = (table: TableExport) =>
  operation({
    method: 'get',
    path: `/api/tables/${table.name}`,
    tag: 'Tables',
    summary: table.doc,
    details:
      'A page of rows; `next` goes into `after` for the following one and is null at the end. Amounts of money are in major units.',
    query: queryOf(table).extend({
      limit: limit(1_000, 100),
      after: z.string().max(2_000).meta({ description: '`next` of the page before.' }).optional(),
    }),
    example: 'limit=10',
    answer: {
      type: 'application/json',
      schema: z.strictObject({
        table: z.literal(table.name),
        rows: z.array(
          z.strictObject(Object.fromEntries(Object.keys(table.columns).map((name) => [name, cell.nullable()]))),
        ),
        next: z.string().nullable(),
      }),
    },
  })

/** The same table as a file. */
export const fileOfTable = (table: TableExport) =>
  operation({
    method: 'get',
    path: `/exports/${table.name}.csv`,
    tag: 'Tables',
    summary: table.doc,
    details:
      table.walk === 'period' ? 'By default the last 30 days.' : 'By default all of them; `from` and `to` narrow it.',
    query: queryOf(table),
    answer: { type: 'text/csv', doc: `Columns: ${Object.keys(table.columns).join(', ')}.` },
  })

export const tablesOperations = [listTables, ...tables.map(fileOfTable), ...tables.map(pageOfTable)]
