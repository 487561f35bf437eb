import type { FilterBarProps, FilterOption } from '../../views/parts/index.ts'
import { actorOf } from '../auth/guards.ts'
import { settle, shownOf } from '../lib/settle.ts'
import type { PageContext } from '../page.ts'
import { SEGMENTS_PATH } from './paths.ts'
import { knownPlans } from './plans.ts'
import { listSegments } from './store.ts'
import { version } from './version.ts'

/** The plans in the filter bar; none where there is only one. */
export async function planMenu({ deps, admin, filters, settling, href }: PageContext): Promise<FilterBarProps['plan']> {
  const key = admin.tenants?.join('\0')
  const plans = shownOf(await settle(settling, 'plans-known', () => knownPlans(deps, admin), { key })) ?? []
  if (plans.length < 2 && filters.plan === undefined) return undefined
  const names = filters.plan === undefined || plans.includes(filters.plan) ? plans : [...plans, filters.plan]
  const options = names.map((plan) => ({
    value: plan,
    label: plan,
    href: href({ filters: { plan } }),
    selected: plan === filters.plan,
  }))
  return menuOf(options, href({ filters: { plan: undefined } }), filters.plan === undefined)
}

/** The segments in the filter bar: one's own and the shared ones. */
export async function segmentMenu(context: PageContext): Promise<FilterBarProps['segment']> {
  const { deps, admin, filters, settling, href } = context
  const key = [admin.id, admin.tenants?.join('\0'), version()].join('|')
  const segments = shownOf(await settle(settling, 'segments', () => listSegments(deps, admin), { key })) ?? []
  const named = segments.map(({ slug, name, shared, owner, by }) => ({
    value: slug,
    label: name,
    href: href({ filters: { segment: slug, segmentAt: undefined } }),
    selected: slug === filters.segment,
    ...(shared && owner !== actorOf(admin) ? { note: by } : {}),
  }))
  // The list or the look-up did not answer in time.
  const { segment } = filters
  const unlisted = segment !== undefined && !named.some(({ value }) => value === segment)
  const other = { value: segment ?? '', label: segment ?? '', href: href(), selected: true }
  const options = unlisted ? [other, ...named] : named
  const none = href({ filters: { segment: undefined, segmentAt: undefined } })
  return {
    ...menuOf(options, none, segment === undefined),
    manage: { label: segments.length > 0 ? 'Manage segments' : 'Make a segment', href: SEGMENTS_PATH },
  }
}

function menuOf(options: FilterOption[], all: string, selected: boolean): { label: string; options: FilterOption[] } {
  const label = options.find((one) => one.selected)?.label ?? 'All'
  return { label, options: [{ value: '', label: 'All', href: all, selected }, ...options] }
}
