import { flagEntries, flagsOnDays } from '../../../src/annotations/on-charts.ts'
import { metricIn, metricKey } from '../../../src/boards/metrics.ts'
import { emptyState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { changeIn, dayAxis, previousLine, type Summaries, valueText } from '../../../src/metric-view.ts'
import type { Summary } from '../../../src/metrics/query.ts'
import { factsOf } from '../../../src/metrics/source.ts'
import { BarChart, Card, Change, type ChartProps, LineChart } from '../../parts/index.ts'
import { MetricAbouts, MetricInfo, MetricNames, menuOf, whomOf } from './names.tsx'
import { type BoardCardProps, type BoardCardView, domId, ownDays, shown, stateOf } from './view.ts'

type Props = BoardCardProps<'chart'>

/** Metrics by day; where they have two units, each has a chart of its own above the other. */
export const ChartCard: BoardCardView<'chart'> = (props) => {
  const { card, config, context, title, annotations } = props
  const all = shown(props) as Summaries | undefined
  const id = domId(card)
  const [first = ''] = config.metrics
  const alone = config.metrics.length === 1
  const metrics = config.metrics.map((key) => ({
    key,
    summary: all?.[key],
    color: colourOf(unitsOf(context, config.metrics), key),
  }))
  return (
    <Card
      id={id}
      title={title}
      sub={ownDays(config)}
      allUsers={alone ? whomOf(context, all?.[first]) : undefined}
      tools={
        alone ? (
          <>
            <Value summary={all?.[first]} context={context} />
            <MetricInfo id={id} metric={{ key: first, summary: all?.[first] }} context={context} />
          </>
        ) : (
          <MetricNames id={id} metrics={metrics} context={context} />
        )
      }
      menu={{
        ...menuOf(context, config.metrics, { table: true }),
        ...(annotations ? flagEntries(context, annotations) : {}),
      }}
      state={stateOf(props, (value) =>
        Object.values(value as Summaries).every(({ points }) => points.every((point) => point.value === null))
          ? emptyState(
              context.deps,
              factsOf(metricKey(first), catalogueOf(context.deps).of),
              `${title}: not known in this range`,
            )
          : undefined,
      )}
    >
      {all &&
        unitsOf(context, config.metrics).map((keys, i) => (
          <OneUnit {...props} keys={keys} all={all} id={`${id}-${i}`} />
        ))}
      <MetricAbouts id={id} metrics={metrics} context={context} />
    </Card>
  )
}

const Value = ({ summary, context }: { summary: Summary | undefined; context: Props['context'] }) => {
  if (!summary || summary.value === null) return null
  return (
    <span class="q-board-value">
      <b class="q-num">{valueText(context.deps, summary.key, summary.value, 'tile')}</b>
      {context.filters.compare !== 'none' && <Change {...changeIn(context.deps, summary.key, summary)} />}
    </span>
  )
}

/** Metrics of one unit share an axis. */
function unitsOf(context: Props['context'], keys: readonly string[]): string[][] {
  const units = [...new Set(keys.map((key) => metricIn(context, key).unit))]
  return units.map((unit) => keys.filter((key) => metricIn(context, key).unit === unit))
}

/** By its place among those of its unit: each chart begins with the first colour. */
const colourOf = (units: readonly string[][], key: string): number =>
  (units.find((one) => one.includes(key))?.indexOf(key) ?? 0) + 1

const OneUnit = (props: Props & { keys: string[]; all: Summaries; id: string }) => {
  const { config, context, title, annotations, keys, all, id, card } = props
  const { deps, filters } = context
  const found = keys.flatMap((key) => all[key] ?? [])
  const [first] = found
  if (!first) return null
  const { points } = first
  const text = (summary: Summary, value: number | null | undefined) => valueText(deps, summary.key, value, 'table')
  const previous =
    found.length === 1 && config.draw !== 'bar' ? previousLine(first.previousPoints, filters, filters.today) : undefined
  const chart: ChartProps = {
    id,
    summary: found
      .map(
        (one) => `${metricIn(context, one.key).label} from ${filters.from} to ${filters.to}: ${text(one, one.value)}.`,
      )
      .join(' '),
    unit: metricIn(context, first.key).unit,
    currency: deps.config.currency,
    ...dayAxis(
      points.map(({ day }) => day),
      filters.today,
    ),
    series: found.map((one) => ({
      name: metricIn(context, one.key).label,
      values: one.points.map(({ value }) => value),
    })),
    ...(previous ? { previous } : {}),
    table: {
      head: ['', ...found.map((one) => metricIn(context, one.key).label), ...(previous ? [previous.name] : [])],
      rows: points.map((_, i) => [
        ...found.map((one) => text(one, one.points[i]?.value)),
        ...(previous ? [text(first, previous.values[i])] : []),
      ]),
    },
    base: config.draw === 'line' ? 'fit' : 'zero',
    fill: config.draw === 'area',
    height: card.height === 'l' ? 'tall' : 'chart',
    ...(annotations ? flagsOnDays(context, annotations, points) : {}),
    keyless: true,
    unnamed: true,
  }
  const Drawing = config.draw === 'bar' ? BarChart : LineChart
  return (
    <>
      {title !== '' && unitsOf(context, config.metrics).length > 1 && (
        <p class="q-board-unit">{metricIn(context, first.key).unit}</p>
      )}
      <Drawing {...chart} />
    </>
  )
}
