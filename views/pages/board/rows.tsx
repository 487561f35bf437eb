import { metricIn, metricKey } from '../../../src/boards/metrics.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import type { RowsPage } from '../../../src/metrics-rows/rows.ts'
import type { RowColumn } from '../../../src/metrics-rows/source.ts'
import { metricHref, rowsHref } from '../../../src/page.ts'
import { Card, type CardState, DataTable } from '../../parts/index.ts'
import { textOf, weightText } from '../metric-rows.tsx'
import { whomOf } from './names.tsx'
import { type BoardCardView, domId, ownDays, shown, stateOf } from './view.ts'

/** How many columns a card of a width can hold beside what the row counts. */
const COLUMNS: Record<number, number> = { 4: 2, 6: 3, 8: 4, 12: 6 }

/** Who it was is said once: by their address where there is one. */
function columnsOf({ columns }: RowsPage, width: number): [string, RowColumn][] {
  const all = Object.entries(columns)
  const plain = Object.hasOwn(columns, 'email') ? all.filter(([name]) => name !== 'user_id') : all
  return plain.slice(0, COLUMNS[width] ?? 3)
}

/** The newest of what a number is made of. */
export const RowsCard: BoardCardView<'rows'> = (props) => {
  const { card, config, context, title } = props
  const { filters } = context
  const key = metricKey(config.metric)
  const found = shown(props) as RowsPage | undefined
  const id = domId(card)
  const columns = found ? columnsOf(found, card.width) : []
  const part: Record<string, string> = config.part ? { part: config.part } : {}
  const query = exportQuery(filters, { metric: key, ...part })
  return (
    <Card
      id={id}
      title={title}
      sub={ownDays(config)}
      allUsers={whomOf(context, found)}
      flush={!!found?.rows.length}
      link={{ label: 'All rows', href: rowsHref(filters, key, part) }}
      menu={{
        csv: `/exports/metric-rows.csv${query}`,
        json: `/api/metrics/rows${query}`,
        metric: metricHref(filters, key),
      }}
      state={stateOf(props, (value) => emptyOf(value as RowsPage))}
    >
      {found && (
        <DataTable
          id={id}
          caption={`Rows of ${metricIn(context, key).label}`}
          rowHeight={30}
          columns={[
            ...columns.map(([name, { label, type }], place) => ({
              key: name,
              label,
              number: type === 'number' || type === 'ms' || type === 'money' || type === 'cost',
              wide: place > 1,
            })),
            { key: 'weight', label: 'Counts', number: true, strong: true },
          ]}
          rows={found.rows.map(({ cells, weight }) => ({
            cells: {
              ...Object.fromEntries(columns.map(([name, column]) => [name, textOf(cells, name, column, context)])),
              weight: weightText(found, weight, context),
            },
          }))}
        />
      )}
    </Card>
  )
}

const emptyOf = ({ unavailable, rows }: RowsPage): CardState | undefined => {
  if (unavailable !== undefined) return { kind: 'empty', title: 'No rows', text: unavailable }
  return rows.length === 0 ? { kind: 'empty', title: 'No rows', text: 'Nothing in this range counts.' } : undefined
}
