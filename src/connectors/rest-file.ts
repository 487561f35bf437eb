import { z } from 'zod'
import { factKindOfPath, factKinds } from '../facts/index.ts'
import type { FactDef, FactKind } from '../facts/types.ts'
import { durationSeconds } from '../lib/duration.ts'
import { LEAST_EVERY_S, PullError } from './pull.ts'

/** A field of a fact: where it is in an item, or what it always is. */
export type FieldSource =
  | { path: string; values?: Record<string, string | number | boolean>; times?: number }
  | { constant: string }

/** A list of the main app's API, and what its items become. */
export interface RestFile {
  kind: FactKind
  /** Below MAIN_APP_URL; may have a query. */
  path: string
  /** Where the list is in an answer; '' = the answer is the list. */
  items: string
  /** `from`: where an answer says how to ask for the next page. Absent = one page is all there is. */
  cursor?: { param: string; from: string }
  /** What asks for items changed since then; `from`: where an answer says since when, absent = the newest watermark read. */
  since?: { param: string; from?: string }
  /** Field names: what makes an item unique, and when it changed last. */
  key: string
  watermark: string
  everySeconds?: number
  fields: [name: string, from: FieldSource][]
}

const word = z.string().trim().min(1, 'must not be empty')
const mapped = z.union([
  z.string(),
  z.strictObject({
    path: word,
    values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    times: z.number().optional(),
  }),
])
const schema = z.strictObject({
  kind: word,
  path: word.regex(/^\/(?!\/)/, 'must begin with one slash'),
  items: z.string().default(''),
  cursor: z.strictObject({ param: word, from: word }).optional(),
  since: z.strictObject({ param: word, from: word.optional() }).optional(),
  key: word,
  watermark: word,
  every: word.optional(),
  map: z.record(word, mapped),
})

/** Reads a resource file. @throws PullError with the line, or the key in it, that is at fault */
export function parseRestFile(text: string): RestFile {
  const parsed = schema.safeParse(parseJson(text), { error: missing })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const unknown = issue!.code === 'unrecognized_keys' ? `there is no "${issue!.keys[0]}" in a resource` : undefined
    throw fault(issue!.path.join('.'), unknown ?? issue!.message)
  }
  const { kind, map, every, ...rest } = parsed.data
  for (const name of ['key', 'watermark'] as const)
    if (!Object.hasOwn(map, rest[name])) throw fault(name, `"${rest[name]}" is not a field of "map"`)
  const fact = factOf(kind)
  if (fact.mode === 'append' && !rest.since)
    throw fault('since', `is required of ${fact.path}: what is sent again after a week would be counted again`)
  return {
    ...rest,
    kind: fact.kind,
    ...(every !== undefined && { everySeconds: secondsOf(every) }),
    fields: Object.entries(map).map(([name, from]) => [name, sourceOf(from)]),
  }
}

const missing = (issue: { code?: string; input?: unknown }): string | undefined =>
  issue.code === 'invalid_type' && issue.input === undefined ? 'is required' : undefined

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const { message } = error as Error
    const [, position] = /position (\d+)/.exec(message) ?? []
    const line = position === undefined ? 1 : text.slice(0, Number(position)).split('\n').length
    throw new PullError(`this is not JSON: ${message}`, { line })
  }
}

function factOf(path: string): FactDef {
  const fact = factKindOfPath(path)
  if (fact) return fact
  const known = Object.values(factKinds).map((one) => one.path)
  throw fault('kind', `there is no kind "${path}", only ${known.join(', ')}`)
}

function secondsOf(every: string): number {
  const seconds = durationSeconds(every)
  if (seconds === undefined) throw fault('every', `"${every}" is not a time such as 30s, 5m or 1h`)
  if (seconds < LEAST_EVERY_S) throw fault('every', `"${every}" is less than ${LEAST_EVERY_S}s`)
  return seconds
}

function sourceOf(from: z.output<typeof mapped>): FieldSource {
  if (typeof from !== 'string') return from
  return from.startsWith('=') ? { constant: from.slice(1) } : { path: from }
}

const fault = (key: string, reason: string): PullError => new PullError(`${key} ${reason}`.trim(), { column: key })
