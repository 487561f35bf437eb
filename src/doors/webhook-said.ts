import { isDeepStrictEqual } from 'node:util'
import type { Order, Telling } from './webhook-provider.ts'

/** What was said last of a field, by each event that said it in that very instant. */
interface Entry {
  order: string
  event: string
  value: unknown
  was?: unknown
}
/** What is known of a thing: a merge of tellings that comes out the same in whichever order they arrive. */
export type Said = Record<string, Entry[]>

const PHASE_DIGITS = 1
const RANK_DIGITS = 1

/**
 * What is known after one more telling; the same object when it says nothing new. Each field goes by itself: of two
 * updates in one second each may show the other's field as it found it.
 */
export function hear(said: Said, telling: Telling, event: string): Said {
  const news: Said = {}
  for (const [name, value] of Object.entries(telling.fields)) {
    if (value === undefined) continue
    const entry = entryOf(telling, name, value, event)
    const known = said[name]
    const heard = known ? joined(known, entry) : [entry]
    if (heard !== known) news[name] = heard
  }
  return Object.keys(news).length === 0 ? said : { ...said, ...news }
}

function entryOf({ order, before }: Telling, name: string, told: unknown, event: string): Entry {
  const value = asStored(told)
  const was = asStored(before?.[name] ?? null)
  const isChanged = before !== undefined && !isDeepStrictEqual(was, value)
  return { order: placeOf(order), event, value, ...(isChanged ? { was } : {}) }
}

/** As it comes back from the database: what is compared later must have the same shape. */
const asStored = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const placeOf = ({ phase, at, rank }: Order): string => `${phase}${at.toISOString()}${rank}`

function joined(known: Entry[], entry: Entry): Entry[] {
  const last = known[0]!.order
  if (entry.order > last) return [entry]
  if (entry.order < last || known.some(({ event }) => event === entry.event)) return known
  return [...known, entry]
}

/** The fields' values now. */
export function valuesOf(said: Said): Record<string, unknown> {
  return Object.fromEntries(Object.entries(said).map(([name, entries]) => [name, lastOf(entries).value]))
}

/** The instant of the newest thing said that still holds. */
export function instantOf(said: Said): Date {
  const instants = Object.values(said).map(([entry]) => Date.parse(entry!.order.slice(PHASE_DIGITS, -RANK_DIGITS)))
  return new Date(Math.max(...instants))
}

/**
 * Several changes in one instant are a chain, each knowing what it found: the last value is the one that nobody found
 * and replaced. Where that does not tell, the event's id decides; any choice would do, if it is always the same.
 */
function lastOf(entries: Entry[]): Entry {
  const isFollowed = (entry: Entry) =>
    entries.some((other) => other !== entry && 'was' in other && isDeepStrictEqual(other.was, entry.value))
  const ends = entries.filter((entry) => !isFollowed(entry))
  return (ends.length > 0 ? ends : entries).reduce((a, b) => (a.event > b.event ? a : b))
}
