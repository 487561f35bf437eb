import { createHash } from 'node:crypto'
import { parseTimestamp } from '../lib/timestamp.ts'
import { PullError } from './pull.ts'
import type { FieldSource, RestFile } from './rest-file.ts'

/** An item as the fact it becomes; `watermark` is ISO text, absent where there is no instant. */
export interface MappedItem {
  key: string
  fields: Record<string, unknown>
  watermark: string | undefined
}

/** What lies at a path such as `meta.pages.0.next`; '' is the whole. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value
  let found = value
  for (const step of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
    found = (found as Record<string, unknown>)[step]
  }
  return found
}

/** The items of an answer. @throws PullError that names the path */
export function itemsOf(answer: unknown, { items }: RestFile): unknown[] {
  const list = valueAt(answer, items)
  if (Array.isArray(list)) return list
  const where = items === '' ? 'the answer' : `"${items}" in the answer`
  throw new PullError(`${where} is ${typeName(list)} where a list is expected`, { column: 'items' })
}

/** What asks for the next page; null on the last one. @throws PullError that names the path */
export function cursorOf(answer: unknown, { cursor }: RestFile): string | null {
  const next = cursor && valueAt(answer, cursor.from)
  if (!cursor || next === undefined || next === null || next === '' || next === false) return null
  if (typeof next === 'string' || typeof next === 'number') return String(next)
  const reason = `"${cursor.from}" in the answer is ${typeName(next)} where a cursor is expected`
  throw new PullError(reason, { column: 'cursor' })
}

/**
 * An item as the fact it becomes. One that cannot be a fact is handed on all the same: the writer refuses it, keeps it
 * with the reason, and it costs its neighbours nothing.
 */
export function mapItem(item: unknown, { fields: sources, key, watermark }: RestFile): MappedItem {
  const mapped = sources.map(([name, from]): [string, unknown] => [name, fieldOf(item, from)])
  const all = Object.fromEntries(mapped.filter(([, value]) => value !== undefined))
  const sent = Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('_')))
  const instant = parseTimestamp(all[watermark])?.toISOString()
  const id = all[key]
  if (typeof id === 'string' || typeof id === 'number') return { key: String(id), fields: sent, watermark: instant }
  return { key: hashOf(item), fields: { ...sent, item }, watermark: instant }
}

const hashOf = (item: unknown): string => createHash('sha256').update(JSON.stringify(item)).digest('hex')

function fieldOf(item: unknown, from: FieldSource): unknown {
  if ('constant' in from) return from.constant
  const value = valueAt(item, from.path)
  if (from.values && isName(value) && Object.hasOwn(from.values, String(value))) return from.values[String(value)]
  // Cents of 19.99 are 1999, and not 1998.9999999999998.
  if (from.times !== undefined && isNumeric(value)) return Number((Number(value) * from.times).toFixed(6))
  return value
}

const isName = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)

const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))

function typeName(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
