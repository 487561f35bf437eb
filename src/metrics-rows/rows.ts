import { BadParameter } from '../api/query.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Sql } from '../db/connect.ts'
import { Forbidden } from '../lib/errors.ts'
import { addDays, type Day } from '../lib/time.ts'
import { toldOf } from '../metrics/among.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import { sqlContext } from '../metrics/context.ts'
import { USER_JOINS } from '../metrics/dims.ts'
import type { PeopleFilter } from '../metrics/honours.ts'
import type { SqlContext } from '../metrics/metric.ts'
import type { AskedPeople } from '../metrics/people.ts'
import { type Series, series } from '../metrics/query.ts'
import type { Rollup } from '../metrics/rollup-kit.ts'
import { rollups } from '../metrics/rollups.ts'
import { sqlText } from '../metrics/sql-text.ts'
import { type Beneath, beneath } from './beneath.ts'
import { isAmount } from './cursor.ts'
import { goneFrom } from './gone.ts'
import { type Looked, type MetricRow, readPage, shown, walk } from './read.ts'
import type { RowColumn, RowSource, Span } from './source.ts'
import { sourceOfRows } from './sources/index.ts'
import { stretchesOf } from './spans.ts'
import { amountStatement, columnsOf, isByAmount, nounOf, type Place, rowsStatement, type Wanted } from './statement.ts'

export interface RowsQuery extends AskedPeople {
  scope: string
  from: Day
  to: Day
  /** Which part of a ratio or formula; default the first. */
  part?: string
  group?: { by: string; value: string }
}

/** What is known of the rows before any is read. */
export interface RowsHead {
  key: AnyKey
  /** The number itself, as the metric's page has it. */
  value: number | null
  /** What there are rows of; one entry for most metrics. */
  parts: { part: string; label: string }[]
  of: Beneath | undefined
  /** What the rows make, from the roll-ups: the value, or that of the part. */
  amount: number | null
  noun: string
  /** Column that weighs the mean, where the number is one. */
  meanBy?: string
  columns: Record<string, RowColumn>
  sql: string
  /** Why there are none. */
  unavailable?: string
  /** Filters that the number is not kept by: the rows are of all users then; absent = none. */
  ignored?: PeopleFilter[]
}

export interface RowsPage extends RowsHead {
  rows: MetricRow[]
  next?: Place
}

/** A page of the rows beneath a metric, newest first (of money: largest first), and what they say together. */
export async function rowsOf(
  deps: Deps,
  key: AnyKey,
  query: RowsQuery,
  { after, limit }: { after?: Place; limit: number },
): Promise<RowsPage> {
  const { head, looked } = await lookBeneath(deps, deps.db.sql, key, query)
  if (!looked) return { ...head, rows: [] }
  checkPlace(looked.wanted, after)
  const { rows, next } = await readPage(looked, limit, after)
  return { ...head, rows: rows.map((row) => shown(row, head.columns)), ...(next && { next }) }
}

/**
 * All of them, a page at a time: between two pages nothing is held, so that a slow client costs no connection, and memory
 * does not grow with their number.
 */
export async function allRowsOf(
  deps: Deps,
  key: AnyKey,
  query: RowsQuery,
): Promise<{ head: RowsHead; rows: AsyncGenerator<MetricRow[]> }> {
  const { head, looked } = await lookBeneath(deps, deps.db.heavy, key, query)
  return { head, rows: looked ? walk(head.columns, looked) : nothing() }
}

/** Each order has cursors of its own. @throws BadParameter for one of another list */
function checkPlace({ of, source }: Wanted, after: Place | undefined): void {
  if (after && isAmount(after) !== isByAmount(of, source)) throw new BadParameter('cursor', 'It belongs to other rows.')
}

/** @throws Forbidden: whoever may look for a value that is not shown can find out whose it is */
function checkGroup({ columns }: RowSource, of: Beneath, { group }: RowsQuery, strict: boolean): void {
  if (strict && group && (columns[group.by]?.personal || isOfAccount(rollups[of.metric.from], group.by)))
    throw new Forbidden(`In privacy mode strict nothing is told, or found, by ${group.by}.`)
}

/** Whether a dimension is looked up in what is known of the user. */
const isOfAccount = ({ joins }: Rollup, by: string): boolean =>
  Object.hasOwn(USER_JOINS, by) && joins?.[by] === USER_JOINS[by]

async function* nothing(): AsyncGenerator<MetricRow[]> {}

