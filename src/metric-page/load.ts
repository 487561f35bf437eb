import { NotFound } from '../lib/errors.ts'
import type { Card } from '../lib/settle.ts'
import { addDays, type Day, daysBetween } from '../lib/time.ts'
import { isMetricKey, type MetricKey, metricOf, similarKeys } from '../metrics/catalogue.ts'
import { type Series, type Summary, series, summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'

export interface MetricData {
  key: MetricKey
  /** The dimension of the breakdown; undefined where the metric has none. */
  by: string | undefined
  unknownBy: boolean
  main: Card<{ series: Series; summary: Summary }>
  breakdown: Card<{ now: Series; before: Series | undefined }> | undefined
  trends: Card<Record<Span, Summary | undefined>>
}

export const SPANS = { '7 days': 7, '30 days': 30, '90 days': 90 } as const
export type Span = keyof typeof SPANS

/**
 * Everything about one metric.
 * @throws NotFound with keys that look alike
 */
export async function loadMetric(context: PageContext): Promise<MetricData> {
  const key = context.param.key ?? ''
  if (!isMetricKey(key)) throw new NotFound(noSuchMetric(key))
  const { by, unknownBy } = dimensionOf(context, key)
  const [main, breakdown, trends] = await Promise.all([
    card(context, 'metric', () => mainOf(context, key), { key }),
    by === undefined
      ? undefined
      : card(context, 'breakdown', () => breakdownOf(context, key, by), { key: `${key}|${by}` }),
    card(context, 'metric-trends', () => trendsOf(context, key), { key }),
  ])
  return { key, by, unknownBy, main, breakdown, trends }
}

function noSuchMetric(key: string): string {
  const similar = similarKeys(key)
  const hint = similar.length ? `Did you mean ${similar.join(' or ')}?` : 'The Metrics page lists all there are.'
  return `There is no metric “${key.slice(0, 80)}”. ${hint}`
}

async function mainOf({ deps, filters }: PageContext, key: MetricKey) {
  const { scope, from, to, compare } = filters
  const [one, all] = await Promise.all([
    series(deps, key, { scope, from, to }),
    summary(deps, [key], { scope, from, to, compare }),
  ])
  const found = all[key]
  if (!found) throw new Error(`no summary of ${key}`)
  return { series: one, summary: found }
}

/** The groups of the period, and of the period before it, whatever the page compares with. */
async function breakdownOf({ deps, filters }: PageContext, key: MetricKey, by: string) {
  const { scope, from, to, compare } = filters
  const before = compare === 'none' ? undefined : { from: earlier(from, from, to), to: earlier(to, from, to) }
  const [now, then] = await Promise.all([
    series(deps, key, { scope, from, to, by }),
    before && series(deps, key, { scope, ...before, by }),
  ])
  return { now, before: then }
}

function earlier(day: Day, from: Day, to: Day): Day {
  return addDays(day, -(daysBetween(from, to) + 1))
}

async function trendsOf({ deps, filters }: PageContext, key: MetricKey): Promise<Record<Span, Summary | undefined>> {
  const { scope, today } = filters
  const entries = await Promise.all(
    Object.entries(SPANS).map(async ([span, days]) => {
      const range = { scope, from: addDays(today, 1 - days), to: today, compare: 'previous' as const }
      return [span, (await summary(deps, [key], range))[key]] as const
    }),
  )
  return Object.fromEntries(entries) as Record<Span, Summary | undefined>
}

function dimensionOf({ query }: PageContext, key: MetricKey): { by: string | undefined; unknownBy: boolean } {
  const { by } = metricOf(key)
  const asked = query.by ?? ''
  const found = by.find((name) => name === asked)
  return { by: found ?? by[0], unknownBy: asked !== '' && !found }
}
