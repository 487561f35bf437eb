import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import { peopleOf } from '../lib/filters.ts'
import type { Card } from '../lib/settle.ts'
import type { Summaries } from '../metric-view.ts'
import { type AnyKey, domainOf } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'
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
  custom: 'Custom',
  automation: 'Growth',
  adoption: 'Growth',
  growth: 'Growth',
  satisfaction: 'Support',
  campaigns: 'Campaigns',
  content: 'AI content',
  prompts: 'AI content',
  components: 'AI content',
  costs: 'Costs',
  emails: 'Support',
  facts: 'System',
  database: 'System',
  process: 'System',
  cache: 'System',
  ws: 'System',
  storage: 'System',
  quota: 'System',
  webhooks: 'System',
  pages: 'Performance',
  performance: 'Performance',
  vitals: 'Performance',
  experiments: 'Growth',
  security: 'Security',
  support: 'Support',
}

interface MetricsGroup {
  name: string
  keys: AnyKey[]
  card: Card<Summaries>
}

export interface MetricsData {
  search: string
  found: number
  groups: MetricsGroup[]
}

/** The metrics that match the search, by domain, each domain with its numbers as one card. */
export async function loadMetrics(context: PageContext): Promise<MetricsData> {
  const { deps, filters, query } = context
  const { from, to, compare } = filters
  const search = (query.q ?? '').trim()
  const catalogue = await freshCatalogue(deps)
  const keys = catalogue.keys.filter((key) => matches(key, catalogue.of(key), search))
  const names = [...new Set(keys.map(domainName))]
  const groups = await Promise.all(
    names.map(async (name): Promise<MetricsGroup> => {
      // Computed for the whole domain, so that every search shares one cached card.
      const all = catalogue.keys.filter((key) => domainName(key) === name)
      return {
        name,
        keys: keys.filter((key) => domainName(key) === name),
        // The handbook is of definitions alone.
        card: isHandbook(context)
          ? { state: 'filled', value: {}, at: deps.now() }
          : await card(
              context,
              `metrics-${name}`,
              () => summary(deps, all, { ...peopleOf(filters), from, to, compare }),
              {
                key: String(catalogue.version),
              },
            ),
      }
    }),
  )
  return { search, found: keys.length, groups }
}

/** Whether definitions are asked for, and no values. */
export const isHandbook = ({ query }: Pick<PageContext, 'query'>): boolean => query.view === 'definitions'

function domainName(key: AnyKey): string {
  return DOMAINS[domainOf(key)] ?? 'Other'
}

/** Every word is somewhere in the key, label, definition or formula. */
function matches(key: AnyKey, { label, definition, formula }: Metric, search: string): boolean {
  const text = `${key} ${label} ${definition} ${formula ?? ''}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
