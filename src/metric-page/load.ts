import { loadAnnotations } from '../annotations/on-charts.ts'
import type { Annotation } from '../annotations/read.ts'
import { comparedRange } from '../lib/compare.ts'
import { NotFound } from '../lib/errors.ts'
import type { Card } from '../lib/settle.ts'
import { type Spans, spansOf } from '../metric-view.ts'
import { isMetricKey, type MetricKey, metricOf, similarKeys } from '../metrics/catalogue.ts'
import { type Series, type Summary, series, summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'

interface Main {
  series: Series
  summary: Summary
  /** Calls of the range whose cost is not known, and so not in the number. */
  unpriced?: number
}

export interface MetricData {
  key: MetricKey
  /** The dimension of the breakdown; undefined where the metric has none. */
  by: string | undefined
  unknownBy: boolean
  main: Card<Main>
  breakdown: Card<{ now: Series; before: Series | undefined }> | undefined
  trends: Card<Spans>
  annotations: Card<Annotation[]>
}

/**
 * Everything about one metric.
 * @throws NotFound with keys that look alike
 */
export async function loadMetric(context: PageContext): Promise<MetricData> {
  const key = context.param.key ?? ''
  if (!isMetricKey(key)) throw new NotFound(noSuchMetric(key))
  const { by, unknownBy } = dimensionOf(context, key)
  const [main, breakdown, trends, annotations] = await Promise.all([
    card(context, 'metric', () => mainOf(context, key), { key }),
    by === undefined
      ? undefined
      : card(context, 'breakdown', () => breakdownOf(context, key, by), { key: `${key}|${by}` }),
    card(context, 'metric-trends', () => spansOf(context.deps, [key], context.filters), { key }),
    loadAnnotations(context),
  ])
  return { key, by, unknownBy, main, breakdown, trends, annotations }
}

function noSuchMetric(key: string): string {
  const similar = similarKeys(key)
  const hint = similar.length ? `Did you mean ${similar.join(' or ')}?` : 'The Metrics page lists all there are.'
  return `There is no metric “${key.slice(0, 80)}”. ${hint}`
}

async function mainOf({ deps, filters }: PageContext, key: MetricKey): Promise<Main> {
  const { scope, from, to, compare } = filters
  const [one, all]: [Series, Partial<Record<MetricKey, Summary>>] = await Promise.all([
    series(deps, key, { scope, from, to }),
    summary(deps, key === 'ai.cost' ? [key, 'ai.cost_unknown_calls'] : [key], { scope, from, to, compare }),
  ])
  const found = all[key]
  if (!found) throw new Error(`no summary of ${key}`)
  return {
    series: one,
    summary: found,
    unpriced: key === 'ai.cost' ? (all['ai.cost_unknown_calls']?.value ?? undefined) : undefined,
  }
}

/** The groups of the period, and of the one it is compared with. */
async function breakdownOf({ deps, filters }: PageContext, key: MetricKey, by: string) {
  const { scope, from, to, compare } = filters
  const before = comparedRange({ from, to }, compare)
  const [now, then] = await Promise.all([
    series(deps, key, { scope, from, to, by }),
    before && series(deps, key, { scope, ...before, by }),
  ])
  return { now, before: then }
}

function dimensionOf({ query }: PageContext, key: MetricKey): { by: string | undefined; unknownBy: boolean } {
  const { by } = metricOf(key)
  const asked = query.by ?? ''
  const found = by.find((name) => name === asked)
  return { by: found ?? by[0], unknownBy: asked !== '' && !found }
}
