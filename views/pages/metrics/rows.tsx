import { allUsersText } from '../../../src/all-users.ts'
import { cardState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { type MetricsData, type MetricsGroup, MOST_FOUND } from '../../../src/metric-page/list.ts'
import { changeIn, markOf, shownValue, valueText } from '../../../src/metric-view.ts'
import type { AnyKey } from '../../../src/metrics/catalogue.ts'
import { metricHref, type PageContext } from '../../../src/page.ts'
import { AllUsers, Card, Change, DataTable, Sparkline, StateMark } from '../../parts/index.ts'
import { UnitWord } from './unit-word.tsx'

interface GroupProps {
  group: MetricsGroup
  data: MetricsData
  context: PageContext
}

/** The metrics of a domain, or those that a search found, each with its number. */
export const MetricRows = ({ group, data, context }: GroupProps) => {
  const { deps, filters } = context
  const { domain, keys, card } = group
  const id = `domain-${domain.slug}`
  const comparing = filters.compare !== 'none'
  const query = exportQuery(filters, { metrics: keys.join() })
  return (
    <Card
      id={id}
      title={domain.name}
      sub={subOf(group, data)}
      flush
      menu={{ csv: `/exports/metrics.csv${query}`, json: `/api/metrics/timeseries${query}` }}
      state={cardState(card, deps.now())}
    >
      <DataTable
        id={id}
        caption={`Metrics: ${domain.name}`}
        rowHeight={44}
        columns={[
          { key: 'metric', label: 'Metric' },
          { key: 'value', label: 'Value', number: true, strong: true },
          ...(comparing ? [{ key: 'change', label: 'Change', number: true, wide: true }] : []),
          { key: 'spark', label: 'By day', number: true, wide: true },
        ]}
        rows={keys.map((key) => rowOf(group, context, key))}
        note={
          data.search && data.shown > MOST_FOUND
            ? `The first ${MOST_FOUND} of ${data.shown}: type another word.`
            : undefined
        }
      />
    </Card>
  )
}

function subOf({ domain, keys }: MetricsGroup, { search, shown }: MetricsData): string {
  if (search) return `${shown} ${shown === 1 ? 'metric' : 'metrics'}, the best match first`
  return `${keys.length} ${keys.length === 1 ? 'metric' : 'metrics'}. ${domain.about}`
}

function rowOf({ card }: MetricsGroup, { deps, filters }: PageContext, key: AnyKey) {
  const metric = catalogueOf(deps).of(key)
  const found = shownOf(card)?.[key]
  const value = found && shownValue(found)
  return {
    id: `metric-${key.replace('.', '-')}`,
    href: metricHref(filters, key),
    cells: {
      metric: (
        <span class="q-two">
          <span class="q-two-title">
            {metric.label} <code class="q-key">{key}</code>
          </span>
          <span class="q-two-sub" title={metric.definition}>
            {found?.away ?? metric.definition}
          </span>
        </span>
      ),
      value: (
        <>
          <AllUsers whom={allUsersText(found?.ignored, filters)} /> <StateMark mark={found && markOf(deps, found)} />{' '}
          {valueText(deps, key, value, 'tile')}
          <UnitWord value={value} unit={metric.unit} />
        </>
      ),
      change: found ? <Change {...changeIn(deps, key, found)} /> : '—',
      spark: found && <Sparkline small points={found.points.map((point) => point.value)} />,
    },
  }
}
