import type { Fragment } from 'postgres'
import type { Tag } from '../db/tag.ts'

export type ColumnType = 'text' | 'number' | 'boolean' | 'time' | 'date' | 'money' | 'list' | 'json'

export interface Column {
  type: ColumnType
  /** Column of the walked rows, where it is not called the same; money is in minor units there. */
  from?: string
  /** What `joins` brings. */
  of?: 'joined'
  /** What a person is called, wrote, or is known by: not told in privacy mode strict. */
  personal?: true
  doc?: string
}

/** How rows are walked: columns which together are unique, of an index or of a table small enough to sort. */
export interface Order {
  column: string
  type: 'text' | 'timestamptz' | 'date' | 'int' | 'oid' | 'tid'
}

/** A table of facts as a file and as JSON. Adding one is a block in src/exports/tables. */
export interface TableExport {
  /** The name in the address: /exports/users.csv, /api/tables/users. */
  name: string
  doc: string
  /** What is read, as it stands in a FROM clause. */
  source: (sql: Tag) => Fragment
  /** Facts of a period are walked by their instant, and have days by default; states by their id, all of them by default. */
  walk: 'period' | 'all'
  order: readonly Order[]
  /** The instant which `from` and `to` look at. */
  at: string
  atType: 'timestamptz' | 'date'
  /** false: rows belong to no tenant, so that who is bound to one cannot have them. */
  hasTenant: boolean
  columns: Readonly<Record<string, Column>>
  /** Columns which a parameter of the same name narrows to some values. */
  filters: readonly string[]
  /** Further tables, joined to the walked rows `w`; their columns are of: 'joined'. */
  joins?: (sql: Tag, scope: string) => Fragment
}

const column =
  (type: ColumnType) =>
  (more: Omit<Column, 'type'> = {}): Column => ({ type, ...more })
export const text = column('text')
export const number = column('number')
export const boolean = column('boolean')
export const time = column('time')
export const date = column('date')
export const list = column('list')
export const json = column('json')
/** In major units of the row's currency. */
export const money = (from: string, more: Omit<Column, 'type' | 'from'> = {}): Column => ({
  type: 'money',
  from,
  ...more,
})
export const personal = (one: Column): Column => ({ ...one, personal: true })
export const joined = (one: Column): Column => ({ ...one, of: 'joined' })

type Given = Pick<TableExport, 'name' | 'doc' | 'columns'> & Partial<Pick<TableExport, 'filters' | 'joins' | 'source'>>

const tableOf = (name: string) => (sql: Tag) => sql`${sql(name)}`
const hasTenant = ({ columns }: Given) => 'tenant_id' in columns

/** Facts which are only appended. They have no id of their own: where a row lies tells it apart and never changes. */
export const appended = (table: string, given: Given): TableExport => ({
  source: tableOf(table),
  filters: [],
  hasTenant: hasTenant(given),
  walk: 'period',
  at: 'ts',
  atType: 'timestamptz',
  order: [
    { column: 'ts', type: 'timestamptz' },
    { column: 'tableoid', type: 'oid' },
    { column: 'ctid', type: 'tid' },
  ],
  ...given,
})

/** Facts with an id, walked by an instant which has an index. */
export const dated = (table: string, at: string, id: string, given: Given): TableExport => ({
  source: tableOf(table),
  filters: [],
  hasTenant: hasTenant(given),
  walk: 'period',
  at,
  atType: 'timestamptz',
  order: [
    { column: at, type: 'timestamptz' },
    { column: id, type: 'text' },
  ],
  ...given,
})

/** What there is, walked by its primary key. */
export const kept = (table: string, at: string, ids: readonly string[], given: Given): TableExport => ({
  source: tableOf(table),
  filters: [],
  hasTenant: hasTenant(given),
  walk: 'all',
  at,
  atType: 'timestamptz',
  order: ids.map((one) => ({ column: one, type: 'text' })),
  ...given,
})
