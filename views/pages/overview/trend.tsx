import { flagEntries, flagsOnDays } from '../../../src/annotations/on-charts.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { changeOf, dayAxis, previousLine, valueText } from '../../../src/metric-view.ts'
import { metricOf } from '../../../src/metrics/catalogue.ts'
import { TRENDS, type Trend } from '../../../src/overview/keys.ts'
import { Card, LineChart } from '../../parts/index.ts'
import type { OverviewProps } from '../overview.tsx'
import { menuOf, unknown } from './charts.tsx'

/** Four numbers, one of them drawn over the range. */
export const TrendCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const all = shownOf(data.trends)
  const { key, of, label } = TRENDS[data.trend]
  const chosen = all?.[of]
  const tabs = (Object.entries(TRENDS) as [Trend, (typeof TRENDS)[Trend]][]).map(([id, tab]) => {
    const summary = all?.[tab.of]
    return {
      id,
      label: tab.label,
      value: valueText(deps, tab.of, summary?.value, 'tile'),
      change: summary && summary.value !== null && filters.compare !== 'none' ? changeOf(tab.of, summary) : undefined,
      href: context.href({ query: { trend: id === 'dau' ? '' : id } }),
      selected: id === data.trend,
    }
  })
  const points = chosen?.points ?? []
  return (
    <Card
      id="trend"
      title={label}
      tabs={tabs}
      height="tall"
      menu={{ ...menuOf(context, key), ...flagEntries(context, data.annotations) }}
      state={cardState(data.trends, deps.now(), () =>
        unknown(points) ? emptyState(deps, 'events', 'No active users in this range') : undefined,
      )}
    >
      <LineChart
        id="trend"
        summary={`${label} from ${filters.from} to ${filters.to}: ${valueText(deps, of, chosen?.value, 'table')}.`}
        unit={metricOf(key).unit}
        {...dayAxis(
          points.map(({ day }) => day),
          filters.today,
        )}
        series={[{ name: label, values: points.map(({ value }) => value) }]}
        previous={chosen?.previousPoints && previousLine(chosen.previousPoints, filters, filters.today)}
        height="tall"
        {...flagsOnDays(context, data.annotations, points)}
      />
    </Card>
  )
}
