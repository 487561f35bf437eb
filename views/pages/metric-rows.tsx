import type { Child } from 'hono/jsx'
import { allUsersText } from '../../src/all-users.ts'
import { cardState } from '../../src/card-state.ts'
import { catalogueOf, freshCatalogue } from '../../src/custom-metrics/catalogue.ts'
import { momentText, rangeDates } from '../../src/lib/dates.ts'
import { NotFound } from '../../src/lib/errors.ts'
import { exportQuery, filterQuery, peopleOf } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import type { AnyKey } from '../../src/metrics/catalogue.ts'
import { formatValue } from '../../src/metrics/format.ts'
import { cursorOf, placeOf } from '../../src/metrics-rows/cursor.ts'
import type { RowCell } from '../../src/metrics-rows/read.ts'
import { type RowsPage, rowsOf } from '../../src/metrics-rows/rows.ts'
import type { RowColumn } from '../../src/metrics-rows/source.ts'
import { sayTogether } from '../../src/metrics-rows/words.ts'
import { card, definePage, metricHref, type PageContext } from '../../src/page.ts'
import { userHref } from '../../src/users/paths.ts'
import { Card, type CardState, DataTable, Icon, Segments, SqlDrawer } from '../parts/index.ts'

const PAGE_SIZE = 50
const DRAWER = 'rows-sql'
/** Raw facts of a long range may have to be looked through: longer than a number of roll-ups takes. */
const BUDGET_MS = 5_000

interface Data {
  key: AnyKey
  page: Loaded<RowsPage>
}
interface Props {
  data: Data
  context: PageContext
}

export default definePage<Data>({
  path: '/dashboard/metrics/:key/rows',
  under: '/dashboard/metrics',
  title: 'Rows',
  group: 'Work',
  order: 42,
  role: 'viewer',
  params: ['part', 'by', 'group', 'after'],
  filters: 'people',

  load: async (context) => {
    const { deps, filters, query, param } = context
    const key = param.key ?? ''
    const catalogue = await freshCatalogue(deps)
    if (!catalogue.has(key))
      throw new NotFound('There is no metric of this name; the Metrics page lists all there are.')
    const { from, to } = filters
    const by = catalogue.of(key).by.find((name) => name === query.by)
    const group = by === undefined ? undefined : { by, value: query.group ?? '' }
    const asked = { ...peopleOf(filters), from, to, part: query.part, group }
    const page = await card(
      context,
      'metric-rows',
      () => rowsOf(deps, key, asked, { after: placeIn(context), limit: PAGE_SIZE }),
      { key: JSON.stringify([key, query]), budgetMs: BUDGET_MS },
    )
    return { key, page }
  },

  frame: ({ data: { key }, context }) => {
    const { filters, deps } = context
    const { label } = catalogueOf(deps).of(key)
    return {
      title: `Rows of ${label}`,
      titleNote: <code class="q-code">{key}</code>,
      crumbs: [
        { label: 'Metrics', href: `/dashboard/metrics${filterQuery(filters)}` },
        { label, href: metricHref(filters, key) },
      ],
      exports: [
        { label: 'CSV, all rows', href: `/exports/metric-rows.csv${queryOf(key, context)}` },
        { label: 'JSON', href: `/api/metrics/rows${queryOf(key, context)}` },
      ],
      actions: (
        <button class="q-btn" type="button" data-action="drawer" data-value={DRAWER}>
          <Icon name="code" />
          SQL
        </button>
      ),
    }
  },

  View: ({ data, context, live }) => (
    <>
      {live}
      <Drawer data={data} context={context} />
    </>
  ),

  Live: ({ data, context }) => <RowsCard data={data} context={context} />,
})

/** A place is one in these rows: of another range or tenant it would cut the list in its middle. */
const placeOfList = ({ filters: { scope, from, to, plan = '', segment = '' } }: PageContext): string =>
  [scope, from, to, plan, segment, ''].join(' ')
const placeIn = (context: PageContext) => {
  const { after = '' } = context.query
  const list = placeOfList(context)
  return after.startsWith(list) ? placeOf(after.slice(list.length)) : undefined
}

/** The same rows for a program. */
function queryOf(key: AnyKey, { filters, query }: PageContext): string {
  const { after: _, ...own } = query
  return exportQuery(filters, { metric: key, ...Object.fromEntries(Object.entries(own).filter(([, v]) => v !== '')) })
}

