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
const WHO: ReadonlySet<string> = new Set(['email', 'user_id', 'customer_id'])

/** The most telling first: when, who, how much, then words, and last what only a program reads. */
function columnsOf({ columns, rows }: RowsPage, width: number): [string, RowColumn][] {
  const known = (name: string) => rows.filter(({ cells }) => (cells[name] ?? '') !== '').length
  // Who it was is said once: by their address where there is one.
  const spare = !Object.hasOwn(columns, 'email') ? '' : known('email') * 2 >= known('user_id') ? 'user_id' : 'email'
  const all = Object.entries(columns).filter(([name]) => name !== spare)
  const amount = all.find(([name, { type }]) => isMoney(type) && known(name) > 0)?.[0]
  const when = all.find(([, { type }]) => type === 'time' || type === 'date')?.[0]
  const rank = (name: string): number => {
    if (name === when) return 0
    if (WHO.has(name)) return 2 * known(name) >= rows.length ? 1 : 3
    if (name === amount) return 2
    return name.endsWith('_id') && name !== 'tenant_id' ? 4 : 3
  }
  return all.sort(([a], [b]) => rank(a) - rank(b)).slice(0, COLUMNS[width] ?? 3)
}

const isMoney = (type: RowColumn['type']): boolean => type === 'money' || type === 'cost'

/** The newest of what a number is made of. */
export const RowsCard: BoardCardView<'rows'> = (props) => {
  const { card, config, context, title } = props
  const { filters } = context
  const key = metricKey(config.metric)
  const found = shown(props) as RowsPage | undefined
  const id = domId(card)
  const columns = found ? columnsOf(found, card.width) : []
  // Where each row counts one, a narrow screen has better use for the room.
  const ones = found?.rows.every(({ weight }) => weight === 1) ?? false
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
              number: type === 'number' || type === 'ms' || isMoney(type),
              wide: place > (ones ? 2 : 1),
            })),
            { key: 'weight', label: 'Counts', number: true, strong: true, wide: ones },
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
