import { flagEntries, flagsOnDays } from '../../../src/annotations/on-charts.ts'
import { DONUT_TOP } from '../../../src/boards/kinds/breakdown.ts'
import { metricIn, metricKey } from '../../../src/boards/metrics.ts'
import { type BoardPart, partsOf } from '../../../src/boards/parts.ts'
import { emptyState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { columnTexts, dayAxis, valueText } from '../../../src/metric-view.ts'
import type { Series } from '../../../src/metrics/query.ts'
import { factsOf } from '../../../src/metrics/source.ts'
import { isUnpriced } from '../../../src/metrics/value-name.ts'
import { BoardDonut } from '../../parts/board-donut.tsx'
import { AreaChart, Card, Legend, LineChart, StackedChart } from '../../parts/index.ts'
import { MetricAbouts, MetricInfo, menuOf, summaryOf, whomOf } from './names.tsx'
import { type BoardCardProps, type BoardCardView, domId, ownDays, shown, stateOf } from './view.ts'

type Props = BoardCardProps<'breakdown'>

const TOP = 4
const DRAWINGS = { area: AreaChart, bar: StackedChart, line: LineChart } as const

/** One metric by the values of a dimension: the largest by themselves, the rest together where parts add up. */
export const BreakdownCard: BoardCardView<'breakdown'> = (props) => {
  const { card, config, context, title, annotations } = props
  const key = metricKey(config.metric)
  const found = shown(props) as Series | undefined
  const id = domId(card)
  const metric = { key, summary: found && summaryOf(context, found) }
  const donut = config.draw === 'donut'
  const top = Math.min(config.top ?? (donut ? DONUT_TOP : TOP), donut ? DONUT_TOP : Number.POSITIVE_INFINITY)
  const parts = found ? partsOf(found, top, config.by, config.draw !== 'line') : []
  return (
    <Card
      id={id}
      title={title}
      sub={ownDays(config)}
      allUsers={whomOf(context, found)}
      tools={
        <>
          {!donut && parts.length > 0 && <Legend names={parts} />}
          <MetricInfo id={id} metric={metric} context={context} />
        </>
      }
      menu={{
        ...menuOf(context, [config.metric], { by: config.by, table: !donut }),
        ...(annotations && !donut ? flagEntries(context, annotations) : {}),
      }}
      state={stateOf(props, (value) =>
        (value as Series).groups?.length
          ? undefined
          : emptyState(
              context.deps,
              factsOf(key, catalogueOf(context.deps).of),
              `Nothing to split by ${config.by} in this range`,
            ),
      )}
    >
      {found &&
        (donut ? (
          <Donut {...props} found={found} parts={parts} />
        ) : (
          <Stack {...props} found={found} parts={parts} id={id} />
        ))}
      <MetricAbouts id={id} metrics={[metric]} context={context} />
    </Card>
  )
}

type Found = Props & { found: Series; parts: BoardPart[] }

const Stack = ({ card, config, context, annotations, found, parts, id }: Found & { id: string }) => {
  const { deps, filters } = context
  const { label, unit } = metricIn(context, found.key)
  const text = (value: number | null | undefined) => valueText(deps, found.key, value, 'table')
  const Drawing = DRAWINGS[config.draw === 'donut' ? 'bar' : config.draw]
  return (
    <Drawing
      id={id}
      summary={`${label} by ${config.by}, from ${filters.from} to ${filters.to}: ${parts.map((part) => `${part.name} ${text(part.total)}`).join(', ')}.`}
      unit={unit}
      currency={deps.config.currency}
      {...dayAxis(
        found.points.map(({ day }) => day),
        filters.today,
      )}
      series={parts.map(({ name, values, color }) => ({ name, values, color }))}
      table={{
        head: ['', ...parts.map(({ name }) => name)],
        rows: found.points.map((_, i) => parts.map((part) => text(part.values[i]))),
      }}
      height={card.height === 'l' ? 'tall' : 'chart'}
      {...(annotations ? flagsOnDays(context, annotations, found.points) : {})}
      keyless
      unnamed
    />
  )
}

/** A part that is less than nothing has no place on a ring. */
const Donut = ({ context, found, parts, config }: Found) => {
  const { deps } = context
  const texts = columnTexts(
    deps,
    found.key,
    parts.map(({ total }) => total),
  )
  return (
    <BoardDonut
      name={`${metricIn(context, found.key).label} by ${config.by}`}
      total={valueText(deps, found.key, found.total, 'tile')}
      parts={parts.map((part, i) => ({
        name: part.name,
        color: part.color,
        value: part.total === null ? null : Math.max(0, part.total),
        text: isUnpriced(found.key, part.total) ? 'unknown' : (texts[i] ?? ''),
      }))}
    />
  )
}
