import type { Child } from 'hono/jsx'
import type { IconName, LayoutProps } from '../views/parts/index.ts'
import { isAllowed } from './auth/guards.ts'
import type { Deps } from './context.ts'
import { catalogueOf } from './custom-metrics/catalogue.ts'
import type { AdminWho, Role } from './env.ts'
import { whileUnchanged } from './folded-cards.ts'
import { type Filters, filterKey, filterQuery } from './lib/filters.ts'
import { type Card, type SettleOptions, type Settling, settle } from './lib/settle.ts'

/** The nav's headings, in order, with their icon. */
export const NAV_GROUPS = {
  Now: 'bolt',
  People: 'users',
  Product: 'box',
  Money: 'coin',
  AI: 'sparkles',
  Engineering: 'server-2',
  Work: 'tool',
} as const satisfies Record<string, IconName>
export type NavGroupName = keyof typeof NAV_GROUPS

/** What a page gets to load and to render with. */
export interface PageContext {
  deps: Deps
  admin: AdminWho
  filters: Filters
  /** The path asked for, parameters filled in. */
  path: string
  /** Path parameters, `:key` and the like. */
  param: Record<string, string>
  /** The page's own query parameters (those named in `params`), '' where absent. */
  query: Record<string, string>
  settling: Settling
  /** The same with a cache of a minute: for what a minute does not change. */
  slowly: Settling
  /** This page's address with some of its own parameters or filters changed; '' drops a parameter. */
  href: (change?: { query?: Record<string, string>; filters?: Partial<Filters> }) => string
}

export interface Page<T = unknown> {
  /** Under /dashboard; may hold parameters. */
  path: string
  title: string
  group: NavGroupName
  order: number
  role: Role
  /** In the phone's bottom bar; default the group's. */
  icon?: IconName
  /** Letter pressed after G. */
  key?: string
  /** A page reached from another one; that one's path is current in the nav. */
  under?: string
  /** Seconds between polls of the live part; absent = the page does not refresh. */
  every?: number
  /** Query parameters of its own. */
  params?: readonly string[]
  /**
   * The filters that mean something here; 'people': no comparison, 'tenant': nor plan and segment, 'scope': nor range;
   * 'whom': tenant, plan and segment of now.
   * Default: all.
   */
  filters?: 'all' | 'people' | 'whom' | 'tenant' | 'scope' | 'none'
  /** What the page depends on beside role and tenants: who asks, and what they have changed. Absent = nothing. */
  personal?: (admin: AdminWho) => string
  /** undefined = there is no such thing: 404. */
  load: (context: PageContext) => Promise<T | undefined>
  /** What a poll replaces. */
  Live: (props: PageProps<T>) => Child
  /** What a poll mends elsewhere: `<hx-partial>`s for places that the frame or the view made. */
  Aside?: (props: PageProps<T>) => Child
  /** What stands around the live part, and stays; default: nothing. */
  View?: (props: PageProps<T> & { live: Child }) => Child
  /** Title, crumbs, exports, buttons of the frame. */
  frame?: (props: PageProps<T>) => Partial<LayoutProps>
}

export interface PageProps<T> {
  data: T
  context: PageContext
}

/** A page of the dashboard. Adding one is a file in views/pages and a line in pages.ts. */
export function definePage<T>(page: Page<T>): Page<T> {
  return page
}

/** Where a page's live part answers: under a root of its own, so that a page may be called "live" itself. */
export function livePathOf({ path }: Pick<Page, 'path'>): string {
  return path === '/dashboard' ? '/live/overview' : path.replace('/dashboard', '/live')
}

/** Whether an admin's role reaches a page. */
export function maySee(admin: AdminWho, page: Pick<Page, 'role'>): boolean {
  return isAllowed({ role: page.role }, admin)
}

interface CardOptions extends SettleOptions {
  slow?: boolean
  /** Made of roll-ups alone: not computed again before they change. */
  folded?: boolean
}

/** A card's value under its own budget, cached by scope, filters and `options.key`. */
export function card<T>(
  context: PageContext,
  name: string,
  load: () => Promise<T>,
  { slow, folded, ...options }: CardOptions = {},
): Promise<Card<T>> {
  // States are part of what is kept: a threshold that was just changed holds at once.
  const key = `${filterKey(context.filters)}|${catalogueOf(context.deps).version}|${options.key ?? ''}`
  // Whom a segment has is also told by what no fold touches.
  const still = folded && context.filters.segment === undefined
  const { today } = context.filters
  const made = still ? whileUnchanged(context.deps.db, `${today}|${name}|${key}`, load) : load
  return settle(slow ? context.slowly : context.settling, name, made, { ...options, key })
}

/** Addresses of a page that keep what is not changed. */
export function hrefs(path: string, filters: Filters, query: Record<string, string>): PageContext['href'] {
  return (change = {}) => {
    const own = Object.entries({ ...query, ...change.query }).filter(([, value]) => value !== '')
    return `${path}${filterQuery(filters, change.filters, Object.fromEntries(own))}`
  }
}

/** The rows beneath a metric, of one of its parts or groups. */
export function rowsHref(filters: Filters, key: string, of: Record<string, string> = {}): string {
  return `/dashboard/metrics/${encodeURIComponent(key)}/rows${filterQuery(filters, {}, of)}`
}

/** The page of a metric, with the same filters. */
export function metricHref(filters: Filters, key: string): string {
  return `/dashboard/metrics/${encodeURIComponent(key)}${filterQuery(filters)}`
}
