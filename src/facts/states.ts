import { UPSERT_LOCK } from '../db/locks.ts'
import type { Batch, Prepared, Tx, WriteBatch } from './types.ts'

/** A value and the instant (ms) at which it was told; no instant where the rule does not ask for one. */
interface Cell {
  value: unknown
  at: number | undefined
}

/**
 * Which of two values of a column holds. `pick` is commutative, associative and idempotent, so that states come to the
 * same row in whatever order and however often they arrive.
 */
export interface Rule {
  pick: (a: Cell, b: Cell) => Cell
  /** Whether it matters when a value was told. */
  timed: boolean
}

/** The value told last; of two told in one instant the larger, as good a choice as any that does not ask for the order. */
export const newest: Rule = {
  timed: true,
  pick: (a, b) => later(a, b) ?? (text(a.value) >= text(b.value) ? a : b),
}

/** The value told last; of two told in one second, as billing systems do, the later stage. */
export const newestOf = (stages: readonly string[]): Rule => ({
  timed: true,
  pick: (a, b) => later(a, b) ?? laterStage(stages, a, b),
})

/** The latest stage, whenever it was told: it never goes back. */
export const furthestOf = (stages: readonly string[]): Rule => ({
  timed: false,
  pick: (a, b) => laterStage(stages, a, b),
})

/** The earliest instant. */
export const earliest: Rule = {
  timed: false,
  pick: (a, b) => (Date.parse(a.value as string) <= Date.parse(b.value as string) ? a : b),
}

/** One rule for several columns. */
export function each(rule: Rule, ...columns: string[]): Record<string, Rule> {
  return Object.fromEntries(columns.map((name) => [name, rule]))
}

const later = (a: Cell, b: Cell): Cell | undefined => (a.at! === b.at! ? undefined : a.at! > b.at! ? a : b)
const laterStage = (stages: readonly string[], a: Cell, b: Cell): Cell =>
  stages.indexOf(String(a.value)) >= stages.indexOf(String(b.value)) ? a : b

/** As JSON with sorted keys: jsonb does not keep the order in which a client wrote them. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

/** Values for columns of which nothing was told: whatever is told, and whenever, overrides them. */
export function withDefaults(row: Record<string, unknown>, defaults: Record<string, unknown>): Record<string, unknown> {
  const missing = Object.entries(defaults).filter(([name]) => row[name] === undefined)
  if (missing.length === 0) return row
  return { ...row, ...Object.fromEntries(missing), told: Object.fromEntries(missing.map(([name]) => [name, 0])) }
}

type Row = Record<string, unknown>

/** What was stored of a thing, if anything, and what is now. Instants are ISO text. */
export interface StateChange {
  before: Row | undefined
  after: Row
}
/** Marks what a change concerns, in the transaction that makes it. */
export type MarkChanges = (tx: Tx, changes: StateChange[], batch: Batch) => Promise<void>

/** Columns by name, and the keys of properties as `properties.key`. */
type Cells = Map<string, Cell>

interface State {
  cells: Cells
  updatedAt: number
}

const PROPERTIES = 'properties.'

/**
 * Facts of which states are told by id: what is stored and what is told are merged in one place, under the same lock as
 * upsertInto, so that a batch and a table cannot disagree. A state that says nothing new writes nothing. It costs a read
 * by primary key, where upsertInto's kinds with roll-ups of their own have a statement made for them.
 * @param rules of all columns but the keys and updated_at; that of `properties` holds for each of their keys
 * @param mark tells the roll-ups which are made of these facts
 */