const RowsCard = ({ data: { key, page }, context }: Props) => {
  const { deps, filters, query } = context
  const found = shownOf(page)
  const parts = found?.parts ?? []
  return (
    <Card
      id="rows"
      allUsers={allUsersText(found?.ignored, filters)}
      title={found && found.unavailable === undefined ? sayTogether(deps, found) : catalogueOf(deps).of(key).label}
      sub={`${rangeDates(filters.from, filters.to, filters.today)}${query.by && query.group ? `, ${query.by} ${query.group}` : ''}`}
      flush={!!found?.rows.length}
      tools={
        parts.length > 1 && (
          <Segments
            name="Rows of"
            items={parts.map(({ part, label }) => ({
              label,
              href: context.href({ query: { part, after: '' } }),
              selected: part === found?.of?.part,
            }))}
          />
        )
      }
      state={cardState(page, deps.now(), emptyOf)}
    >
      {found && <Rows found={found} data={{ key, page }} context={context} />}
    </Card>
  )
}

const emptyOf = ({ unavailable, rows }: RowsPage): CardState | undefined => {
  if (unavailable !== undefined) return { kind: 'empty', title: 'No rows', text: unavailable }
  return rows.length === 0 ? { kind: 'empty', title: 'No rows', text: 'Nothing in this range counts.' } : undefined
}

const Rows = ({ found, data: { key }, context }: Props & { found: RowsPage }) => {
  const columns = Object.entries(found.columns)
  const shown = columns.map(([name, { label, type }], place) => ({
    key: name,
    label,
    number: NUMBERS.has(type),
    code: CODES.has(name),
    wide: place > 2,
  }))
  return (
    <DataTable
      id="rows"
      caption={`Rows of ${catalogueOf(context.deps).of(key).label}`}
      rowHeight={30}
      columns={[
        ...shown.slice(0, 1),
        { key: 'weight', label: 'Counts', number: true, strong: true },
        ...shown.slice(1),
      ]}
      rows={found.rows.map(({ cells, weight }) => ({
        cells: {
          ...Object.fromEntries(columns.map(([name, column]) => [name, cellOf(cells, name, column, context)])),
          weight: weightText(found, weight, context),
        },
      }))}
      csv={{ label: 'CSV, all rows', href: `/exports/metric-rows.csv${queryOf(key, context)}` }}
      json={{ label: 'JSON', href: `/api/metrics/rows${queryOf(key, context)}` }}
      note={`one row is one ${found.noun}`}
      pager={{
        previous: context.query.after ? context.href({ query: { after: '' } }) : undefined,
        next: found.next && context.href({ query: { after: placeOfList(context) + cursorOf(found.next) } }),
        size: PAGE_SIZE,
      }}
    />
  )
}

const NUMBERS: ReadonlySet<string> = new Set(['number', 'ms', 'money', 'cost'])
const CODES: ReadonlySet<string> = new Set(['model', 'endpoint', 'request_id', 'session_id'])

/** Whoever is named has a page. */
function cellOf(...[cells, name, column, context]: Parameters<typeof textOf>): Child {
  const text = textOf(cells, name, column, context)
  const id = cells[name]
  return name === 'user_id' && typeof id === 'string' && id !== '' ? <a href={userHref(id)}>{text}</a> : text
}

/** A cell as people read it. */
export function textOf(
  cells: Record<string, RowCell>,
  name: string,
  { type }: RowColumn,
  { deps, filters }: PageContext,
): string {
  const value = cells[name] ?? null
  if (value === null || value === '') return '—'
  if (value instanceof Date) return momentText(value, filters.today, deps.config.timeZone)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  const currency = typeof cells.currency === 'string' ? cells.currency : deps.config.currency
  const unit = type === 'ms' ? 'ms' : type === 'money' || type === 'cost' ? 'money' : 'rows'
  return formatValue(value, unit, 'table', currency)
}

export const weightText = ({ of }: RowsPage, weight: number, { deps }: PageContext): string =>
  formatValue(weight, of?.unit ?? 'rows', 'table', deps.config.currency)

/** The statement of the rows: what it answers adds up to the number. */
const Drawer = ({ data: { key, page }, context }: Props) => {
  const found = shownOf(page)
  const { baseUrl } = context.deps.config
  return (
    <SqlDrawer
      id={DRAWER}
      title={`Rows of ${catalogueOf(context.deps).of(key).label}`}
      code={key}
      sql={found?.sql || '-- there are no rows'}
      note="All rows beneath the number, with its parameters filled in: q_weight is what each row is of it. `quarterdeck db url` prints an address for psql."
      addresses={[
        { verb: 'GET', text: `${baseUrl}/exports/metric-rows.csv${queryOf(key, context)}` },
        { verb: 'GET', text: `${baseUrl}/api/metrics/rows${queryOf(key, context)}` },
      ]}
    />
  )
}
