import type { Deps } from '../context.ts'
import { type Catalogue, catalogueOf, catalogueWith } from '../custom-metrics/catalogue.ts'
import { type AnyKey, domainOf } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'

export type { Catalogue }

/** What is built in: all that the boards which come along may name. */
export const BUILT_IN: Catalogue = catalogueWith([], 0)

/** The key as the rest of the program takes it; that there is such a metric is checked before. */
export const metricKey = (key: string): AnyKey => key as AnyKey

/** The metric of a key that was checked. @throws where there is none */
export function metricIn({ deps }: { deps: Pick<Deps, 'db'> }, key: string): Metric {
  return catalogueOf(deps).of(metricKey(key))
}

export interface Listed {
  key: string
  metric: Metric
  domain: string
}

/** All metrics that there are, in the order of the catalogue. */
export function listMetrics({ keys, of }: Catalogue): Listed[] {
  return keys.map((key) => ({ key, metric: of(key), domain: domainOf(key) }))
}

/** Metrics in whose key, label, definition or formula every word stands. */
export function searchMetrics(catalogue: Catalogue, search: string): Listed[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return listMetrics(catalogue).filter(({ key, metric: { label, definition, formula } }) => {
    const text = `${key} ${label} ${definition} ${formula ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** "There is no metric “x”. Did you mean y?" */
export function noSuchMetric(catalogue: Catalogue, key: string): string {
  const similar = catalogue.similar(key)
  const hint = similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : 'The Metrics page lists all there are.'
  return `There is no metric “${key.slice(0, 80)}”. ${hint}`
}
