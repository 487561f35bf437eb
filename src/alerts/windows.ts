import { addDays, type Day } from '../lib/time.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import type { Range } from '../metrics/evaluate.ts'
import type { Metric } from '../metrics/metric.ts'
import { SLIDING } from './rows.ts'

/** Over what a rule looks. Sliding ones end now, closed ones with yesterday. */
export const WINDOWS = {
  now: { label: 'now', of: 'now', minutes: 0 },
  '5m': { label: 'last 5 min', of: 'sliding', minutes: 5 },
  '10m': { label: 'last 10 min', of: 'sliding', minutes: 10 },
  '15m': { label: 'last 15 min', of: 'sliding', minutes: 15 },
  '30m': { label: 'last 30 min', of: 'sliding', minutes: 30 },
  '60m': { label: 'last 60 min', of: 'sliding', minutes: 60 },
  '3h': { label: 'last 3 h', of: 'sliding', minutes: 180 },
  '6h': { label: 'last 6 h', of: 'sliding', minutes: 360 },
  '24h': { label: 'last 24 h', of: 'sliding', minutes: 1_440 },
  today: { label: 'today so far', of: 'today', minutes: 1_440 },
  '1d': { label: 'yesterday', of: 'closed', minutes: 1_440 },
  '7d': { label: 'last 7 whole days', of: 'closed', minutes: 7 * 1_440 },
  '30d': { label: 'last 30 whole days', of: 'closed', minutes: 30 * 1_440 },
} as const satisfies Record<string, { label: string; of: 'now' | 'sliding' | 'today' | 'closed'; minutes: number }>

export type WindowName = keyof typeof WINDOWS
export const WINDOW_NAMES = Object.keys(WINDOWS) as WindowName[]
const named = (of: (typeof WINDOWS)[WindowName]['of']) => WINDOW_NAMES.filter((name) => WINDOWS[name].of === of)

export const isSliding = (window: WindowName): boolean => WINDOWS[window].of === 'sliding'
/** A day as a whole: yesterday, or what today's level is. */
export const isOneDay = (window: string): boolean => window === '1d' || window === 'today'
/** Days, and sliding windows of at least an hour, have the same before them that they can be compared with. */
export const isComparable = (window: WindowName): boolean => WINDOWS[window].minutes >= 60

/** The windows over which a metric can be known: by the minute only what is kept by the minute. */
export function windowsOf(key: AnyKey, metric: Metric): WindowName[] {
  if (metric.kind === 'live') return ['now']
  // Several days are one number only where days add up.
  const days: WindowName[] = metric.kind === 'sum' ? [...named('today'), ...named('closed')] : ['today', '1d']
  if (metric.kind === 'derived' || metric.running || metric.lag) return days
  // What a day's row says of its end is no matter of ranges.
  if (metric.kind === 'last') return ['today']
  const source = SLIDING[metric.from]
  if (!source?.holds(key, metric)) return days
  return [...named('sliding'), ...days]
}

/** Why a metric has no shorter windows, for the builder. */
export function windowNote(key: AnyKey, metric: Metric): string {
  if (metric.kind === 'live') return 'A reading, taken every minute.'
  return windowsOf(key, metric).some(isSliding)
    ? 'Kept by the minute: any window.'
    : 'Kept by the day: no shorter window than a day.'
}

/** The days of a window, so many minutes back. */
export function rangeOf(window: WindowName, backMinutes: number, today: Day): Range {
  const { of, minutes } = WINDOWS[window]
  const back = Math.round(backMinutes / 1_440)
  if (of !== 'closed') return { from: addDays(today, -back), to: addDays(today, -back) }
  const to = addDays(today, -1 - back)
  return { from: addDays(to, 1 - Math.round(minutes / 1_440)), to }
}