export function upsertStates(
  table: string,
  keys: readonly string[],
  rules: Record<string, Rule>,
  mark?: MarkChanges,
): WriteBatch {
  const columns = [...Object.keys(rules), 'updated_at', 'told']
  return async (sql, rows, batch) => {
    const told = mergeByKey(rows, keys, rules)
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${UPSERT_LOCK}, hashtext(${table}))`
      const stored = await readStates(tx, table, keys, told)
      const changes = [...told].flatMap(([key, row]) => {
        const before = stored.get(key)
        return changedRow(before, row, rules).map((after) => ({ before, after }))
      })
      if (changes.length === 0) return
      const changed = changes.map(({ after }) => after)
      await writeStates(tx, table, keys, columns, changed)
      await mark?.(tx, changes, batch)
    })
    return new Set()
  }
}

function mergeByKey(rows: Prepared[], keys: readonly string[], rules: Record<string, Rule>): Map<string, Row> {
  const merged = new Map<string, Row>()
  for (const { json } of rows) {
    const row = JSON.parse(json) as Row
    const key = keyOf(row, keys)
    const other = merged.get(key)
    merged.set(key, other ? mergeRows(other, row, rules) : row)
  }
  // In order of key: as every writer of these rows.
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const keyOf = (row: Row, keys: readonly string[]): string => keys.map((name) => row[name]).join('\0')

async function readStates(
  tx: Tx,
  table: string,
  keys: readonly string[],
  told: Map<string, Row>,
): Promise<Map<string, Row>> {
  const names = keys.map((name) => tx`${tx(name)}`).reduce((all, one) => tx`${all}, ${one}`)
  const wanted = [...told.values()].map((row) => Object.fromEntries(keys.map((name) => [name, row[name]])))
  const found = await tx`
    select to_jsonb(t) as row from ${tx(table)} t
    where (${names}) in (select ${names} from json_populate_recordset(null::${tx(table)}, ${JSON.stringify(wanted)}::text::json))`
  return new Map(found.map(({ row }) => [keyOf(row as Row, keys), inIsoTime(row as Row)]))
}

/** Instants as our own JSON has them. */
function inIsoTime(row: Row): Row {
  const instants = Object.keys(row).filter((name) => (name === 'ts' || name.endsWith('_at')) && row[name] !== null)
  for (const name of instants) row[name] = new Date(row[name] as string).toISOString()
  return row
}

function changedRow(stored: Row | undefined, told: Row, rules: Record<string, Rule>): Row[] {
  // Merged with itself, a first state takes the same form as any other.
  const row = mergeRows(stored ?? told, told, rules)
  return stored && text(row) === text(mergeRows(stored, stored, rules)) ? [] : [row]
}

/** What two states of one thing come to. */
export function mergeRows(a: Row, b: Row, rules: Record<string, Rule>): Row {
  const [one, other] = [stateOf(a, rules), stateOf(b, rules)]
  const cells: Cells = new Map(one.cells)
  for (const [name, cell] of other.cells) {
    const mine = cells.get(name)
    cells.set(name, mine ? ruleOf(rules, name).pick(mine, cell) : cell)
  }
  const keys = Object.keys(a).filter((name) => !(name in rules) && !OWN.has(name))
  return rowOf(Object.fromEntries(keys.map((name) => [name, a[name]])), {
    cells: new Map([...cells].sort(([x], [y]) => (x < y ? -1 : 1))),
    updatedAt: Math.max(one.updatedAt, other.updatedAt),
  })
}

const OWN = new Set(['updated_at', 'told'])

function stateOf(row: Row, rules: Record<string, Rule>): State {
  const updatedAt = Date.parse(row.updated_at as string)
  const told = (row.told ?? {}) as Record<string, number>
  const cells: Cells = new Map()
  const add = (name: string, value: unknown) => {
    // '' stands for "no user" and "no tenant" in columns that are never null.
    if (value === undefined || value === null || value === '') return
    const at = Object.hasOwn(told, name) ? told[name] : updatedAt
    cells.set(name, { value, at: ruleOf(rules, name).timed ? at : undefined })
  }
  for (const name of Object.keys(rules)) if (name !== 'properties') add(name, row[name])
  for (const [key, value] of Object.entries((row.properties ?? {}) as Row)) add(PROPERTIES + key, value)
  return { cells, updatedAt }
}

const ruleOf = (rules: Record<string, Rule>, name: string): Rule => rules[name] ?? rules.properties!

function rowOf(keys: Row, { cells, updatedAt }: State): Row {
  const [values, properties, told]: [string, unknown][][] = [[], [], []]
  for (const [name, { value, at }] of cells) {
    if (name.startsWith(PROPERTIES)) properties!.push([name.slice(PROPERTIES.length), value])
    else values!.push([name, value])
    if (at !== undefined && at !== updatedAt) told!.push([name, at])
  }
  return {
    user_id: '',
    tenant_id: '',
    ...keys,
    ...Object.fromEntries(values!),
    ...(properties!.length > 0 ? { properties: Object.fromEntries(properties!) } : {}),
    ...(told!.length > 0 ? { told: Object.fromEntries(told!) } : {}),
    updated_at: new Date(updatedAt).toISOString(),
  }
}

function writeStates(tx: Tx, table: string, keys: readonly string[], columns: string[], rows: Row[]) {
  const set = columns.map((name) => tx`${tx(name)} = excluded.${tx(name)}`).reduce((all, one) => tx`${all}, ${one}`)
  return tx`
    insert into ${tx(table)}
    select * from json_populate_recordset(null::${tx(table)}, ${JSON.stringify(rows)}::text::json)
    on conflict (${tx(keys as string[])}) do update set ${set}`
}
