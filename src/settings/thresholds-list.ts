import type { Catalogue } from '../custom-metrics/catalogue.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'
import { definedLimits } from './change.ts'
import { type Limits, limitsOf } from './limits.ts'

export interface ThresholdRow {
  key: AnyKey
  metric: Metric
  limits: Limits
  defined: Limits
  changed: boolean
}

export const SHOWS = { set: 'With thresholds', changed: 'Changed', all: 'All metrics' } as const
export type Show = keyof typeof SHOWS

export const showOf = (text: string | undefined): Show => (text === 'changed' || text === 'all' ? text : 'set')

/** The thresholds that a search and a choice find; a search looks at all metrics. `keep` is shown in any case. */
export function thresholdRows(
  catalogue: Catalogue,
  { search, show, keep }: { search: string; show: string; keep: string },
): { rows: ThresholdRow[]; counts: Record<Show, number> } {
  const all = catalogue.keys.map((key) => rowOf(catalogue, key))
  const isIn: Record<Show, (row: ThresholdRow) => boolean> = {
    set: ({ limits, changed }) => changed || limits.warn !== null || limits.crit !== null,
    changed: ({ changed }) => changed,
    all: () => true,
  }
  const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const found = words.length > 0 ? (row: ThresholdRow) => matches(row, words) : isIn[showOf(show)]
  const count = (one: Show) => all.filter(isIn[one]).length
  return {
    rows: all.filter((row) => found(row) || row.key === keep),
    counts: { set: count('set'), changed: count('changed'), all: all.length },
  }
}

function rowOf(catalogue: Catalogue, key: AnyKey): ThresholdRow {
  const metric = catalogue.of(key)
  const [limits, defined] = [limitsOf(metric), definedLimits(catalogue, key)]
  return { key, metric, limits, defined, changed: limits.warn !== defined.warn || limits.crit !== defined.crit }
}

const matches = ({ key, metric }: ThresholdRow, words: readonly string[]): boolean =>
  words.every((word) => `${key} ${metric.label}`.toLowerCase().includes(word))
