import { scopeOf } from '../auth/scope.ts'
import type { Who } from '../env.ts'
import { COMPARES, type Compare } from './compare.ts'
import { addDays, type Day, daysBetween, today } from './time.ts'

export const RANGES = ['today', '7d', '30d', '90d', 'month', 'last-month', 'year', 'custom'] as const
export type Range = (typeof RANGES)[number]
export { COMPARES, type Compare }

/** The shared filter bar. It lives in the URL only: a URL is the view. */
export interface Filters {
  range: Range
  /** First and last day, both included. */
  from: Day
  to: Day
  compare: Compare
  /** As the URL has it; undefined = all that the admin may see. */
  tenant: string | undefined
  /** What queries filter by: '*' or a tenant. */
  scope: string
  /** Only users on this plan, each day those who were on it then. */
  plan?: string
  /** Only users of this segment: its slug. */
  segment?: string
  /** When the segment was changed, for the keys of caches. */
  segmentAt?: string
  /** Nobody knows yet whether whoever asks may use the segment: nothing is told of it. */
  segmentUnchecked?: true
  /** The running day, in the configured zone. */
  today: Day
  /** What was wrong with the URL, to be shown on the page. */
  notice: string | undefined
}

export interface FilterContext {
  who: Who
  now: Date
  timeZone: string
}

/** Longer ranges are cut: about three years is what a page can show. */
const MAX_DAYS = 1_100

/**
 * The filters of a query string. Bad values become the defaults with a notice, never an error;
 * a tenant that the admin may not see is refused (Forbidden).
 */
export function parseFilters(query: URLSearchParams, context: FilterContext): Filters {
  const day = today(context.now, context.timeZone)
  const notices: string[] = []
  // Days of an address are meant, also where it does not say "custom": written by hand, or copied from an export.
  const named = query.get('from') || query.get('to') ? 'custom' : '30d'
  const range = oneOf(query, 'range', RANGES, named, notices)
  const compare = oneOf(query, 'compare', COMPARES, 'previous', notices)
  const tenant = tenantOf(query, notices)
  const plan = textOf(query, 'plan', notices)
  const segment = textOf(query, 'segment', notices)
  const bounds = range === 'custom' ? customBounds(query, day, notices) : undefined
  return {
    range: range === 'custom' && !bounds ? '30d' : range,
    ...(bounds ?? presetBounds(range, day)),
    compare,
    tenant,
    scope: scopeOf(context.who, tenant),
    ...(plan !== undefined && { plan }),
    ...(segment !== undefined && { segment }),
    today: day,
    notice: notices.length ? notices.join(' ') : undefined,
  }
}

/** The query string of some filters, without what is default; `change` replaces some of them. */
export function filterQuery(
  filters: Filters,
  change: Partial<Filters> = {},
  keep: Record<string, string> = {},
): string {
  const next = { ...filters, ...change }
  const query = new URLSearchParams()
  if (next.range !== '30d') query.set('range', next.range)
  if (next.range === 'custom') {
    query.set('from', next.from)
    query.set('to', next.to)
  }
  if (next.compare !== 'previous') query.set('compare', next.compare)
  if (next.tenant !== undefined) query.set('tenant', next.tenant)
  if (next.plan !== undefined) query.set('plan', next.plan)
  if (next.segment !== undefined) query.set('segment', next.segment)
  for (const [name, value] of Object.entries(keep)) query.set(name, value)
  const text = query.toString()
  return text ? `?${text}` : ''
}

/** The days an export or an API call needs for the same numbers. */
export function exportQuery(filters: Filters, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...more, from: filters.from, to: filters.to })
  if (filters.tenant !== undefined) query.set('tenant', filters.tenant)
  if (filters.plan !== undefined) query.set('plan', filters.plan)
  if (filters.segment !== undefined) query.set('segment', filters.segment)
  return `?${query}`
}

/** What answers depend on, for cache keys. */
export function filterKey({ scope, from, to, compare, plan = '', segment = '', segmentAt = '' }: Filters): string {
  return [scope, from, to, compare, plan, segment, segmentAt].join('|')
}

/** What metrics of a page are asked with beside their days. */
export function peopleOf({
  scope,
  plan,
  segment,
  segmentUnchecked,
}: Pick<Filters, 'scope' | 'plan' | 'segment' | 'segmentUnchecked'>): {
  scope: string
  plan?: string
  segment?: string
  segmentUnchecked?: true
} {
  return {
    scope,
    ...(plan !== undefined && { plan }),
    ...(segment !== undefined && { segment, ...(segmentUnchecked && { segmentUnchecked }) }),
  }
}

/** The same filters of all users: for what is not kept by plan or segment. */
export const ofAll = (filters: Filters): Filters => ({ ...filters, plan: undefined, segment: undefined })

/** First and last day of a preset. */
export function presetBounds(range: Range, day: Day): { from: Day; to: Day } {
  const month = `${day.slice(0, 7)}-01`
  switch (range) {
    case 'today':
      return { from: day, to: day }
    case '7d':
      return { from: addDays(day, -6), to: day }
    case '90d':
      return { from: addDays(day, -89), to: day }
    case 'month':
      return { from: month, to: day }
    case 'last-month': {
      const end = addDays(month, -1)
      return { from: `${end.slice(0, 7)}-01`, to: end }
    }
    case 'year':
      return { from: `${day.slice(0, 4)}-01-01`, to: day }
    default:
      return { from: addDays(day, -29), to: day }
  }
}

/** Whether a text is a day of the calendar: 2026-02-30 is not. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '1970-01-01') return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function oneOf<T extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly T[],
  fallback: T,
  notices: string[],
): T {
  const text = query.get(name)
  if (text === null || text === '') return fallback
  const found = allowed.find((value) => value === text)
  if (!found) notices.push(`“${text.slice(0, 40)}” is not a ${name} that exists; the default is shown.`)
  return found ?? fallback
}

function tenantOf(query: URLSearchParams, notices: string[]): string | undefined {
  return query.get('tenant') === '*' ? undefined : textOf(query, 'tenant', notices)
}

function textOf(query: URLSearchParams, name: string, notices: string[]): string | undefined {
  const text = query.get(name)
  if (!text) return undefined
  if (text.length <= 200 && !text.includes('\0')) return text
  notices.push(`The ${name} of the address is not a valid id; all are shown.`)
  return undefined
}

function customBounds(query: URLSearchParams, day: Day, notices: string[]): { from: Day; to: Day } | undefined {
  let to = query.get('to') || day
  let from = query.get('from') || (query.get('to') && isDay(to) ? addDays(to, -29) : '')
  if (!isDay(from) || !isDay(to)) {
    notices.push('The dates of the address are not days of the calendar; the last 30 days are shown.')
    return undefined
  }
  if (from > to) {
    ;[from, to] = [to, from]
    notices.push('The first day of the address is after the last one; they were taken the other way round.')
  }
  if (from > day) {
    notices.push('The dates of the address lie in the future; the last 30 days are shown.')
    return undefined
  }
  if (to > day) to = day
  if (daysBetween(from, to) >= MAX_DAYS) {
    from = addDays(to, 1 - MAX_DAYS)
    notices.push(`The range is longer than ${MAX_DAYS} days; its end is shown.`)
  }
  return { from, to }
}
