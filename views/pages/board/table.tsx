import { metricIn, metricKey } from '../../../src/boards/metrics.ts'
import { emptyState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { dayTitle } from '../../../src/lib/dates.ts'
import { columnTexts } from '../../../src/metric-view.ts'
import type { Series } from '../../../src/metrics/query.ts'
import { factsOf } from '../../../src/metrics/source.ts'
import { isUnpriced, valueName } from '../../../src/metrics/value-name.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, DataTable, type TableRow } from '../../parts/index.ts'
import { MetricAbouts, menuOf, summaryOf, whomOf } from './names.tsx'
import { type BoardCardProps, type BoardCardView, domId, ownDays, shown, stateOf } from './view.ts'

type Props = BoardCardProps<'table'>

const ROWS = 10

/** Metrics as columns; the values of a dimension, or the days, newest first, as rows. */
export const TableCard: BoardCardView<'table'> = (props) => {
  const { card, config, context, title } = props
  const all = shown(props) as Series[] | undefined
  const id = domId(card)
  const byDay = config.by === 'day'
  const rows = all ? (byDay ? dayRows(props, all) : groupRows(props, all)) : []
  const limit = config.limit ?? ROWS
  const metrics = config.metrics.map((key, i) => ({ key, summary: all?.[i] && summaryOf(context, all[i]) }))
  const cut = rows.length > limit ? `${limit} of ${rows.length}` : undefined
  return (
    <Card
      id={id}
      title={title}
      sub={[ownDays(config), cut].filter(Boolean).join(', ') || undefined}
      flush={rows.length > 0}
      menu={menuOf(context, config.metrics, byDay ? {} : { by: config.by })}
      state={stateOf(props, () =>
        rows.length === 0
          ? emptyState(
              context.deps,
              factsOf(metricKey(config.metrics[0] ?? ''), catalogueOf(context.deps).of),
              `Nothing by ${config.by} in this range`,
            )
          : undefined,
      )}
    >
      <DataTable
        id={id}
        caption={title}
        rowHeight={30}
        columns={[
          { key: 'row', label: byDay ? 'Day' : capital(config.by), code: config.by === 'model' },
          ...config.metrics.map((key, i) => ({
            key,
            label: metricIn(context, key).label,
            about: {
              href: metricHref(context.filters, metricKey(key)),
              ...(all?.[i] ? { id: `about-${id}-${i}` } : {}),
            },
            allUsers: whomOf(context, all?.[i]),
            number: true,
            strong: i === 0,
            wide: i > 1,
          })),
        ]}
        rows={rows.slice(0, limit)}
        {...(byDay && all ? { total: totalOf(props, all) } : {})}
      />
      <MetricAbouts id={id} metrics={metrics} context={context} />
    </Card>
  )
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Largest first, as the first of the metrics has them. */
function groupRows({ config, context }: Props, all: Series[]): TableRow[] {
  const names = [...new Set(all.flatMap(({ groups = [] }) => groups.map(({ key }) => key)))]
  const columns = all.map(({ key, groups = [] }) => {
    const totals = names.map((name) => groups.find((group) => group.key === name)?.total)
    const texts = columnTexts(context.deps, key, totals)
    return { key, cells: totals.map((total, i) => (isUnpriced(key, total) ? UNKNOWN : texts[i])) }
  })
  return names.map((name, i) => ({
    cells: {
      row: valueName(config.by, name),
      ...Object.fromEntries(columns.map(({ key, cells }) => [key, cells[i]])),
    },
  }))
}

const UNKNOWN = <span class="q-ink-warn">unknown</span>

/** Days on which nothing is known say nothing. */
function dayRows({ context }: Props, all: Series[]): TableRow[] {
  const { deps, filters } = context
  const days = all[0]?.points.map(({ day }) => day) ?? []
  const columns = all.map((one) => ({ key: one.key, texts: dayTexts(deps, one) }))
  return days
    .map((day, i) => ({ day, i, known: all.some(({ points }) => (points[i]?.value ?? null) !== null) }))
    .filter(({ known }) => known)
    .reverse()
    .map(({ day, i }) => ({
      cells: {
        row: dayTitle(day, filters.today),
        ...Object.fromEntries(columns.map(({ key, texts }) => [key, texts[i]])),
      },
    }))
}

/** The days of a metric, and its total as the last. */
const dayTexts = (deps: Props['context']['deps'], { key, points, total }: Series): string[] =>
  columnTexts(deps, key, [...points.map(({ value }) => value), total])

function totalOf({ context }: Props, all: Series[]): TableRow['cells'] {
  const { deps, filters } = context
  const cells = all.map((one) => [one.key, <a href={metricHref(filters, one.key)}>{dayTexts(deps, one).at(-1)}</a>])
  return { row: 'All days', ...Object.fromEntries(cells) }
}
