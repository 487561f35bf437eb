import type { AboutProps, ChangeProps, ChartProps, Mark, TileProps } from '../views/parts/index.ts'
import { allUsersText } from './all-users.ts'
import type { Deps } from './context.ts'
import { catalogueOf } from './custom-metrics/catalogue.ts'
import { ageText, dayLabel, dayTitle } from './lib/dates.ts'
import { exportQuery, type Filters, peopleOf } from './lib/filters.ts'
import { type Card, shownOf } from './lib/settle.ts'
import { addDays, type Day } from './lib/time.ts'
import { type AnyKey, type MetricKey, metricOf } from './metrics/catalogue.ts'
import { formatColumn } from './metrics/column.ts'
import { formatChange, formatValue } from './metrics/format.ts'
import type { Metric } from './metrics/metric.ts'
import { quantityText } from './metrics/quantity.ts'
import { type Point, type Summary, summary } from './metrics/query.ts'
import { sourceOf } from './metrics/source.ts'
import { metricHref } from './page.ts'

/** Several metrics of one card. */
export type Summaries = Record<string, Summary>

/** The spans of days up to now that a number is seen over. */
export const SPANS = { '7 days': 7, '30 days': 30, '90 days': 90 } as const
export type Spans = Record<keyof typeof SPANS, Summaries>

/** Metrics over each span, against as many days before it. */
export async function spansOf(
  deps: Deps,
  keys: readonly AnyKey[],
  { today, ...filters }: Pick<Filters, 'scope' | 'plan' | 'segment' | 'segmentUnchecked' | 'today'>,
): Promise<Spans> {
  const over = async (days: number): Promise<Summaries> =>
    summary(deps, keys, { ...peopleOf(filters), from: addDays(today, 1 - days), to: today, compare: 'previous' })
  const [week, month, quarter] = await Promise.all(Object.values(SPANS).map(over))
  return { '7 days': week ?? {}, '30 days': month ?? {}, '90 days': quarter ?? {} }
}

/** "7 d / 30 d / 90 d" of a popover: the values, and how they changed. */
export function spanFacts(deps: Deps, key: AnyKey, spans: Spans | undefined): { label: string; value: string }[] {
  const all = Object.keys(SPANS).map((span) => spans?.[span as keyof Spans][key])
  const found = all.filter((one) => one !== undefined)
  if (found.length < all.length) return []
  const arrows = { up: '▲ ', down: '▼ ', flat: '', none: '' }
  const changes = found
    .map((one) => changeIn(deps, key, one))
    .map(({ text, direction }) => `${arrows[direction]}${text}`)
  return [
    { label: '7 d / 30 d / 90 d', value: found.map(({ value }) => valueText(deps, key, value, 'tile')).join(' · ') },
    { label: 'against before', value: changes.join(' · ') },
  ]
}

/** A metric's value as it stands in tiles ("tile") or tables ("table"). */
export function valueText(deps: Deps, key: AnyKey, value: number | null | undefined, form: 'tile' | 'table'): string {
  return formatValue(value ?? null, catalogueOf(deps).of(key).unit, form, deps.config.currency)
}

/** A metric's values as a column of a table has them: with one precision. */
export function columnTexts(deps: Deps, key: AnyKey, values: readonly (number | null | undefined)[]): string[] {
  return formatColumn(values, catalogueOf(deps).of(key).unit, deps.config.currency)
}

/** Why nothing is compared: of the period before too little is known. A tile of 168 px holds it. */
const gapText = ({ days, of }: NonNullable<Summary['previousKnown']>): string => `before: ${days} of ${of} days`

/** The change of a summary: direction by the number, meaning by the metric's `good`. */
export function changeOf(key: MetricKey, summary: Changed): ChangeProps {
  return changeBy(metricOf(key), summary)
}

/** The same of any metric. */
export function changeIn(deps: Deps, key: AnyKey, summary: Changed): ChangeProps {
  return changeBy(catalogueOf(deps).of(key), summary)
}

type Changed = Pick<Summary, 'value' | 'previous' | 'change' | 'previousKnown'>

function changeBy(metric: Metric, summary: Changed): ChangeProps {
  if (summary.previousKnown) return { text: '—', direction: 'none', meaning: 'neutral' }
  return formatChange(summary, metric.unit, metric.good)
}

