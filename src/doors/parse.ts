import { isUtf8 } from 'node:buffer'
import { Problem } from '../lib/errors.ts'

/** A part of a request that could not even be read as a row. */
export interface BrokenRow {
  index: number
  reason: string
  raw: Buffer | string
}

export interface ParsedBody {
  /** By place in the request; undefined where a broken row is. */
  rows: (Record<string, unknown> | undefined)[]
  /** The line of each row, where the format counts in lines. */
  lines?: number[]
  broken: BrokenRow[]
}

/** JSON that the whole body is. @throws Problem 422 */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new Problem(422, 'Broken body', 'The body is not valid UTF-8.')
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    throw new Problem(422, 'Broken body', `The body is not JSON: ${(error as Error).message}`)
  }
}

/** One fact, or an array of facts. What of an array is no fact its schema will say. @throws Problem 422 */
export function parseJsonRows(body: Buffer): ParsedBody {
  const json = parseJson(body)
  const rows = Array.isArray(json) ? json : [json]
  if (!Array.isArray(json) && (typeof json !== 'object' || json === null))
    throw new Problem(422, 'Broken body', 'The body must be a JSON object or an array of them.')
  return { rows, broken: [] }
}

/** A broken row as it is kept. JSON.parse reads what is nested deeper than JSON.stringify can write. */
export function rawOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return '(nested too deeply to be kept)'
  }
}

const NEWLINE = 10

/** One fact a line. A line that is no JSON object is one broken row; empty lines are nothing. */
export function parseNdjsonRows(body: Buffer): ParsedBody {
  const parsed = { rows: [], broken: [], lines: [] }
  let start = 0
  for (let line = 1; start < body.length; line++) {
    const newline = body.indexOf(NEWLINE, start)
    const end = newline === -1 ? body.length : newline
    const raw = body.subarray(start, end)
    start = end + 1
    const text = raw.toString().trim()
    if (text !== '') addLine(parsed, raw, text, line)
  }
  return parsed
}

function addLine({ rows, broken, lines }: Required<ParsedBody>, raw: Buffer, text: string, line: number): void {
  const row = isUtf8(raw) ? parseObject(text) : 'not valid UTF-8'
  if (typeof row === 'string') broken.push({ index: rows.length, reason: `line ${line} is ${row}`, raw })
  rows.push(typeof row === 'string' ? undefined : row)
  lines.push(line)
}

function parseObject(text: string): Record<string, unknown> | string {
  try {
    const row: unknown = JSON.parse(text)
    const isObject = typeof row === 'object' && row !== null && !Array.isArray(row)
    return isObject ? (row as Record<string, unknown>) : 'not a JSON object'
  } catch (error) {
    return `not JSON: ${(error as Error).message}`
  }
}
