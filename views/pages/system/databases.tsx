import { cardState } from '../../../src/card-state.ts'
import type { Part } from '../../../src/connectors/source-stats.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, DataTable, Facts, Note } from '../../parts/index.ts'
import type { SystemProps } from '../system.tsx'

const NOT_CONNECTED = {
  kind: 'empty' as const,
  title: 'No database is watched',
  text: 'Size, rows and slow queries of your product’s Postgres show here, read over a read-only connection.',
  code: 'SOURCE_DATABASE_URL=postgres://readonly:…@db.example.com/product',
}
const TABLES_SHOWN = 10

const bytes = (value: number): string => formatValue(value, 'bytes', 'table', '')
const count = (value: number): string => value.toLocaleString('en-US')
const known = <T,>(part: Part<T> | undefined): T | undefined => (part && 'value' in part ? part.value : undefined)
const textOf = <T,>(part: Part<T> | undefined, text: (value: T) => string): string =>
  part === undefined ? '—' : 'value' in part ? text(part.value) : part.reason

/** The watched product's own database: how large, which tables, how many connections. */
export const SourceCard = ({ data, context: { deps, filters } }: SystemProps) => {
  const stats = shownOf(data.source)
  const tables = known(stats?.tables) ?? []
  const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0)
  return (
    <Card
      id="source"
      title="The product’s database"
      sub="rows are estimates"
      span={6}
      menu={{ metric: metricHref(filters, 'source.size') }}
      state={cardState(data.source, deps.now(), (value) => (value === null ? NOT_CONNECTED : undefined))}
    >
      <Facts
        items={[
          { label: 'Size', value: textOf(stats?.bytes, bytes) },
          { label: 'Rows, about', value: stats && 'reason' in stats.tables ? stats.tables.reason : count(rows) },
          {
            label: 'Connections',
            value: textOf(stats?.connections, ({ used, max }) => `${count(used)} of ${count(max)}`),
          },
        ]}
      />
      <DataTable
        id="source-tables"
        caption="Largest tables"
        rowHeight={30}
        columns={[
          { key: 'name', label: 'Table', code: true },
          { key: 'rows', label: 'Rows', number: true },
          { key: 'bytes', label: 'Size', number: true },
        ]}
        rows={tables.slice(0, TABLES_SHOWN).map((table) => ({
          cells: { name: table.name, rows: table.rows === null ? '—' : count(table.rows), bytes: bytes(table.bytes) },
        }))}
      />
    </Card>
  )
}

/** The statements that cost the product's database most. */
export const SlowQueriesCard = ({ data, context: { deps, filters } }: SystemProps) => {
  const part = shownOf(data.source)?.slow
  const slow = known(part)
  const ms = (value: number) => formatValue(value, 'ms', 'table', '')
  return (
    <Card
      id="slow-queries"
      title="Slow queries"
      sub="by their time together"
      span={6}
      menu={{ metric: metricHref(filters, 'source.slow_queries') }}
      state={cardState(data.source, deps.now(), (value) => (value === null ? NOT_CONNECTED : undefined))}
    >
      {part && 'reason' in part && <Note tone="info">{part.reason}</Note>}
      {slow?.note && <Note tone="info">{slow.note}</Note>}
      {slow && (
        <DataTable
          id="slow-queries"
          caption="Slow queries"
          rowHeight={30}
          columns={[
            { key: 'query', label: 'Statement', code: true },
            { key: 'calls', label: 'Calls', number: true },
            { key: 'mean', label: 'Mean', number: true, strong: true },
            { key: 'total', label: 'Together', number: true, wide: true },
          ]}
          rows={slow.queries.slice(0, TABLES_SHOWN).map((one) => ({
            cells: {
              query: one.query ?? 'hidden',
              calls: count(one.calls),
              mean: ms(one.meanMs),
              total: ms(one.totalMs),
            },
          }))}
        />
      )}
    </Card>
  )
}

/** What Quarterdeck itself keeps. */
export const OwnDatabaseCard = ({ data, context: { deps } }: SystemProps) => {
  const own = shownOf(data.own)
  return (
    <Card
      id="own-database"
      title="Quarterdeck’s database"
      sub={own && `${bytes(own.bytes)}, raw facts kept ${deps.config.retentionDays} days`}
      span={6}
      flush
      state={cardState(data.own, deps.now())}
    >
      <DataTable
        id="own-tables"
        caption="Largest tables of Quarterdeck"
        rowHeight={30}
        columns={[
          { key: 'name', label: 'Table', code: true },
          { key: 'rows', label: 'Rows, about', number: true },
          { key: 'bytes', label: 'Size', number: true },
        ]}
        rows={(own?.tables ?? []).map((table) => ({
          cells: { name: table.name, rows: count(table.rows), bytes: bytes(table.bytes) },
        }))}
      />
    </Card>
  )
}
