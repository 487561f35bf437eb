import { allUsersText } from '../../../src/all-users.ts'
import { flagEntries, flagsOnDays } from '../../../src/annotations/on-charts.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { comparedRange } from '../../../src/lib/compare.ts'
import { ageText, dayLabel, rangeDates } from '../../../src/lib/dates.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { daysBetween } from '../../../src/lib/time.ts'
import { changeIn, dayAxis, markOf, previousLine, shownValue, valueText } from '../../../src/metric-view.ts'
import type { Metric } from '../../../src/metrics/metric.ts'
import type { Point, Summary } from '../../../src/metrics/query.ts'
import { factsOf } from '../../../src/metrics/source.ts'
import { badSide } from '../../../src/settings/limits.ts'
import { Card, type CardHero, type ChartProps, LineChart, type Mark } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'
import { seamOf } from './aged.tsx'

/** The number first: value and change, then what the days say. */
function heroOf({ data: { key, main }, context }: MetricProps): CardHero {
  const { deps, filters } = context
  const found = shownOf(main)?.summary
  const comparing = filters.compare !== 'none'
  const against = previousWords(filters)
  const where = placeOf(filters, found?.ignored)
  const when = catalogueOf(deps).of(key).kind === 'live' ? 'now' : rangeDates(filters.from, filters.to, filters.today)
  const known = found?.previousKnown
  const base =
    found?.previous == null
      ? 'nothing to compare with'
      : known
        ? `not compared: ${known.days} of ${known.of} days known of ${against}`
        : `vs ${valueText(deps, key, found.previous, 'table')}, ${against}`
  return {
    label: `${when}, ${where}`,
    value: found && shownValue(found) !== null ? valueText(deps, key, shownValue(found), 'table') : null,
    mark: staleOf(main, context) ?? (found && markOf(deps, found)),
    change: found && comparing && found.previous !== null && !known ? changeIn(deps, key, found) : undefined,
    base: found?.away ?? (!found || found.value === null ? 'not known in this range' : comparing ? base : undefined),
    dim: main.state !== 'filled',
    stats: found ? daysItems(found, { key, context }) : [],
  }
}

/** Of which tenant, and of which of its users. */
function placeOf(
  { scope, plan, segment }: MetricProps['context']['filters'],
  ignored: Summary['ignored'] = [],
): string {
  const kept = { plan: plan && `on ${plan}`, segment: segment && `in ${segment}` }
  const people = (['plan', 'segment'] as const).flatMap((name) => (ignored.includes(name) ? [] : (kept[name] ?? [])))
  return [scope === '*' ? 'all tenants' : scope, ...people].join(', ')
}

function staleOf(main: MetricProps['data']['main'], { deps }: MetricProps['context']): Mark | undefined {
  if (main.state !== 'degraded' || !main.at) return undefined
  return { tone: 'stale', text: `${ageText(main.at, deps.now())} old` }
}

function previousWords({ from, to, compare, today }: MetricProps['context']['filters']): string {
  if (compare === 'year') return 'the year before'
  const other = compare === 'matched' && comparedRange({ from, to }, compare)
  if (other) return `matched weekdays, ${rangeDates(other.from, other.to, today)}`
  const days = daysBetween(from, to) + 1
  return days === 1 ? 'the day before' : `previous ${days} days`
}

const MEANS = new Set(['sum', 'last', 'max', 'distinct'])

/** Mean, median, peak and low of the days that are known. */
function daysItems(
  summary: Summary,
  { key, context: { deps, filters } }: { key: MetricProps['data']['key']; context: MetricProps['context'] },
): CardHero['stats'] {
  const known = summary.points.filter((point): point is Point & { value: number } => point.value !== null)
  // The running day is not over: what adds up would be lowest on it every morning.
  const over = known.filter(({ day }) => day < filters.today)
  const whole = over.length > 0 ? over : known
  if (known.length === 0) return []
  const sorted = [...whole].sort((a, b) => a.value - b.value)
  const adds = MEANS.has(catalogueOf(deps).of(key).kind)
  // What only grows until the evening can be the highest before it is over.
  const [low, peak] = [sorted[0], adds ? known.reduce((a, b) => (b.value > a.value ? b : a)) : sorted.at(-1)]
  const median = sorted[Math.floor((sorted.length - 1) / 2)]
  if (!low || !peak || !median) return []
  const mean = whole.reduce((sum, { value }) => sum + value, 0) / whole.length
  const text = (value: number) => valueText(deps, key, value, 'tile')
  // A mean of ratios or percentiles would be a number that means nothing.
  const perDay = adds
    ? { label: 'Per day', value: text(mean), note: `median ${text(median.value)}` }
    : { label: 'Median day', value: text(median.value), note: dayLabel(median.day, filters.today) }
  return [
    perDay,
    { label: 'Peak', value: text(peak.value), note: dayLabel(peak.day, filters.today) },
    { label: 'Lowest', value: text(low.value), note: dayLabel(low.day, filters.today) },
    {
      label: 'Days known',
      value: `${known.length} of ${summary.points.length}`,
      note: known.length < summary.points.length ? 'a gap is not a zero' : 'no gaps',
    },
  ]
}

/** The days of the range beside those it is compared with. */
export const MainCard = (props: MetricProps) => {
  const {
    data: { key, main, annotations },
    context,
  } = props
  const { deps, filters } = context
  const { of: look } = catalogueOf(deps)
  const metric = look(key)
  const found = shownOf(main)?.summary
  const points = found?.points ?? []
  const before = found?.previousPoints && previousLine(found.previousPoints, filters, filters.today)
  const query = exportQuery(filters, { metrics: key, compare: filters.compare })
  const flags = flagsOnDays(context, annotations, points)
  return (
    <Card
      id="metric"
      title={metric.label}
      hero={heroOf(props)}
      allUsers={allUsersText(found?.ignored, filters)}
      height="tall"
      menu={{
        table: true,
        csv: `/exports/metrics.csv${query}`,
        json: `/api/metrics/timeseries${query}`,
        sql: { drawer: 'metric-sql' },
        ...flagEntries(context, annotations),
      }}
      state={cardState(main, deps.now(), () =>
        points.every(({ value }) => value === null)
          ? emptyState(deps, factsOf(key, look), `${metric.label}: not known in this range`)
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
        previous={before}
        table={tableOf(metric.label, points, before, (value) => valueText(deps, key, value, 'table'))}
        limits={limitsOf(metric, deps, key)}
        {...flags}
        annotations={[
          ...(flags.annotations ?? []),
          ...seamOf(
            shownOf(main)?.aged,
            points.map(({ day }) => day),
            filters.today,
          ),
        ]}
        height="tall"
      />
    </Card>
  )
}

/** The days in the metric's own words: the tooltip has them too. */
function tableOf(
  label: string,
  points: Point[],
  before: ChartProps['previous'],
  text: (value: number | null | undefined) => string,
): ChartProps['table'] {
  return {
    head: ['', label, ...(before ? [before.name] : [])],
    rows: points.map(({ value }, i) => [text(value), ...(before ? [text(before.values[i])] : [])]),
  }
}

function limitsOf({ warn, crit, good }: Metric, deps: MetricProps['context']['deps'], key: MetricProps['data']['key']) {
  const side = badSide(good)
  const line = (word: string, value: number | undefined, tone: 'warn' | 'crit') =>
    value === undefined ? [] : [{ value, text: `${word} ${side} ${valueText(deps, key, value, 'tile')}`, tone }]
  return [...line('yellow', warn, 'warn'), ...line('red', crit, 'crit')]
}
