import type { Card } from '../lib/settle.ts'
import type { Summaries } from '../metric-view.ts'
import { domainOf, type MetricKey, metricKeys, metricOf } from '../metrics/catalogue.ts'
import { summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'

/** The domains in the order of the page, in words. */
const DOMAINS: Record<string, string> = {
  users: 'Users',
  revenue: 'Revenue',
  finance: 'Finance',
  ai: 'AI',
  api: 'API',
  jobs: 'Jobs',
  queue: 'Jobs',
  product: 'Product',
  events: 'Product',
  activity: 'Product',
  system: 'System',
  workers: 'Jobs',
  devices: 'Users',
  nats: 'System',
  source: 'System',
}

export interface MetricsData {
  search: string
  found: number
  groups: { name: string; keys: MetricKey[]; card: Card<Summaries> }[]
}

/** The metrics that match the search, by domain, each domain with its numbers as one card. */
export async function loadMetrics(context: PageContext): Promise<MetricsData> {
  const { deps, filters, query } = context
  const { scope, from, to, compare } = filters
  const search = (query.q ?? '').trim()
  const keys = metricKeys.filter((key) => matches(key, search))
  const names = [...new Set(keys.map(domainName))]
  const groups = await Promise.all(
    names.map(async (name) => {
      // Computed for the whole domain, so that every search shares one cached card.
      const all = metricKeys.filter((key) => domainName(key) === name)
      return {
        name,
        keys: keys.filter((key) => domainName(key) === name),
        card: await card(context, `metrics-${name}`, () => summary(deps, all, { scope, from, to, compare })),
      }
    }),
  )
  return { search, found: keys.length, groups }
}

function domainName(key: MetricKey): string {
  return DOMAINS[domainOf(key)] ?? 'Other'
}

/** Every word is somewhere in the key, label, definition or formula. */
function matches(key: MetricKey, search: string): boolean {
  const { label, definition, formula } = metricOf(key)
  const text = `${key} ${label} ${definition} ${formula ?? ''}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
