import type { Context } from 'hono'
import { checkDays, spanOf } from '../api/params.ts'
import type { AskedTable } from '../api/tables-operations.ts'
import { whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Forbidden } from '../lib/errors.ts'
import type { TableExport } from './table.ts'
import type { TableQuery } from './walk.ts'

/** The rows that a request asks for, of those which the asker may see. */
export function tableQueryOf(c: Context<Env>, deps: Deps, table: TableExport, asked: AskedTable): TableQuery {
  return {
    ...periodOf(c, deps, table, asked),
    scope: scopeFor(c, table, asked),
    filters: filtersOf(deps, table, asked),
  }
}

function scopeFor(c: Context<Env>, { hasTenant, name }: TableExport, { tenant }: AskedTable): string {
  const who = whoOf(c)
  if (!hasTenant && who.tenants !== null)
    throw new Forbidden(`Rows of ${name} belong to no tenant; your access is bound to some.`)
  return scopeOf(who, tenant)
}

function periodOf(c: Context<Env>, deps: Deps, { walk }: TableExport, { from, to, tenant }: AskedTable) {
  if (walk === 'period') {
    const span = spanOf(c, deps, { from, to, tenant })
    return { from: span.from, to: span.to }
  }
  if (from && to) checkDays(from, to)
  return { from, to }
}

function filtersOf({ config }: Deps, { filters, columns }: TableExport, asked: AskedTable): TableQuery['filters'] {
  return Object.fromEntries(
    filters.flatMap((name) => {
      const values = asked[name]
      if (!Array.isArray(values)) return []
      // Whoever may look for a value that is not shown can find out whose it is.
      if (config.privacy === 'strict' && columns[name]?.personal)
        throw new Forbidden(`In privacy mode strict nothing is told, or found, by ${name}.`)
      return [[name, values]]
    }),
  )
}
