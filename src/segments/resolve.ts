import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import type { Filters } from '../lib/filters.ts'
import { type Settling, settle, shownOf } from '../lib/settle.ts'
import { knownPlans } from './plans.ts'
import { goneSegment, usableSegment } from './store.ts'
import { version } from './version.ts'

/**
 * The filters of a page with what only the database knows: a plan or a segment that is not there is left out, and the page
 * says so. While the database is away or slow they stay as they are; a segment is marked then, and no card is told of it.
 */
export async function resolveFilters(deps: Deps, who: Who, filters: Filters, settling: Settling): Promise<Filters> {
  if (filters.plan === undefined && filters.segment === undefined) return filters
  const key = [actorOf(who), who.tenants?.join('\0') ?? '*', filters.plan, filters.segment, version()].join('|')
  const found = await settle(settling, 'people', () => look(deps, who, filters), { key })
  const looked = shownOf(found)
  if (looked) return { ...filters, ...noticed(filters, looked) }
  return { ...filters, ...(filters.segment !== undefined && { segmentUnchecked: true }) }
}

interface Looked {
  plan?: string
  segment?: string
  segmentAt?: string
  notices: string[]
}

async function look(deps: Deps, who: Who, { plan, segment }: Filters): Promise<Looked> {
  const [plans, one] = await Promise.all([
    plan === undefined ? ([] as string[]) : knownPlans(deps, who),
    segment === undefined ? undefined : lookSegment(deps, who, segment),
  ] as const)
  const known = plan !== undefined && plans.includes(plan)
  const notices =
    plan !== undefined && !known ? [`Nobody was ever on a plan “${plan.slice(0, 80)}”: all users are shown.`] : []
  return { ...one, ...(known && { plan }), notices: [...notices, ...(one?.notices ?? [])] }
}

async function lookSegment(deps: Deps, who: Who, ref: string): Promise<Looked> {
  try {
    const { slug, updatedAt } = await usableSegment(deps, who, ref)
    return { segment: slug, segmentAt: updatedAt.toISOString(), notices: [] }
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    return { notices: [`${await goneSegment(deps, who, ref)}: all users are shown.`] }
  }
}

function noticed(filters: Filters, looked: Looked): Partial<Filters> {
  const { plan, segment, segmentAt, notices } = looked
  const notice = [filters.notice, ...notices].filter(Boolean).join(' ')
  return { plan, segment, segmentAt, notice: notice === '' ? undefined : notice }
}
