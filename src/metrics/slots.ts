import type { Tag } from '../db/tag.ts'
import { asksFor } from './asks.ts'
import { metricKeys, metricOf } from './catalogue.ts'
import type { RollupMetric } from './metric.ts'
import type { Ask } from './statement.ts'

/** The names of the slots a stored metric has. */
export function slotParts(metric: RollupMetric): string[] {
  return metric.lag ? ['value'] : metric.parts.map(({ name }) => name)
}

/** All that is read of roll-ups for a snapshot. */
export const storedAsks = (): Ask[] => asksFor(metricKeys)

/** Formulas: stored as values, so that a row tells everything, and never read back. */
export const formulaKeys = metricKeys.filter((key) => {
  const metric = metricOf(key)
  return metric.kind === 'derived' || (metric.kind === 'live' && metric.history.kind === 'derived')
})

/**
 * The slot of every metric and part, and of some formulas that are not in the catalogue; new ones are numbered on, and no
 * number is ever used again.
 */
export async function ensureSlots(tx: Tag, customKeys: Iterable<string> = []): Promise<Map<string, number>> {
  const wanted = [
    ...storedAsks().flatMap(({ key, metric }) => slotParts(metric).map((part) => ({ key, part }))),
    ...[...formulaKeys, ...customKeys].map((key) => ({ key, part: 'value' })),
  ]
  const read = async () => {
    const rows = await tx<{ slot: number; key: string; part: string }[]>`select slot, key, part from metric_slots`
    return new Map(rows.map(({ slot, key, part }) => [`${key} ${part}`, slot]))
  }
  let slots = await read()
  if (wanted.every(({ key, part }) => slots.has(`${key} ${part}`))) return slots
  await tx`lock table metric_slots in share row exclusive mode`
  slots = await read()
  const next = Math.max(0, ...slots.values()) + 1
  const missing = wanted.filter(({ key, part }) => !slots.has(`${key} ${part}`))
  const rows = missing.map((slot, i) => ({ slot: next + i, ...slot }))
  await tx`
    insert into metric_slots (slot, key, part)
    select slot, key, part from json_to_recordset(${JSON.stringify(rows)}::text::json) as x (slot int, key text, part text)`
  for (const { slot, key, part } of rows) slots.set(`${key} ${part}`, slot)
  return slots
}
