import type { TableExport } from '../table.ts'
import { actionTables } from './actions.ts'
import { healthTables } from './health.ts'
import { moneyTables } from './money.ts'
import { operations } from './operations.ts'
import { people } from './people.ts'
import { snapshots } from './snapshots.ts'
import { work } from './work.ts'

/** Every table that can be had as /exports/<name>.csv and as /api/tables/<name>. */
export const tables: readonly TableExport[] = [
  ...people,
  ...healthTables,
  ...moneyTables,
  ...work,
  ...operations,
  ...actionTables,
  ...snapshots,
]

/** The table of a name; undefined = there is none. */
export function tableOf(name: string): TableExport | undefined {
  return tables.find((table) => table.name === name)
}
