import type { Command, RedisSource, Reply } from './redis.ts'

/** What is stored under a key, as names and values, whichever of its two forms it has. */
export type Fields = Record<string, unknown>

/** Values in one pipeline: some 5 ms of this process's time. */
const CHUNK = 500

/**
 * Reads keys that hold either a hash or a JSON text, and of a hash only the fields named. A key that has gone meanwhile,
 * or holds something else, is left out; a text that is no JSON is there as the field `value`.
 */
export async function readRecords(
  redis: RedisSource,
  keys: readonly string[],
  names: readonly string[],
): Promise<Map<string, Fields>> {
  const records = new Map<string, Fields>()
  const note = (found: [string, Fields][]) => {
    for (const [key, fields] of found) records.set(key, fields)
  }
  let areTexts = false
  for (let i = 0; i < keys.length; i += CHUNK) {
    const chunk = keys.slice(i, i + CHUNK)
    const others = areTexts ? await readTexts(redis, chunk, note) : chunk
    const texts = await readHashes(redis, others, names, note)
    if (!areTexts && texts.length > 0) await readTexts(redis, texts, note)
    // Asking a text for its fields costs an error each: where there are many, they are asked as texts first.
    areTexts ||= texts.length > chunk.length / 2
  }
  return records
}

type Note = (found: [string, Fields][]) => void

/** Answers the keys that hold something else. */
async function readHashes(redis: RedisSource, keys: string[], names: readonly string[], note: Note) {
  const replies = await redis.run(keys.map((key): Command => ['hmget', key, ...names]))
  note(
    keys.flatMap((key, i): [string, Fields][] => {
      const reply = replies[i]
      const fields = Array.isArray(reply) ? fieldsOf(names, reply) : undefined
      return fields ? [[key, fields]] : []
    }),
  )
  return keys.filter((_, i) => replies[i] instanceof Error)
}

/** Answers the keys that hold something else, or nothing: MGET has no error for them. */
async function readTexts(redis: RedisSource, keys: string[], note: Note): Promise<string[]> {
  const [reply] = await redis.run([['mget', ...keys]])
  const texts = reply as Reply[]
  note(
    keys.flatMap((key, i): [string, Fields][] => {
      const text = texts[i]
      return typeof text === 'string' ? [[key, parseFields(text) ?? { value: text }]] : []
    }),
  )
  return keys.filter((_, i) => typeof texts[i] !== 'string')
}

/** The first of some fields that says anything. */
export function firstOf(fields: Fields, names: readonly string[]): unknown {
  for (const name of names) {
    const value = fields[name]
    if (value !== undefined && value !== null && value !== '') return value
  }
  return undefined
}

/** The same as text; of an object its id. */
export function textOf(fields: Fields, names: readonly string[]): string | undefined {
  const value = firstOf(fields, names)
  if (typeof value === 'object' && value !== null && 'id' in value) return textOf(value as Fields, ['id'])
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/** A JSON object out of a text; undefined for anything else. */
export function parseFields(text: string): Fields | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(text) as Fields
  } catch {
    return undefined
  }
}

function fieldsOf(names: readonly string[], values: Reply[]): Fields | undefined {
  const fields: Fields = {}
  let any = false
  for (const [i, name] of names.entries()) {
    if (values[i] === null || values[i] === undefined) continue
    fields[name] = values[i]
    any = true
  }
  return any ? fields : undefined
}
