import { z } from 'zod'

/** A column that users can be sorted by: stored, and in an index (scope, grp, column, user_id). */
interface Sort {
  column: string
  type: 'text' | 'timestamptz' | 'bigint' | 'numeric' | 'float8'
  /** The way that one wants first: names from A, numbers from the largest. */
  first: Direction
  /** As the foot of the table says it. */
  label: string
}
export type Direction = 'asc' | 'desc'

/** By the name in the address. What is unknown of a user stands last, either way. */
export const SORTS = {
  name: { column: 'name_key', type: 'text', first: 'asc', label: 'e-mail' },
  created: { column: 'created_at', type: 'timestamptz', first: 'desc', label: 'sign-up' },
  calls: { column: 'calls_30d', type: 'bigint', first: 'desc', label: 'API calls' },
  cost: { column: 'ai_cost_30d', type: 'numeric', first: 'desc', label: 'AI cost' },
  mrr: { column: 'mrr_minor', type: 'bigint', first: 'desc', label: 'MRR' },
  margin: { column: 'margin_30d', type: 'numeric', first: 'asc', label: 'margin' },
  health: { column: 'health', type: 'float8', first: 'asc', label: 'health' },
  seen: { column: 'last_seen_at', type: 'timestamptz', first: 'desc', label: 'last seen' },
} as const satisfies Record<string, Sort>
export type SortName = keyof typeof SORTS
export const SORT_NAMES = Object.keys(SORTS) as SortName[]
export const DEFAULT_SORT: SortName = 'seen'

export const isSort = (text: string): text is SortName => Object.hasOwn(SORTS, text)
export const sortOf = (name: SortName): Sort => SORTS[name]

/** A user in a sorted list: the value, as text, and the id; null = among those of whom it is unknown. */
export type Place = [value: string | null, id: string]

const id = z
  .string()
  .min(1)
  .max(1_000)
  .refine((text) => !text.includes('\0'))
const FORMS: Record<Sort['type'], z.ZodType<string>> = {
  text: id,
  bigint: z.string().regex(/^-?\d{1,18}$/),
  numeric: z.string().regex(/^-?\d{1,30}(\.\d{1,20})?$/),
  float8: z.string().regex(/^-?\d{1,17}(\.\d{1,17})?(e[+-]?\d{1,3})?$/),
  timestamptz: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/)
    .refine((text) => !Number.isNaN(Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`))),
}

/** With the order it belongs to: of another it would cut the list somewhere. */
export const cursorOf = (sort: SortName, place: Place): string =>
  Buffer.from(JSON.stringify([sort, ...place])).toString('base64url')

/** The place that a cursor names; undefined where it is none of this order. */
export function placeOf(cursor: string | undefined, sort: SortName): Place | undefined {
  if (!cursor) return undefined
  try {
    const read = z
      .tuple([z.literal(sort), FORMS[sortOf(sort).type].nullable(), id])
      .safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
    return read.success ? [read.data[1], read.data[2]] : undefined
  } catch {
    return undefined
  }
}
