import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { filterQuery, parseFilters } from '../lib/filters.ts'
import { knownPlans } from '../segments/plans.ts'
import { goneSegment, listSegments, usableSegment } from '../segments/store.ts'

/** What can be pinned, by its name in the address. */
export const PINNABLE = ['range', 'from', 'to', 'compare', 'tenant', 'plan', 'segment'] as const

type Context = Pick<Deps, 'config' | 'now'>

/** Whoever looks up what a query string means, without seeing any number. */
const NOBODY: Who = { kind: 'key', id: '', name: '', scopes: [], tenants: null }

/** The query string of pinned filters as it is kept, or what is wrong with them. */
export function pinnedQuery(given: Record<string, string>, deps: Context): { query: string } | { wrong: string } {
  const unknown = Object.keys(given).find((name) => !(PINNABLE as readonly string[]).includes(name))
  if (unknown !== undefined) return { wrong: `“${unknown}” is no filter; there are ${PINNABLE.join(', ')}.` }
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

/**
 * Why a board cannot be pinned so: the segment was deleted, or was never there. A tenant or plan may be named before
 * anybody is of it.
 */
export async function wrongPin(deps: Deps, who: Who, filters: string | null): Promise<string | undefined> {
  const segment = filters === null ? null : new URLSearchParams(filters).get('segment')
  if (!segment) return undefined
  try {
    await usableSegment(deps, who, segment)
    return undefined
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return `${await goneSegment(deps, who, segment)}: choose another one, or none.`
  }
}

/** The plans and segments that an admin can pin. */
export interface PinChoices {
  plans: string[]
  segments: { slug: string; name: string }[]
}

export async function pinChoices(deps: Deps, who: Who): Promise<PinChoices> {
  const [plans, segments] = await Promise.all([knownPlans(deps, who), listSegments(deps, who)])
  return { plans, segments }
}

/** Whether an admin may open a board that is pinned to a tenant. */
export function mayOpen({ tenants }: Pick<Who, 'tenants'>, filters: string | null): boolean {
  const tenant = filters === null ? null : new URLSearchParams(filters).get('tenant')
  return tenants === null || !tenant || tenants.includes(tenant)
}
