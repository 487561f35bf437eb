import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { filterQuery, parseFilters } from '../lib/filters.ts'

/** What can be pinned, by its name in the address. */
const NAMES = ['range', 'from', 'to', 'compare', 'tenant']

type Context = Pick<Deps, 'config' | 'now'>

/** Whoever looks up what a query string means, without seeing any number. */
const NOBODY: Who = { kind: 'key', id: '', name: '', scopes: [], tenants: null }

/** The query string of pinned filters as it is kept, or what is wrong with them. */
export function pinnedQuery(given: Record<string, string>, deps: Context): { query: string } | { wrong: string } {
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) return { wrong: `“${unknown}” is no filter; there are ${NAMES.join(', ')}.` }
  const parsed = parseFilters(new URLSearchParams(given), {
    who: NOBODY,
    now: deps.now(),
    timeZone: deps.config.timeZone,
  })
  return parsed.notice === undefined ? { query: filterQuery(parsed) } : { wrong: parsed.notice }
}

/** Pinned filters as they are written; what is default is said too. */
export function pinnedFields(query: string): Record<string, string> {
  return { range: '30d', compare: 'previous', ...Object.fromEntries(new URLSearchParams(query)) }
}

/** Whether an admin may open a board that is pinned to a tenant. */
export function mayOpen({ tenants }: Pick<Who, 'tenants'>, filters: string | null): boolean {
  const tenant = filters === null ? null : new URLSearchParams(filters).get('tenant')
  return tenants === null || !tenant || tenants.includes(tenant)
}
