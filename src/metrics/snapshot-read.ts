import { groupBy } from '../lib/group-by.ts'
import type { Day } from '../lib/time.ts'
import { Cells, type Parts } from './cells.ts'
import { DefinitionBook } from './definitions.ts'
import type { SqlContext } from './metric.ts'
import { slotParts } from './slots.ts'
import type { Ask } from './statement.ts'

export interface Snapshots {
  cells: Cells
  /** What is not stored, or stale: metrics younger than a snapshot are not in it. */
  missingAsks: Ask[]
  missingDays: Day[]
  /** By key, the days that are made otherwise than they would be now. */
  aged: Map<string, Day[]>
}

interface StoredDay {
  day: Day
  /** How many numbers the row has. */
  length: number
  v: (number | null)[]
  definitions: number | null
  folded: string | null
}

/** Up to so many numbers are picked out of a row by Postgres; beyond it hands over the row whole. */
const MAX_PICKED = 60

/** Closed days of a scope from `metric_days`, stale ones left out. */
export async function readSnapshots(q: SqlContext, scope: string, days: Day[], asks: Ask[]): Promise<Snapshots> {
  const nothing = { cells: new Cells(), missingAsks: [], missingDays: [], aged: new Map<string, Day[]>() }
  if (days.length === 0 || asks.length === 0) return nothing
  const slotOf = await slotsOf(q, asks)
  const placesOf = new Map(
    asks.map((ask) => [ask, slotParts(ask.metric).map((part) => slotOf.get(`${ask.key} ${part}`))]),
  )
  const slots = [...slotOf.values()]
  if (slots.length === 0) return { ...nothing, missingAsks: asks, missingDays: days }
  const picked = slots.length <= MAX_PICKED ? slots : undefined
  const at = picked ? new Map(picked.map((slot, i) => [slot, i])) : undefined
  const rows = await storedDays(q, scope, days, picked)
  const stored = new Map(rows.map((row) => [row.day, row]))
  const book = await DefinitionBook.read(
    q,
    rows.map(({ definitions }) => definitions),
  )
  const { cells, aged } = nothing
  const missing = new Missing()
  for (const ask of asks) {
    const places = placesOf.get(ask) ?? []
    const older: Day[] = []
    for (const day of days) {
      const row = stored.get(day)
      const parts = row && isIn(book, ask, row) ? pick(row, places, at) : undefined
      if (!row || !parts) {
        missing.add(ask, day)
        continue
      }
      cells.set(ask.key, scope, day, parts)
      if (book.agedOf(ask, row.definitions, row.folded)) older.push(day)
    }
    if (older.length > 0) aged.set(ask.key, older)
  }
  return { cells, aged, ...missing.all() }
}

async function slotsOf({ sql }: SqlContext, asks: Ask[]): Promise<Map<string, number>> {
  const keys = asks.map(({ key }) => key)
  const rows = await sql<{ slot: number; key: string; part: string }[]>`
    select slot, key, part from metric_slots where key = any(${keys}::text[])`
  return new Map(rows.map(({ slot, key, part }) => [`${key} ${part}`, slot]))
}

/**
 * Rows of a thousand numbers, of which most questions want a few: turning all of them into text took ten times as long as
 * the rest. `offset 0` has each row unpacked once, not once for each number.
 */
async function storedDays(
  { sql }: SqlContext,
  scope: string,
  days: Day[],
  picked: number[] | undefined,
): Promise<StoredDay[]> {
  const numbers = picked
    ? sql`to_jsonb(array[${picked.map((slot, i) => sql`${i ? sql`, ` : sql``}v[${slot}::int]`)}]::float8[])::text`
    : sql`v::text`
  const rows = await sql<(Omit<StoredDay, 'v'> & { v: string })[]>`
    select day::text as day, cardinality(v) as length, ${numbers} as v, definitions, folded
    from (
      select m.day, m.v || '{}'::float8[] as v, m.definitions, m.folded
      from metric_days m
      where m.scope = ${scope} and m.day = any(${days}::text[]::date[])
        and not exists (select from dirty_metric_days d where d.scope = m.scope and d.day = m.day)
      offset 0
    ) m`
  return rows.map((row) => ({ ...row, v: picked ? JSON.parse(row.v) : numbersOf(row.v) }))
}

/** An array as Postgres writes it: {1,NULL,0.5}. */
const numbersOf = (text: string): (number | null)[] =>
  text.length > 2
    ? text
        .slice(1, -1)
        .split(',')
        .map((number) => (number === 'NULL' ? null : Number(number)))
    : []

/** What a row's definitions do not name has not been computed for it, though there may be a slot for it. */
function isIn(book: DefinitionBook, { key }: Ask, { definitions }: StoredDay): boolean {
  return definitions === null || (book.of(definitions)?.fingerprints.has(key) ?? true)
}

/** Slots count from 1, as arrays do in SQL; `at` tells where those are that were picked. */
function pick({ v, length }: StoredDay, slots: (number | undefined)[], at?: Map<number, number>): Parts | undefined {
  const parts: Parts = []
  for (const slot of slots) {
    if (slot === undefined || slot > length) return undefined
    parts.push(v[at?.get(slot) ?? slot - 1] ?? null)
  }
  return parts
}

/** Closed days of all tenants by a dimension, where the snapshot has every value of it. */
export async function readDimSnapshots(q: SqlContext, days: Day[], asks: Ask[], dim: string): Promise<Snapshots> {
  const cells = new Cells()
  const aged = new Map<string, Day[]>()
  if (days.length === 0 || asks.length === 0) return { cells, missingAsks: [], missingDays: [], aged }
  const keys = asks.map(({ key }) => key)
  const slots = q.sql`select slot, key from metric_dims where dim = ${dim} and key = any(${keys}::text[])`
  const [stored, values] = await Promise.all([
    q.sql<{ key: string; day: Day }[]>`
      select k.key, s.day::text as day
      from metric_dim_stored s join (${slots}) k on k.slot = any(s.slots)
        join metric_days m on m.scope = '*' and m.day = s.day
      where s.day = any(${days}::text[]::date[])
        and not exists (select from dirty_metric_days d where d.scope = '*' and d.day = s.day)`,
    q.sql<{ key: string; day: Day; value: string; v: number | null; den: number | null }[]>`
      select k.key, d.day::text as day, d.value, d.v, d.den
      from metric_dim_days d join (${slots}) k on k.slot = d.slot
      where d.day = any(${days}::text[]::date[]) and d.slot = any(array(select slot from (${slots}) s)) and d.place > 0`,
  ])
  const daysOf = new Map([...groupBy(stored, ({ key }) => key)].map(([key, all]) => [key, dayset(all)]))
  const valuesOf = groupBy(values, ({ key }) => key)
  const missing = new Missing()
  for (const ask of asks) {
    const found = daysOf.get(ask.key) ?? new Set<Day>()
    for (const day of days) if (!found.has(day)) missing.add(ask, day)
    for (const { day, value, v, den } of valuesOf.get(ask.key) ?? [])
      if (found.has(day)) cells.set(ask.key, '*', day, ask.metric.kind === 'ratio' ? [v, den] : [v], value)
  }
  return { cells, aged, ...missing.all() }
}

const dayset = (rows: { day: Day }[]): Set<Day> => new Set(rows.map(({ day }) => day))

/** What has to be asked of the roll-ups. */
class Missing {
  private readonly asks = new Set<Ask>()
  private readonly days = new Set<Day>()

  add(ask: Ask, day: Day): void {
    this.asks.add(ask)
    this.days.add(day)
  }

  all() {
    return { missingAsks: [...this.asks], missingDays: [...this.days] }
  }
}
