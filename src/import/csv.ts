import { isUtf8 } from 'node:buffer'
import type { Line } from './lines.ts'
import type { Item } from './read.ts'

const DELIMITERS = [',', ';', '\t']
/** A field may hold line breaks; with more lines than this a record has a quote that somebody forgot to close. */
const MAX_RECORD_LINES = 1000
const QUOTE = 34

/** The delimiter that the header uses most. */
export function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return DELIMITERS.reduce((best, other) => (count(other) > count(best) ? other : best))
}

/** The fields of one record by RFC 4180; undefined when its quotes do not match. */
export function csvFields(text: string, delimiter: string): string[] | undefined {
  // Most records have no quotes, and need no more than this.
  if (!text.includes('"')) return text.split(delimiter)
  const fields: string[] = []
  for (let at = 0; ; at++) {
    const end = text[at] === '"' ? closingQuote(text, at) + 1 : fieldEnd(text, at, delimiter)
    if (end === 0) return undefined
    const field = text.slice(at, end)
    if (field[0] === '"') fields.push(field.slice(1, -1).replaceAll('""', '"'))
    else if (field.includes('"')) return undefined
    else fields.push(field)
    if (end === text.length) return fields
    if (text[end] !== delimiter) return undefined
    at = end
  }
}

/** -1 if the quote at `opening` is never closed; a doubled quote is a quote within the field. */
function closingQuote(text: string, opening: number): number {
  let quote = text.indexOf('"', opening + 1)
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2)
  return quote
}

function fieldEnd(text: string, start: number, delimiter: string): number {
  const end = text.indexOf(delimiter, start)
  return end === -1 ? text.length : end
}

/** The records of the lines after the header. */
export async function* csvItems(
  lines: AsyncIterable<Line[]>,
  columns: string[],
  delimiter: string,
): AsyncGenerator<Item[]> {
  const records = new Records(columns, delimiter)
  for await (const some of lines) yield records.take(some, false)
  yield records.take([], true)
}

/**
 * Puts lines together to records. A record that cannot be parsed costs only its first line: the lines after it are
 * looked at again, whatever an unclosed quote had swallowed. (csv-parse, having met one, loses the rest of the file; and
 * a parser of its own per record takes 40 µs, where this takes 1.)
 */
class Records {
  private open: Line[] = []
  private inQuotes = false

  constructor(
    private readonly columns: string[],
    private readonly delimiter: string,
  ) {}

  take(lines: Line[], atEnd: boolean): Item[] {
    const items: Item[] = []
    const waiting = lines.toReversed()
    while (waiting.length > 0 || (atEnd && this.open.length > 0)) {
      if (waiting.length > 0 && !this.completes(waiting.pop()!)) continue
      const { open } = this
      this.open = []
      this.inQuotes = false
      const item = this.itemOf(open)
      if (item) items.push(item)
      if (item?.broken) waiting.push(...open.slice(1).reverse())
    }
    return items
  }

  private completes(line: Line): boolean {
    this.open.push(line)
    if (hasOddQuotes(line.raw)) this.inQuotes = !this.inQuotes
    return !this.inQuotes || line.tooLong || this.open.length >= MAX_RECORD_LINES
  }

  /** Undefined for an empty line. */
  private itemOf(open: Line[]): Item | undefined {
    const first = open[0]!
    const raw = open.length === 1 ? first.raw : Buffer.from(open.map((line) => line.raw.toString()).join('\n'))
    if (raw.length === 0) return undefined
    const row = this.rowOf(raw, open.at(-1)!)
    const last = typeof row === 'string' ? first : open.at(-1)!
    const item = { line: first.number, after: { bytes: last.end, lines: last.number } }
    return typeof row === 'string' ? { ...item, raw: first.raw, broken: row } : { ...item, raw, row }
  }

  private rowOf(raw: Buffer, last: Line): Record<string, string> | string {
    if (last.tooLong) return 'the line is too long'
    if (!isUtf8(raw)) return 'the line is not valid UTF-8'
    const fields = csvFields(raw.toString(), this.delimiter)
    if (!fields) return 'the quotes do not match'
    if (fields.length !== this.columns.length) return `${fields.length} columns instead of ${this.columns.length}`
    return Object.fromEntries(this.columns.map((column, n) => [column, fields[n]!]))
  }
}

function hasOddQuotes(raw: Buffer): boolean {
  let odd = false
  for (let at = raw.indexOf(QUOTE); at !== -1; at = raw.indexOf(QUOTE, at + 1)) odd = !odd
  return odd
}
