import type { FilterBarProps, FilterOption, FrameAdmin, NavGroup, NavPage, SourceState } from '../views/parts/index.ts'
import { allUsersPage } from './all-users.ts'
import { tenantExists } from './auth/tenants.ts'
import type { Deps } from './context.ts'
import type { AdminWho } from './env.ts'
import { rangeDates } from './lib/dates.ts'
import { COMPARES, type Compare, type Filters, filterQuery, presetBounds, RANGES, type Range } from './lib/filters.ts'
import { DATABASE, type StateBook, settle, shownOf } from './lib/settle.ts'
import { maySee, NAV_GROUPS, type NavGroupName, type Page, type PageContext } from './page.ts'
import { viewsMenu } from './saved-views/menu.ts'
import { planMenu, segmentMenu } from './segments/menu.ts'
import { configuredSources } from './sources/configured.ts'
import { sourceLabel } from './sources/names.ts'

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
  matched: 'Matched weekdays',
  year: 'Year before',
  none: 'No comparison',
}
/** A menu is not a search: who has more tenants types the name into the command palette or the address. */
const TENANTS_SHOWN = 200

/** The nav: what the admin's role may see, in the order of the groups; its links keep the filters. */
export function navOf(
  pages: readonly Page[],
  admin: AdminWho,
  filters?: Filters,
  badges: Record<string, NavPage['badge']> = {},
): NavGroup[] {
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
        pages: own.map(({ title, path, key, icon }) => ({
          title,
          path,
          href: path + query,
          key,
          icon,
          badge: badges[path],
        })),
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
  const { filters } = context
  // Elsewhere the numbers are of everybody, and the page says so where one of them is kept in its address.
  const ofSome = ['all', 'people', 'whom'].includes(page.filters ?? 'all')
  const ofNow = page.filters === 'scope' || page.filters === 'whom'
  const [tenant, views, plan, segment] = await Promise.all([
    tenantMenu(context),
    viewsMenu(context),
    ofSome ? planMenu(context) : undefined,
    ofSome ? segmentMenu(context) : undefined,
  ])
  const notices = [tenant?.notice, ofSome ? undefined : allUsersPage(filters)].filter(Boolean)
  return {
    action: context.path,
    keep: Object.fromEntries(Object.entries(context.query).filter(([, value]) => value !== '')),
    range: ofNow ? undefined : rangeMenu(context),
    compare: page.filters === undefined || page.filters === 'all' ? compareMenu(context) : undefined,
    tenant: tenant?.menu,
    ...(plan && { plan }),
    ...(segment && { segment }),
    ...(isNarrowed(filters) && { clear: context.href({ filters: WIDE }) }),
    views,
    notice: notices.length > 0 ? notices.join(' ') : undefined,
    reset: context.path,
  }
}

const WIDE = { tenant: undefined, plan: undefined, segment: undefined, segmentAt: undefined }
const isNarrowed = ({ tenant, plan, segment }: Filters): boolean =>
  [tenant, plan, segment].some((one) => one !== undefined)

/** The states of what the pages live on: our own database, what is configured, and whatever else is degraded. */
export function sourceStates({ config, book }: Pick<Deps, 'config' | 'book'>): SourceState[] {
  const configured = configuredSources(config).map(({ source }) => source)
  const others = book.states().filter(({ source, state }) => state === 'degraded' && !configured.includes(source))
  const rest = others.flatMap(({ source }) => (source === DATABASE ? [] : [source]))
  const slow = book.slowCards
  return [
    { state: 'up', ...sourceState(book, DATABASE) },
    ...[...configured, ...rest].map((source) => ({ state: 'off' as const, ...sourceState(book, source) })),
    ...(slow.length > 0 ? [{ name: 'cards', state: 'degraded' as const, note: `slow: ${slow.join(', ')}` }] : []),
  ]
}

/** Without a state where nobody has reported on the source yet. */
function sourceState(book: StateBook, source: string): Pick<SourceState, 'name' | 'note'> & Partial<SourceState> {
  const name = sourceLabel(source)
  const health = book.stateOf(source)
  if (!health) return { name, note: source === DATABASE ? undefined : 'not heard of yet' }
  if (health.state === 'up') return { name, state: 'up' }
  return { name, state: source === DATABASE ? 'down' : 'degraded', note: health.reason }
}

function rangeMenu({ deps, filters, href }: PageContext): FilterBarProps['range'] {
  return {
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
    timeZone: deps.config.timeZone,
  }
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

async function tenantMenu(
  context: PageContext,
): Promise<{ menu: FilterBarProps['tenant']; notice: string | undefined } | undefined> {
  const { admin, filters, href } = context
  const loaded = await settle(context.settling, 'tenants', () => tenantNames(context), {
    key: admin.tenants?.join('\0'),
  })
  const tenants = [...(shownOf(loaded) ?? [])]
  if (tenants.length < 2 && filters.tenant === undefined) return undefined
  const known = tenants.some(({ id }) => id === filters.tenant)
  const notice = known ? undefined : await unknownTenant(context)
  if (filters.tenant !== undefined && !known) tenants.unshift({ id: filters.tenant, name: filters.tenant })
  const option = ({ id, name }: TenantName): FilterOption => ({
    value: id,
    label: name,
    href: href({ filters: { tenant: id } }),
    selected: id === filters.tenant,
  })
  const all = { value: '', label: 'All', href: href({ filters: { tenant: undefined } }), selected: !filters.tenant }
  const options = [...(admin.tenants ? [] : [all]), ...tenants.map(option)]
  return { menu: { label: options.find((one) => one.selected)?.label ?? 'All', options }, notice }
}

/** The menu holds some of the tenants; one that it lacks may be there all the same. */
async function unknownTenant({ deps, filters: { tenant }, settling }: PageContext): Promise<string | undefined> {
  if (tenant === undefined) return undefined
  const known = await settle(settling, 'tenant-known', () => tenantExists(deps, tenant), { key: tenant })
  if (shownOf(known) !== false) return undefined
  return `There is no tenant “${tenant.slice(0, 80)}”: nothing was ever sent for it, so there is nothing to show.`
}

async function tenantNames({ deps, admin }: PageContext): Promise<TenantName[]> {
  const { sql } = deps.db
  const bound = admin.tenants ? sql`where tenant_id = any(${admin.tenants})` : sql``
  return await sql<TenantName[]>`
    select tenant_id as id, coalesce(nullif(name, ''), tenant_id) as name from tenants
    ${bound} order by 2 limit ${TENANTS_SHOWN}`
}
