import type { AboutProps, ChangeProps, ChartProps, Mark, TileProps } from '../views/parts/index.ts'
import type { Deps } from './context.ts'
import { ageText, dayLabel, dayTitle } from './lib/dates.ts'
import { exportQuery, type Filters } from './lib/filters.ts'
import { type Card, shownOf } from './lib/settle.ts'
import type { Day } from './lib/time.ts'
import { type MetricKey, metricOf } from './metrics/catalogue.ts'
import { formatChange, formatValue } from './metrics/format.ts'
import type { Point, Summary } from './metrics/query.ts'
import { sourceOf } from './metrics/source.ts'
import { metricHref } from './page.ts'

/** Several metrics of one card. */
export type Summaries = Record<string, Summary>

/** A metric's value as it stands in tiles ("tile") or tables ("table"). */
export function valueText(
  deps: Deps,
  key: MetricKey,
  value: number | null | undefined,
  form: 'tile' | 'table',
): string {
  return formatValue(value ?? null, metricOf(key).unit, form, deps.config.currency)
}

/** The change of a summary: direction by the number, meaning by the metric's `good`. */
export function changeOf(key: MetricKey, summary: Summary): ChangeProps {
  const metric = metricOf(key)
  return formatChange(summary, metric.unit, metric.good)
}

/** A metric as a tile: value, change, base, shape, and what stands behind it. */
export function tileOf(deps: Deps, filters: Filters, key: MetricKey, card: Card<Summaries>, label?: string): TileProps {
  const metric = metricOf(key)
  const summary = shownOf(card)?.[key]
  const tile: TileProps = {
    id: key.replace('.', '-'),
    label: label ?? metric.label,
    href: metricHref(filters, key),
    value: summary?.value == null ? null : valueText(deps, key, summary.value, 'tile'),
    points: summary?.points.map(({ value }) => value),
    mark: summary && markOf(deps, summary),
  }
  if (summary) tile.about = aboutOf(deps, filters, key, summary)
  if (summary && filters.compare !== 'none' && (summary.value !== null || summary.previous !== null)) {
    tile.change = changeOf(key, summary)
    tile.base = summary.previous === null ? undefined : valueText(deps, key, summary.previous, 'tile')
    tile.previous = summary.previousPoints?.map(({ value }) => value)
  }
  if (card.state === 'degraded' && summary && card.at)
    tile.mark = { tone: 'stale', text: `${ageText(card.at, deps.now())} old` }
  else if (card.state === 'degraded') tile.degraded = { reason: 'no value yet', at: card.at }
  if (card.state === 'error') tile.degraded = { reason: `failed, request ${card.requestId.slice(0, 8)}` }
  return tile
}

/** The popover of a number: definition, formula, source, time, what to do, doors. */
export function aboutOf(deps: Deps, filters: Filters, key: MetricKey, summary: Summary): AboutProps {
  const metric = metricOf(key)
  const query = exportQuery(filters, { metrics: key })
  return {
    key,
    definition: metric.definition,
    facts: [
      { label: 'Value', value: valueText(deps, key, summary.value, 'table') },
      ...(metric.formula ? [{ label: 'Formula', value: metric.formula }] : []),
    ],
    source: sourceOf(key),
    computedAt: summary.computedAt,
    action: metric.action,
    links: [
      { label: 'Open metric', href: metricHref(filters, key) },
      { label: 'CSV', href: `/exports/metrics.csv${query}` },
      { label: 'JSON', href: `/api/metrics/timeseries${query}` },
    ],
  }
}

/** The state beside a value, only where it is not normal: which limit it is beyond. */
export function markOf(deps: Deps, summary: Summary): Mark | undefined {
  const { key, state } = summary
  if (state !== 'warn' && state !== 'crit') return undefined
  const { warn, crit, good } = metricOf(key)
  const limit = valueText(deps, key, state === 'crit' ? crit : warn, 'tile')
  return { tone: state, text: `${good === 'up' ? '<' : '>'} ${limit}` }
}

/** Labels, titles and the dashed end of a chart over days. */
export function dayAxis(days: Day[], today: Day): Pick<ChartProps, 'labels' | 'titles' | 'partial'> {
  return {
    labels: days.map((day) => dayLabel(day, today)),
    titles: days.map((day) => dayTitle(day, today)),
    partial: days.at(-1) === today,
  }
}

/** The dashed line of the compared period: day by day beside the period's own. */
export function previousLine(points: Point[], filters: Filters, today: Day): ChartProps['previous'] {
  if (filters.compare === 'none' || points.length === 0) return undefined
  return {
    name: filters.compare === 'year' ? 'year before' : 'previous period',
    values: points.map(({ value }) => value),
    titles: points.map(({ day }) => dayTitle(day, today)),
  }
}
