import type { FilterBarProps, FilterOption, FrameAdmin, NavGroup, SourceState } from '../views/parts/index.ts'
import type { AdminWho } from './env.ts'
import { rangeDates } from './lib/dates.ts'
import { COMPARES, type Compare, type Filters, filterQuery, presetBounds, RANGES, type Range } from './lib/filters.ts'
import { DATABASE, type StateBook, settle, shownOf } from './lib/settle.ts'
import { maySee, NAV_GROUPS, type NavGroupName, type Page, type PageContext } from './page.ts'

const RANGE_LABELS: Record<Range, string> = {
  today: 'Today',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  month: 'This month',
  'last-month': 'Last month',
  year: 'This year',
  custom: 'Custom dates',
}
const COMPARE_LABELS: Record<Compare, string> = {
  previous: 'Previous period',
  year: 'Year before',
  none: 'No comparison',
}
/** A menu is not a search: who has more tenants types the name into the command palette or the address. */
const TENANTS_SHOWN = 200

/** The nav: what the admin's role may see, in the order of the groups; its links keep the filters. */
export function navOf(pages: readonly Page[], admin: AdminWho, filters?: Filters): NavGroup[] {
  const query = filters ? filterQuery(filters) : ''
  const shown = pages.filter((page) => !page.under && maySee(admin, page))
  const names = Object.keys(NAV_GROUPS) as NavGroupName[]
  return names.flatMap((group) => {
    const own = shown.filter((page) => page.group === group).sort((a, b) => a.order - b.order)
    if (own.length === 0) return []
    return [
      {
        group,
        icon: NAV_GROUPS[group],
        pages: own.map(({ title, path, key, icon }) => ({ title, path, href: path + query, key, icon })),
      },
    ]
  })
}

/** The admin as the frame shows them, with what they have set. */
export function frameAdmin(admin: AdminWho): FrameAdmin {
  const { theme, refresh } = admin.preferences
  return {
    name: admin.name ?? admin.email,
    role: admin.role,
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    refresh: refresh !== false,
  }
}

/** The filter bar of a page; a page without a range gets the tenant only. */
export async function filterBar(context: PageContext, page: Page): Promise<FilterBarProps> {
  const { filters, href } = context
  return {
    action: context.path,
    keep: Object.fromEntries(Object.entries(context.query).filter(([, value]) => value !== '')),
    range: {
      label: RANGE_LABELS[filters.range],
      dates: rangeDates(filters.from, filters.to, filters.today),
      options: RANGES.map((range) => ({
        value: range,
        label: RANGE_LABELS[range],
        href: href({ filters: { range, ...(range === 'custom' ? {} : presetBounds(range, filters.today)) } }),
        selected: range === filters.range,
      })),
      from: filters.from,
      to: filters.to,
      timeZone: context.deps.config.timeZone,
    },
    compare: page.filters === 'tenant' ? undefined : compareMenu(context),
    tenant: await tenantMenu(context),
    reset: context.path,
  }
}

/** The states of what the pages live on. */
export function sourceStates(book: StateBook): SourceState[] {
  const degraded = book.sources
  const away = book.isDegraded(DATABASE)
  const slow = degraded.filter((name) => name !== DATABASE)
  return [
    { name: 'database', state: away ? 'down' : 'up', note: away ? 'does not answer' : undefined },
    {
      name: 'cards',
      state: slow.length ? 'degraded' : 'up',
      note: slow.length ? `slow: ${slow.join(', ')}` : undefined,
    },
  ]
}

function compareMenu({ filters, href }: PageContext): FilterBarProps['compare'] {
  const options = COMPARES.map((compare) => ({
    value: compare,
    label: COMPARE_LABELS[compare],
    href: href({ filters: { compare } }),
    selected: compare === filters.compare,
  }))
  return { label: COMPARE_LABELS[filters.compare], options }
}

interface TenantName {
  id: string
  name: string
}

async function tenantMenu(context: PageContext): Promise<FilterBarProps['tenant']> {
  const { admin, filters, href } = context
  const loaded = await settle(context.settling, 'tenants', () => tenantNames(context), {
    key: admin.tenants?.join('\0'),
  })
  const tenants = [...(shownOf(loaded) ?? [])]
  if (tenants.length < 2 && filters.tenant === undefined) return undefined
  const known = tenants.some(({ id }) => id === filters.tenant)
  if (filters.tenant !== undefined && !known) tenants.unshift({ id: filters.tenant, name: filters.tenant })
  const option = ({ id, name }: TenantName): FilterOption => ({
    value: id,
    label: name,
    href: href({ filters: { tenant: id } }),
    selected: id === filters.tenant,
  })
  const all = { value: '', label: 'All', href: href({ filters: { tenant: undefined } }), selected: !filters.tenant }
  const options = [...(admin.tenants ? [] : [all]), ...tenants.map(option)]
  return { label: options.find((one) => one.selected)?.label ?? 'All', options }
}

async function tenantNames({ deps, admin }: PageContext): Promise<TenantName[]> {
  const { sql } = deps.db
  const bound = admin.tenants ? sql`where tenant_id = any(${admin.tenants})` : sql``
  return await sql<TenantName[]>`
    select tenant_id as id, coalesce(nullif(name, ''), tenant_id) as name from tenants
    ${bound} order by 2 limit ${TENANTS_SHOWN}`
}
