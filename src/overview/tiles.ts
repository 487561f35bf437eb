import type { TileProps } from '../../views/parts/index.ts'
import { type Card, shownOf } from '../lib/settle.ts'
import { type Summaries, spanFacts, tileOf, valueText } from '../metric-view.ts'
import { type MetricKey, metricOf } from '../metrics/catalogue.ts'
import { formatValue } from '../metrics/format.ts'
import type { PageContext } from '../page.ts'
import { KPI_LABELS, KPIS } from './keys.ts'
import type { OverviewData } from './load.ts'

type Fact = { label: string; value: string }

/** The ten tiles of the Overview: small beside a number its companion, behind it 7, 30 and 90 days. */
export function kpiTiles(context: PageContext, data: Pick<OverviewData, 'kpis' | 'spans'>): TileProps[] {
  return KPIS.map((key) => {
    const tile = tileOf(context.deps, context.filters, key, data.kpis, KPI_LABELS[key])
    if (tile.value === null) return tile
    const { unit, value, facts } = companionOf(context, key, data.kpis)
    const more = [...facts, ...spanFacts(context.deps, key, shownOf(data.spans))]
    if (tile.about) tile.about = { ...tile.about, facts: [...(tile.about.facts ?? []), ...more] }
    // Of other people than the number itself it would only confuse.
    const alike = COMPANION_OF[key] === undefined || ignoredOf(data, COMPANION_OF[key]) === ignoredOf(data, key)
    return { ...tile, unit: alike ? unit : undefined, value: value ?? tile.value }
  })
}

/** The metric that stands small beside another. */
const COMPANION_OF: Partial<Record<MetricKey, MetricKey>> = {
  'users.total': 'users.new',
  'users.paid': 'revenue.customers_new',
  'product.projects_open': 'product.projects_total',
  'revenue.payments_volume': 'revenue.payments_succeeded',
}

const ignoredOf = ({ kpis }: Pick<OverviewData, 'kpis'>, key: MetricKey): string | undefined =>
  shownOf(kpis)?.[key]?.ignored?.join()

/** What belongs beside a number: new ones to all, all to the active, how many to how much. */
function companionOf(
  { deps }: PageContext,
  key: (typeof KPIS)[number],
  kpis: Card<Summaries>,
): { unit?: string; value?: string; facts: Fact[] } {
  const all = shownOf(kpis)
  const text = (of: MetricKey) => valueText(deps, of, all?.[of]?.value, 'tile')
  const fact = (of: MetricKey): Fact => ({ label: metricOf(of).label, value: text(of) })
  switch (key) {
    case 'users.total':
      return { unit: `+${text('users.new')} new`, facts: [fact('users.new')] }
    case 'users.paid': {
      const facts = [fact('revenue.paying_customers'), fact('revenue.customers_new')]
      // Nobody paid yet at the time: neither a number nor a plus before a dash.
      if (all?.['revenue.customers_new']?.value == null) return { facts }
      return { unit: `+${text('revenue.customers_new')} new`, facts }
    }
    case 'product.projects_open':
      return { unit: `of ${text('product.projects_total')}`, facts: [fact('product.projects_total')] }
    case 'revenue.payments_volume':
      return {
        unit: `${text('revenue.payments_succeeded')} paid`,
        // The count needs the room.
        value: formatValue(all?.[key]?.value, 'money', 'tight', deps.config.currency),
        facts: [fact('revenue.payments_succeeded'), fact('revenue.transactions')],
      }
    default:
      return { facts: [] }
  }
}