/** A metric as a tile: value, change, base, shape, and what stands behind it. */
export function tileOf(deps: Deps, filters: Filters, key: AnyKey, card: Card<Summaries>, label?: string): TileProps {
  const metric = catalogueOf(deps).of(key)
  const summary = shownOf(card)?.[key]
  const tile: TileProps = {
    id: key.replace('.', '-'),
    label: label ?? metric.label,
    href: metricHref(filters, key),
    value: summary && shownValue(summary) !== null ? valueText(deps, key, shownValue(summary), 'tile') : null,
    points: summary?.points.map(({ value }) => value),
    mark: summary && markOf(deps, summary),
  }
  if (metric.unit === 'months' || metric.unit === 'hours') tile.unit = metric.unit
  if (summary) tile.about = aboutOf(deps, filters, key, summary)
  if (summary?.ignored) tile.allUsers = allUsersText(summary.ignored, filters)
  if (summary && filters.compare !== 'none' && (summary.value !== null || summary.previous !== null)) {
    const { previous, previousKnown } = summary
    if (previousKnown) tile.gap = gapText(previousKnown)
    else tile.change = changeIn(deps, key, summary)
    if (!previousKnown && previous !== null) tile.base = valueText(deps, key, previous, 'tile')
    tile.previous = summary.previousPoints?.map(({ value }) => value)
  }
  if (summary?.away !== undefined && summary.latest === null) tile.degraded = { reason: summary.away }
  if (card.state === 'degraded' && summary && card.at)
    tile.mark = { tone: 'stale', text: `${ageText(card.at, deps.now())} old` }
  else if (card.state === 'degraded') tile.degraded = { reason: 'no value yet', at: card.at }
  if (card.state === 'error') tile.degraded = { reason: `failed, request ${card.requestId.slice(0, 8)}` }
  return tile
}

/** The popover of a number: definition, formula, source, time, what to do, doors. */
export function aboutOf(deps: Deps, filters: Filters, key: AnyKey, summary: Summary): AboutProps {
  const { of: look } = catalogueOf(deps)
  const metric = look(key)
  const query = exportQuery(filters, { metrics: key })
  const whom = allUsersText(summary.ignored, filters)
  return {
    key,
    definition: metric.definition,
    facts: [
      { label: 'Value', value: valueText(deps, key, summary.value, 'table') },
      ...(metric.formula ? [{ label: 'Formula', value: metric.formula }] : []),
      ...(summary.away === undefined ? [] : [{ label: 'Degraded', value: summary.away }]),
      ...(whom ? [{ label: 'Of whom', value: whom.why }] : []),
    ],
    source: sourceOf(key, look),
    computedAt: summary.computedAt,
    action: metric.action,
    links: [
      { label: 'Open metric', href: metricHref(filters, key) },
      { label: 'CSV', href: `/exports/metrics.csv${query}` },
      { label: 'JSON', href: `/api/metrics/timeseries${query}` },
    ],
  }
}

/** The value, or the last sample where the source of a reading is away; `markOf` says which. */
export const shownValue = ({ value, latest, away }: Summary): number | null => (away === undefined ? value : latest)

/** The state beside a value, only where it is not normal: which limit it is beyond, or that its source is away. */
export function markOf(deps: Deps, summary: Summary): Mark | undefined {
  const { key, state } = summary
  if (summary.away !== undefined) return { tone: 'stale', text: 'last sample' }
  if (state !== 'warn' && state !== 'crit') return undefined
  const { warn, crit, good, unit } = catalogueOf(deps).of(key)
  const limit = quantityText((state === 'crit' ? crit : warn) ?? 0, unit, deps.config.currency)
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

const COMPARED = { previous: 'previous period', matched: 'matched weekdays', year: 'year before' } as const

/** The dashed line of the compared period: day by day beside the period's own. */
export function previousLine(points: Point[], filters: Filters, today: Day): ChartProps['previous'] {
  if (filters.compare === 'none' || points.length === 0) return undefined
  return {
    name: COMPARED[filters.compare],
    values: points.map(({ value }) => value),
    titles: points.map(({ day }) => dayTitle(day, today)),
  }
}
