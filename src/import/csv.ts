import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
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

/** The fields of one record. @throws when its quotes do not match */
export function csvFields(text: string, delimiter: string): string[] {
  // Without quotes there is nothing to parse; most lines have none.
  if (!text.includes('"')) return text.split(delimiter)
  return (parse(text, { delimiter, relax_column_count: true }) as string[][])[0] ?? []
}

/** The records of the lines after the header. */
export async function* csvItems(
  lines: AsyncIterable<Line>,
  columns: string[],
  delimiter: string,
): AsyncGenerator<Item> {
  const records = new Records(columns, delimiter)
  for await (const line of lines) yield* records.take([line], false)
  yield* records.take([], true)
}

/**
 * Puts lines together to records. A record that cannot be parsed costs only its first line: the lines after it are
 * looked at again, whatever an unclosed quote had swallowed (csv-parse on the stream loses the rest of the file).
 */
class Records {
  private open: Line[] = []
  private inQuotes = false

  constructor(
    private readonly columns: string[],
    private readonly delimiter: string,
  ) {}

  *take(lines: Line[], atEnd: boolean): Generator<Item> {
    const waiting = [...lines]
    while (waiting.length > 0 || (atEnd && this.open.length > 0)) {
      if (waiting.length > 0 && !this.completes(waiting.shift()!)) continue
      const { open } = this
      this.open = []
      this.inQuotes = false
      const item = this.itemOf(open)
      if (item) yield item
      if (item?.broken) waiting.unshift(...open.slice(1))
    }
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
    const fields = this.parse(raw.toString())
    if (!fields) return 'the quotes do not match'
    if (fields.length !== this.columns.length) return `${fields.length} columns instead of ${this.columns.length}`
    return Object.fromEntries(this.columns.map((column, n) => [column, fields[n]!]))
  }

  private parse(text: string): string[] | undefined {
    try {
      return csvFields(text, this.delimiter)
    } catch {
      return undefined
    }
  }
}

function hasOddQuotes(raw: Buffer): boolean {
  let odd = false
  for (let at = raw.indexOf(QUOTE); at !== -1; at = raw.indexOf(QUOTE, at + 1)) odd = !odd
  return odd
}
