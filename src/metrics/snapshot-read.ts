import type { Day } from '../lib/time.ts'
import { Cells, type Parts } from './cells.ts'
import type { SqlContext } from './define.ts'
import { slotParts } from './slots.ts'
import type { Ask } from './statement.ts'

export interface Snapshots {
  cells: Cells
  /** What is not stored, or stale: metrics younger than a snapshot have no slot in it. */
  missingAsks: Ask[]
  missingDays: Day[]
}

/** Closed days of a scope from `metric_days`, stale ones left out. */
export async function readSnapshots(q: SqlContext, scope: string, days: Day[], asks: Ask[]): Promise<Snapshots> {
  const cells = new Cells()
  if (days.length === 0 || asks.length === 0) return { cells, missingAsks: [], missingDays: [] }
  const [slots, rows] = await Promise.all([
    q.sql<{ slot: number; key: string; part: string }[]>`select slot, key, part from metric_slots`,
    q.sql<{ day: Day; v: (number | null)[] }[]>`
      select m.day::text as day, to_jsonb(m.v) as v
      from metric_days m
      where m.scope = ${scope} and m.day = any(${days}::text[]::date[])
        and not exists (select from dirty_metric_days d where d.scope = m.scope and d.day = m.day)`,
  ])
  const slotOf = new Map(slots.map(({ slot, key, part }) => [`${key} ${part}`, slot]))
  const stored = new Map(rows.map(({ day, v }) => [day, v]))
  const missing = { asks: new Set<Ask>(), days: new Set<Day>() }
  for (const ask of asks) {
    const places = slotParts(ask.metric).map((part) => slotOf.get(`${ask.key} ${part}`))
    for (const day of days) {
      const parts = pick(stored.get(day), places)
      if (parts) cells.set(ask.key, scope, day, parts)
      else {
        missing.asks.add(ask)
        missing.days.add(day)
      }
    }
  }
  return { cells, missingAsks: [...missing.asks], missingDays: [...missing.days] }
}

/** Slots count from 1, as arrays do in SQL. */
function pick(v: (number | null)[] | undefined, slots: (number | undefined)[]): Parts | undefined {
  if (!v) return undefined
  const parts: Parts = []
  for (const slot of slots) {
    if (slot === undefined || slot > v.length) return undefined
    parts.push(v[slot - 1] ?? null)
  }
  return parts
}
