import { z } from 'zod'
import type { Place } from './statement.ts'

/** An order is by instants as Postgres writes them, or by amounts. */
const place = z.tuple([
  z.string().refine((text) => isInstant(text) || Number.isFinite(numberOf(text))),
  z
    .string()
    .max(1_000)
    .refine((text) => !text.includes('\0')),
])

const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/.test(text) &&
  !Number.isNaN(Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`))
const numberOf = (text: string): number => (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN)

export const isAmount = ([at]: Place): boolean => Number.isFinite(numberOf(at))

export const cursorOf = (at: Place): string => Buffer.from(JSON.stringify(at)).toString('base64url')

/** The place that a cursor names; undefined where it is none. */
export function placeOf(cursor: string | undefined): Place | undefined {
  if (!cursor) return undefined
  try {
    return place.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
