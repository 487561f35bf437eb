import { createHash } from 'node:crypto'
import { rawOf } from './parse.ts'

// Reading what strangers sent: whatever is not of the expected shape is undefined, and nothing throws.

export type Json = Record<string, unknown>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const objectIn = (value: unknown): Json => (isObject(value) ? value : {})
export const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** Text, or a number as text; undefined for '' too. */
export function textIn(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A number, or a text that is one. */
export function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** The id of an object that may come expanded or as its id. */
export const idIn = (value: unknown): string | undefined => textIn(isObject(value) ? value.id : value)

/** Our own ids of user and tenant, as one writes them into a provider's metadata. */
export function ownerIn(...metadata: unknown[]): { user_id: string | undefined; tenant_id: string | undefined } {
  const first = (...names: string[]) =>
    metadata.flatMap((one) => names.map((name) => textIn(objectIn(one)[name]))).find((id) => id !== undefined)
  return { user_id: first('user_id', 'userId'), tenant_id: first('tenant_id', 'tenantId') }
}

/** What stands for the id of an event that has none: the same body is the same event. */
export const bodyId = (body: unknown): string => `body:${createHash('sha256').update(rawOf(body)).digest('hex')}`