/** The head, and what to read where there are rows to be had. */
async function lookBeneath(
  deps: Deps,
  sql: Sql,
  key: AnyKey,
  asked: RowsQuery,
): Promise<{ head: RowsHead; looked?: Looked }> {
  await freshCatalogue(deps)
  const { q, look, ignored } = await toldOf(deps, sqlContext(deps, sql), asked, key, asked.group?.by)
  // A part of a formula is told of those of whom its whole is.
  const query = without(asked, ignored)
  const all = beneath(q, key, look)
  const of = all.find(({ part }) => part === query.part) ?? all[0]
  const source = of && sourceOfRows(of.key, of.metric.from)
  const strict = deps.config.privacy === 'strict'
  if (of && source) checkGroup(source, of, query, strict)
  const own = await seriesOf(deps, key, query)
  const parts = all.map(({ part, label }) => ({ part, label }))
  const head: RowsHead = { key, value: own.total, parts, of, amount: null, noun: 'row', columns: {}, sql: '' }
  if (ignored) head.ignored = ignored
  if (!of || !source) return { head: { ...head, unavailable: of ? UNDESCRIBED : LIVE } }

  const told = { ...head, noun: nounOf(of, source), meanBy: source.meanBy, columns: shownColumns(of, source, strict) }
  const none = (unavailable: string) => ({ head: { ...told, unavailable } })
  const points = of.key === key ? own : await seriesOf(deps, of.key, query)
  const span = spanOf(q, of, query, points)
  if (!span) return none(NOT_KNOWN)
  if (source.tenantless && query.scope !== '*') return none(TENANTLESS)
  const gone = source.partitioned && (await goneFrom(q, source.partitioned, span, deps.config.retentionDays))
  if (gone) return none(gone)
  const wanted: Wanted = { of, source, span, value: points.total, group: query.group, strict }
  const amount = await amountOf(q, wanted, points)
  const spans = stretchesOf(of, source, points.points, span)
  return { head: { ...told, amount, sql: sqlText(rowsStatement(q, wanted)) }, looked: { q, pool: sql, wanted, spans } }
}

const LIVE =
  'This is a reading of the moment: it is made of what is there now, and leaves no rows. Its past days are samples of it.'
const UNDESCRIBED = 'The rows beneath this number are not kept one by one.'
export const NOT_KNOWN = 'The number is not known in this range, so that nothing lies beneath it.'
const TENANTLESS = 'These rows belong to no tenant: they are shown where all tenants are.'

/** What is asked for without filters that do not count. */
function without(asked: RowsQuery, ignored: readonly PeopleFilter[] = []): RowsQuery {
  return { ...asked, ...Object.fromEntries(ignored.map((name) => [name, undefined])) }
}

/** The number and its days; of one group those of the group. */
async function seriesOf(deps: Deps, key: AnyKey, { group, part: _, ...asked }: RowsQuery): Promise<Points> {
  const found: Series = await series(deps, key, { ...asked, ...(group && { by: group.by }) })
  return group ? (found.groups?.find((one) => one.key === group.value) ?? { points: [], total: null }) : found
}
type Points = Pick<Series, 'points' | 'total'>

/** The days that the rows are of; undefined where the number is not known. */
function spanOf({ today }: SqlContext, of: Beneath, { scope, from, to }: RowsQuery, { points, total }: Points) {
  const end = to < today ? to : today
  // A formula's part may be known where its whole is not; what is divided by nothing has nothing beneath it.
  if (total === null || from > end) return undefined
  const { reach } = of
  if (reach === 'range') return { scope, from, to: end } satisfies Span
  const peak = of.makes === 'highest' ? points.find(({ value }) => value === total) : undefined
  const day = (peak ?? points.findLast(({ value }) => value !== null))?.day
  if (!day) return undefined
  if (reach === 'day') return { scope, from: day, to: day }
  if (reach === 'upTo') return { scope, to: day }
  if ('before' in reach) return { scope, to: addDays(day, -reach.before) }
  return { scope, from: addDays(day, 1 - reach.last), to: day }
}

async function amountOf(q: SqlContext, wanted: Wanted, { total }: Points): Promise<number | null> {
  const { kind, lag } = wanted.of.metric
  if (kind !== 'ratio' && !lag) return total
  const [row] = await q.sql<{ amount: number | null }[]>`${amountStatement(q, wanted)}`
  return row?.amount ?? 0
}

/** What a program and a table are shown, the person's address beside their id. */
function shownColumns(of: Beneath, source: RowSource, strict: boolean): Record<string, RowColumn> {
  const columns = Object.entries(columnsOf({ of, source, strict })).flatMap(([name, column]): [string, RowColumn][] =>
    name === 'user_id' ? [[name, column], EMAIL] : [[name, column]],
  )
  return Object.fromEntries(columns)
}
const EMAIL: [string, RowColumn] = ['email', { type: 'text', label: 'E-mail' }]
