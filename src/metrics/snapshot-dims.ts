import type { Tag } from '../db/tag.ts'
import { groupBy } from '../lib/group-by.ts'
import type { Day } from '../lib/time.ts'
import { type DimValue, readBroken } from './broken.ts'
import type { SqlContext } from './metric.ts'
import type { RollupName } from './rollups.ts'
import type { Ask } from './statement.ts'

/** Values kept of a dimension on a day, as many as a breakdown shows; what lies beyond is one row, the rest. */
const MAX_VALUES = 100
/** All tenants: a breakdown of one of them is little to read. */
const SCOPE = '*'
/** Whose values can be put together again: a share of a percentile or of distinct users means nothing. */
const KINDS = new Set(['sum', 'last', 'max', 'ratio'])

/**
 * By what distinct users are stored: it has few values, so that there is no rest to be put together, and a day keeps
 * those that it was folded with.
 */
const DISTINCT_DIMS: Partial<Record<RollupName, readonly string[]>> = { users: ['class'] }

/** What is stored of a metric by its dimensions; nothing, or one ask with some of them. */
function storedOf({ key, metric }: Ask): Ask[] {
  if (metric.lag) return []
  if (KINDS.has(metric.kind)) return metric.by.length > 0 ? [{ key, metric }] : []
  if (metric.kind !== 'distinct') return []
  const by = metric.by.filter((dim) => DISTINCT_DIMS[metric.from]?.includes(dim))
  return by.length > 0 ? [{ key, metric: { ...metric, by } }] : []
}

/** The values of a metric's dimension on a day, the largest first. */
interface Broken {
  day: Day
  slot: number
  values: string[]
  v: (number | null)[]
  den: (number | null)[]
  /** The last of the values is all that lie beyond the others, together. */
  beyond: boolean
}

/** Stores the values that some metrics have by their dimensions on some days, in place of those that are there. */
export async function storeDims(q: SqlContext, asks: Ask[], days: Day[]): Promise<void> {
  const wanted = asks.flatMap(storedOf)
  if (wanted.length === 0) return
  const slots = await ensureDimSlots(q.sql, wanted)
  const stored: Broken[] = []
  const complete: { day: Day; slot: number }[] = []
  for (const { ask, dim, byDay } of await readBroken(q, wanted, SCOPE, days)) {
    const slot = slots.get(`${ask.key} ${dim}`) as number
    for (const day of days) {
      const values = (byDay.get(day) ?? []).sort(largestFirst(ask))
      if (values.length > MAX_VALUES && !KINDS.has(ask.metric.kind)) continue
      if (values.length > 0) stored.push(brokenOn(ask, values, { day, slot }))
      if (values.length <= MAX_VALUES) complete.push({ day, slot })
    }
  }
  await write(q.sql, stored, complete, [...slots.values()], days)
}

/** By the size, of a ratio by what is beneath it. */
function largestFirst({ metric }: Ask): (a: DimValue, b: DimValue) => number {
  const at = metric.kind === 'ratio' ? 1 : 0
  const sizeOf = ({ parts }: DimValue) => Math.abs(parts[at] ?? 0)
  return (a, b) => sizeOf(b) - sizeOf(a) || (a.value < b.value ? -1 : 1)
}

function brokenOn({ metric }: Ask, sorted: DimValue[], at: { day: Day; slot: number }): Broken {
  const values = sorted.slice(0, MAX_VALUES)
  const beyond = sorted.slice(MAX_VALUES)
  const rest = (beyond[0]?.parts ?? []).map((_, i) =>
    together(
      metric.kind,
      beyond.map(({ parts }) => parts[i] ?? null),
    ),
  )
  const all = beyond.length > 0 ? [...values, { value: '', parts: rest }] : values
  return {
    ...at,
    values: all.map(({ value }) => value),
    v: all.map(({ parts }) => parts[0] ?? null),
    den: all.map(({ parts }) => parts[1] ?? null),
    beyond: beyond.length > 0,
  }
}

/** Unknown values leave the others as they are. */
function together(kind: string, numbers: (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null)
  if (known.length === 0) return null
  return kind === 'max' ? Math.max(...known) : known.reduce((sum, number) => sum + number, 0)
}

async function write(
  sql: Tag,
  stored: Broken[],
  complete: { day: Day; slot: number }[],
  slots: number[],
  days: Day[],
): Promise<void> {
  await sql`
    delete from metric_dim_days where day = any(${days}::text[]::date[]) and slot = any(${slots}::int[])`
  await sql`
    insert into metric_dim_days (day, slot, place, value, v, den)
    select day, slot, case when beyond and place = cardinality("values") then 0 else place end, value, e.v, e.den
    from json_to_recordset(${JSON.stringify(stored)}::text::json)
        as x (day date, slot int, "values" text[], v float8[], den float8[], beyond bool)
      cross join unnest("values", x.v, x.den) with ordinality e (value, v, den, place)`
  const byDay = groupBy(complete, ({ day }) => day)
  const full = days.map((day) => ({ day, slots: (byDay.get(day) ?? []).map(({ slot }) => slot) }))
  await sql`
    insert into metric_dim_stored as s (day, slots)
    select day, slots from json_to_recordset(${JSON.stringify(full)}::text::json) as x (day date, slots int[])
    on conflict (day) do update set slots = excluded.slots || array(
      select slot from unnest(s.slots) slot where not slot = any(${slots}::int[]))`
}

/** The slot of each metric's dimension; no number is ever used again. */
async function ensureDimSlots(sql: Tag, asks: Ask[]): Promise<Map<string, number>> {
  const wanted = asks.flatMap(({ key, metric }) => metric.by.map((dim) => ({ key, dim })))
  const read = async () => {
    const known = await sql<{ slot: number; key: string; dim: string }[]>`select slot, key, dim from metric_dims`
    return new Map(known.map(({ slot, key, dim }) => [`${key} ${dim}`, slot]))
  }
  let slots = await read()
  const isMissing = ({ key, dim }: { key: string; dim: string }) => !slots.has(`${key} ${dim}`)
  if (wanted.some(isMissing)) {
    await sql`lock table metric_dims in share row exclusive mode`
    slots = await read()
  }
  const next = Math.max(0, ...slots.values()) + 1
  const missing = wanted.filter(isMissing).map((one, i) => ({ ...one, slot: next + i }))
  if (missing.length > 0)
    await sql`
      insert into metric_dims (slot, key, dim)
      select slot, key, dim from json_to_recordset(${JSON.stringify(missing)}::text::json) as x (slot int, key text, dim text)`
  const all = new Map([...slots, ...missing.map(({ slot, key, dim }) => [`${key} ${dim}`, slot] as const)])
  return new Map(wanted.map(({ key, dim }) => [`${key} ${dim}`, all.get(`${key} ${dim}`) as number]))
}
