import { cardState, emptyState } from '../../../src/card-state.ts'
import { ageText, dayLabel, rangeDates } from '../../../src/lib/dates.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { changeOf, dayAxis, markOf, previousLine, valueText } from '../../../src/metric-view.ts'
import { metricOf } from '../../../src/metrics/catalogue.ts'
import type { Point, Summary } from '../../../src/metrics/query.ts'
import { factsOf } from '../../../src/metrics/source.ts'
import { Card, LineChart, type LiveItem, LiveStrip } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

/** The number first: value and change, then what the days say. */
export const HeadStrip = ({ data: { key, main }, context }: MetricProps) => {
  const { deps, filters } = context
  const found = shownOf(main)?.summary
  const stale =
    main.state === 'degraded' && main.at
      ? ({ tone: 'stale', text: `${ageText(main.at, deps.now())} old` } as const)
      : undefined
  const base =
    found?.previous == null ? 'nothing to compare with' : `vs ${valueText(deps, key, found.previous, 'table')}`
  const head: LiveItem = {
    id: 'value',
    label: filters.scope === '*' ? 'All tenants' : filters.scope,
    value: found?.value == null ? null : valueText(deps, key, found.value, 'table'),
    mark: stale ?? (found && markOf(deps, found)),
    note: filters.compare === 'none' ? undefined : base,
    change: found && filters.compare !== 'none' && found.previous !== null ? changeOf(key, found) : undefined,
    dim: main.state !== 'filled',
  }
  return (
    <LiveStrip
      title={rangeDates(filters.from, filters.to, filters.today)}
      state={metricOf(key).kind === 'live' ? 'live' : 'by day'}
      items={[head, ...(found ? daysItems(found, { key, context }) : [])]}
    />
  )
}

const MEANS = new Set(['sum', 'last', 'max', 'distinct'])

/** Mean, median, peak and low of the days that are known. */
function daysItems(
  summary: Summary,
  { key, context: { deps, filters } }: { key: MetricProps['data']['key']; context: MetricProps['context'] },
): LiveItem[] {
  const known = summary.points.filter((point): point is Point & { value: number } => point.value !== null)
  if (known.length === 0) return []
  const sorted = [...known].sort((a, b) => a.value - b.value)
  const [low, peak] = [sorted[0], sorted.at(-1)]
  const median = sorted[Math.floor((sorted.length - 1) / 2)]
  if (!low || !peak || !median) return []
  const mean = known.reduce((sum, { value }) => sum + value, 0) / known.length
  const text = (value: number) => valueText(deps, key, value, 'tile')
  // A mean of ratios or percentiles would be a number that means nothing.
  const perDay = MEANS.has(metricOf(key).kind)
    ? { id: 'mean', label: 'Per day', value: text(mean), note: `median ${text(median.value)}` }
    : { id: 'mean', label: 'Median day', value: text(median.value), note: dayLabel(median.day, filters.today) }
  return [
    perDay,
    { id: 'peak', label: 'Peak', value: text(peak.value), note: dayLabel(peak.day, filters.today) },
    { id: 'low', label: 'Lowest', value: text(low.value), note: dayLabel(low.day, filters.today) },
    {
      id: 'days',
      label: 'Days known',
      value: String(known.length),
      unit: `of ${summary.points.length}`,
      note: 'a gap is not a zero',
    },
  ]
}

/** The days of the range beside those it is compared with. */
export const MainCard = ({ data: { key, main }, context }: MetricProps) => {
  const { deps, filters } = context
  const metric = metricOf(key)
  const found = shownOf(main)?.summary
  const points = found?.points ?? []
  const query = exportQuery(filters, { metrics: key })
  return (
    <Card
      id="metric"
      title={metric.label}
      sub="per day"
      height="tall"
      menu={{
        table: true,
        csv: `/exports/metrics.csv${query}`,
        json: `/api/metrics/timeseries${query}`,
        sql: { drawer: 'metric-sql' },
      }}
      state={cardState(main, deps.now(), () =>
        points.every(({ value }) => value === null)
          ? emptyState(deps, factsOf(key), `${metric.label}: not known in this range`)
          : undefined,
      )}
    >
      <LineChart
        id="metric"
        summary={`${metric.label} from ${filters.from} to ${filters.to}: ${valueText(deps, key, found?.value, 'table')}.`}
        unit={metric.unit}
        currency={deps.config.currency}
        {...dayAxis(
          points.map(({ day }) => day),
          filters.today,
        )}
        series={[{ name: metric.label, values: points.map(({ value }) => value) }]}
        previous={found?.previousPoints && previousLine(found.previousPoints, filters, filters.today)}
        limit={limitOf(metric, deps, key)}
        height="tall"
      />
    </Card>
  )
}

function limitOf(
  metric: ReturnType<typeof metricOf>,
  deps: MetricProps['context']['deps'],
  key: MetricProps['data']['key'],
) {
  if (metric.warn === undefined) return undefined
  return {
    value: metric.warn,
    text: `yellow ${metric.good === 'up' ? 'under' : 'over'} ${valueText(deps, key, metric.warn, 'tile')}`,
    tone: 'warn' as const,
  }
}
