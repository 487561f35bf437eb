import type { Sql } from '../db/connect.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Day } from '../lib/time.ts'
import { type Cells, type Parts, readCells } from './cells.ts'
import type { SqlContext } from './metric.ts'
import type { Ask } from './statement.ts'

/** Values kept of a dimension on a day, as many as a breakdown shows; what lies beyond is one row, the rest. */
const MAX_VALUES = 100
/** All tenants: a breakdown of one of them is little to read. */
const SCOPE = '*'
/** Whose values can be put together again: a share of a percentile or of distinct users means nothing. */
const KINDS = new Set(['sum', 'last', 'max', 'ratio'])

interface DimRow {
  day: Day
  slot: number
  place: number
  value: string
  v: number | null
  den: number | null
}

/** Stores the values that some metrics have by their dimensions on some days, in place of those that are there. */
export async function storeDims(q: SqlContext, asks: Ask[], days: Day[]): Promise<void> {
  const wanted = asks.filter(({ metric }) => KINDS.has(metric.kind) && !metric.lag && metric.by.length > 0)
  if (wanted.length === 0) return
  const slots = await ensureDimSlots(q.sql, wanted)
  const dims = new Set(wanted.flatMap(({ metric }) => metric.by))
  const rows: DimRow[] = []
  const complete: { day: Day; slot: number }[] = []
  for (const dim of dims) {
    const having = wanted.filter(({ metric }) => metric.by.includes(dim))
    const cells = await readCells(q, having, [SCOPE], days, dim)
    for (const ask of having) {
      const slot = slots.get(`${ask.key} ${dim}`) as number
      for (const day of days) {
        const values = valuesOn(cells, ask, day)
        rows.push(...rowsOf(ask, values, { day, slot }))
        if (values.length <= MAX_VALUES) complete.push({ day, slot })
      }
    }
  }
  await write(q.sql, rows, complete, [...slots.values()], days)
}

interface DimValue {
  value: string
  parts: Parts
}

/** The values of a day, the largest first: of a ratio those with most beneath them. */
function valuesOn(cells: Cells, { key, metric }: Ask, day: Day): DimValue[] {
  const sizeOf = ({ parts }: DimValue) => Math.abs((metric.kind === 'ratio' ? parts[1] : parts[0]) ?? 0)
  return cells
    .dims(key)
    .flatMap((value) => {
      const parts = cells.get(key, SCOPE, day, value)
      return parts ? [{ value, parts }] : []
    })
    .sort((a, b) => sizeOf(b) - sizeOf(a) || (a.value < b.value ? -1 : 1))
}

function rowsOf({ metric }: Ask, values: DimValue[], at: { day: Day; slot: number }): DimRow[] {
  const rowOf = (place: number, { value, parts }: DimValue): DimRow => {
    const [v = null, den = null] = parts
    return { ...at, place, value, v, den }
  }
  const rows = values.slice(0, MAX_VALUES).map((one, i) => rowOf(i + 1, one))
  const beyond = values.slice(MAX_VALUES)
  if (beyond.length === 0) return rows
  const rest = (beyond[0] as DimValue).parts.map((_, i) =>
    together(
      metric.kind,
      beyond.map(({ parts }) => parts[i] ?? null),
    ),
  )
  return [...rows, rowOf(0, { value: '', parts: rest })]
}

/** Unknown values leave the others as they are. */
function together(kind: string, numbers: (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null)
  if (known.length === 0) return null
  return kind === 'max' ? Math.max(...known) : known.reduce((sum, number) => sum + number, 0)
}

async function write(
  sql: Sql,
  rows: DimRow[],
  complete: { day: Day; slot: number }[],
  slots: number[],
  days: Day[],
): Promise<void> {
  await sql`
    delete from metric_dim_days where day = any(${days}::text[]::date[]) and slot = any(${slots}::int[])`
  await sql`
    insert into metric_dim_days (day, slot, place, value, v, den)
    select day, slot, place, value, v, den
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as x (day date, slot int, place smallint, value text, v float8, den float8)`
  const byDay = groupBy(complete, ({ day }) => day)
  const stored = days.map((day) => ({ day, slots: (byDay.get(day) ?? []).map(({ slot }) => slot) }))
  await sql`
    insert into metric_dim_stored as s (day, slots)
    select day, slots from json_to_recordset(${JSON.stringify(stored)}::text::json) as x (day date, slots int[])
    on conflict (day) do update set slots = excluded.slots || array(
      select slot from unnest(s.slots) slot where not slot = any(${slots}::int[]))`
}

/** The slot of each metric's dimension; no number is ever used again. The caller holds the fold lock. */
async function ensureDimSlots(sql: Sql, asks: Ask[]): Promise<Map<string, number>> {
  const wanted = asks.flatMap(({ key, metric }) => metric.by.map((dim) => ({ key, dim })))
  const known = await sql<{ slot: number; key: string; dim: string }[]>`select slot, key, dim from metric_dims`
  const slots = new Map(known.map(({ slot, key, dim }) => [`${key} ${dim}`, slot]))
  const next = Math.max(0, ...slots.values()) + 1
  const missing = wanted
    .filter(({ key, dim }) => !slots.has(`${key} ${dim}`))
    .map((one, i) => ({ ...one, slot: next + i }))
  if (missing.length > 0)
    await sql`
      insert into metric_dims (slot, key, dim)
      select slot, key, dim from json_to_recordset(${JSON.stringify(missing)}::text::json) as x (slot int, key text, dim text)`
  const all = new Map([...slots, ...missing.map(({ slot, key, dim }) => [`${key} ${dim}`, slot] as const)])
  return new Map(wanted.map(({ key, dim }) => [`${key} ${dim}`, all.get(`${key} ${dim}`) as number]))
}
