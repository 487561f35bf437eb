import { loadAnnotations } from '../annotations/on-charts.ts'
import type { Annotation } from '../annotations/read.ts'
import { type Catalogue, type CustomEntry, catalogueOf, freshCatalogue } from '../custom-metrics/catalogue.ts'
import { comparedRange } from '../lib/compare.ts'
import { NotFound } from '../lib/errors.ts'
import { peopleOf } from '../lib/filters.ts'
import type { Card } from '../lib/settle.ts'
import { type Spans, spansOf } from '../metric-view.ts'
import { type AgedDays, agedDaysOf } from '../metrics/aged.ts'
import type { AnyKey, CustomKey } from '../metrics/catalogue.ts'
import { type Series, type Summary, series, summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'

interface Main {
  series: Series
  summary: Summary
  /** Calls of the range whose cost is not known, and so not in the number. */
  unpriced?: number
  /** Its stored days that an older definition made. */
  aged?: AgedDays
}

export interface MetricData {
  key: AnyKey
  /** What a custom metric has beside a built-in one. */
  custom: CustomEntry | undefined
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
  const catalogue = await freshCatalogue(context.deps)
  const custom = catalogue.custom.get(key as CustomKey)
  if (!custom && !catalogue.has(key)) throw new NotFound(noSuchMetric(key, catalogue.similar(key)))
  if (custom?.archivedAt || custom?.broken) return notComputed(custom)
  return loadKnown(context, (custom?.key ?? key) as AnyKey, custom, catalogue)
}

/** What is told of a custom metric that is out of use: no number. */
function notComputed(custom: CustomEntry): MetricData {
  const none = { state: 'degraded', reason: custom.archivedAt ? 'It is archived' : 'It is broken' } as const
  const annotations: Card<Annotation[]> = { state: 'filled', value: [], at: custom.updatedAt }
  const { key } = custom
  return { key, custom, by: undefined, unknownBy: false, main: none, breakdown: undefined, trends: none, annotations }
}

async function loadKnown(
  context: PageContext,
  key: AnyKey,
  custom: CustomEntry | undefined,
  { of, version }: Catalogue,
): Promise<MetricData> {
  const { by, unknownBy } = dimensionOf(context, of(key).by)
  const cacheKey = custom ? `${key}|${version}` : key
  const [main, breakdown, trends, annotations] = await Promise.all([
    card(context, 'metric', () => mainOf(context, key), { key: cacheKey }),
    by === undefined
      ? undefined
      : card(context, 'breakdown', () => breakdownOf(context, key, by), { key: `${cacheKey}|${by}` }),
    card(context, 'metric-trends', () => spansOf(context.deps, [key], context.filters), { key: cacheKey }),
    loadAnnotations(context),
  ])
  return { key, custom, by, unknownBy, main, breakdown, trends, annotations }
}

function noSuchMetric(key: string, similar: readonly string[]): string {
  const hint = similar.length ? `Did you mean ${similar.join(' or ')}?` : 'The Metrics page lists all there are.'
  return `There is no metric “${key.slice(0, 80)}”. ${hint}`
}

async function mainOf({ deps, filters }: PageContext, key: AnyKey): Promise<Main> {
  const { from, to, compare } = filters
  const people = peopleOf(filters)
  // What is told of some people is not stored, so it is of no definition but this.
  const isStored = people.plan === undefined && people.segment === undefined
  const [one, all, aged]: [Series, Partial<Record<AnyKey, Summary>>, AgedDays | undefined] = await Promise.all([
    series(deps, key, { ...people, from, to }),
    summary(deps, key === 'ai.cost' ? [key, 'ai.cost_unknown_calls'] : [key], { ...people, from, to, compare }),
    isStored ? agedDaysOf(deps, key, filters.scope, catalogueOf(deps).of) : undefined,
  ])
  const found = all[key]
  if (!found) throw new Error(`no summary of ${key}`)
  return {
    series: one,
    summary: found,
    aged,
    unpriced: key === 'ai.cost' ? (all['ai.cost_unknown_calls']?.value ?? undefined) : undefined,
  }
}

/** The groups of the period, and of the one it is compared with. */
async function breakdownOf({ deps, filters }: PageContext, key: AnyKey, by: string) {
  const { from, to, compare } = filters
  const people = peopleOf(filters)
  const before = comparedRange({ from, to }, compare)
  const [now, then] = await Promise.all([
    series(deps, key, { ...people, from, to, by }),
    before && series(deps, key, { ...people, ...before, by }),
  ])
  return { now, before: then }
}

function dimensionOf({ query }: PageContext, by: readonly string[]): { by: string | undefined; unknownBy: boolean } {
  const asked = query.by ?? ''
  const found = by.find((name) => name === asked)
  return { by: found ?? by[0], unknownBy: asked !== '' && !found }
}
