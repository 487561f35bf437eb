import { isUtf8 } from 'node:buffer'
import { csvFields, csvItems, delimiterOf } from './csv.ts'
import { ImportError } from './error.ts'
import { type Line, type Position, readLines } from './lines.ts'

export type Format = 'csv' | 'ndjson'

/** One record of a file: a row, or the reason why it is none. */
export interface Item {
  /** The line it begins on, counted from 1. */
  line: number
  /** Where to go on after it. */
  after: Position
  raw: Buffer
  row?: Record<string, unknown>
  broken?: string
}

export interface Source {
  /** A CSV file's columns; undefined for NDJSON, where each row has its own. */
  columns: string[] | undefined
  /** The records from a position on. */
  items: (from: Position) => AsyncIterable<Item[]>
}

/**
 * Opens a file of facts: CSV with a header, or one JSON object a line; told apart by the first character if no format
 * is given.
 * @throws ImportError when the file holds neither
 */
export async function openSource(file: string, format?: Format): Promise<Source> {
  const first = await firstLine(file)
  const head = first.raw.toString().replace(/^\ufeff/, '')
  const isJson = (format ?? (/^\s*[{[]/.test(head) ? 'ndjson' : 'csv')) === 'ndjson'
  if (isJson && head.trimStart().startsWith('[')) throw new ImportError('a JSON array: one object a line is needed')
  if (isJson) return { columns: undefined, items: (from) => jsonItems(readLines(file, from)) }
  return csvSource(file, head, first)
}

async function firstLine(file: string): Promise<Line> {
  for await (const lines of readLines(file, { bytes: 0, lines: 0 })) {
    const line = lines.find(({ raw }) => raw.toString().trim() !== '')
    if (!line) continue
    if (line.tooLong || !isUtf8(line.raw) || line.raw.includes(0)) throw new ImportError('not a text file in UTF-8')
    return line
  }
  throw new ImportError('the file is empty')
}

function csvSource(file: string, header: string, { end, number }: Line): Source {
  const delimiter = delimiterOf(header)
  const columns = csvFields(header, delimiter)?.map((column) => column.trim())
  if (!columns) throw new ImportError('the quotes in the header do not match')
  return {
    columns,
    items: (from) => {
      const start = from.bytes > end ? from : { bytes: end, lines: number }
      return csvItems(readLines(file, start), columns, delimiter)
    },
  }
}

async function* jsonItems(lines: AsyncIterable<Line[]>): AsyncGenerator<Item[]> {
  for await (const some of lines) yield some.map(jsonItem).filter((item) => item !== undefined)
}

/** Undefined for an empty line. */
function jsonItem({ raw, number, end, tooLong }: Line): Item | undefined {
  const text = raw.toString().replace(/^\ufeff/, '')
  if (text.trim() === '') return undefined
  const parsed = tooLong ? { broken: 'the line is too long' } : parseObject(text, raw)
  return { line: number, after: { bytes: end, lines: number }, raw, ...parsed }
}

function parseObject(text: string, raw: Buffer): Pick<Item, 'row' | 'broken'> {
  if (!isUtf8(raw)) return { broken: 'the line is not valid UTF-8' }
  try {
    const row: unknown = JSON.parse(text)
    const isObject = typeof row === 'object' && row !== null && !Array.isArray(row)
    return isObject ? { row: row as Record<string, unknown> } : { broken: 'the line is not a JSON object' }
  } catch (error) {
    return { broken: `the line is not JSON: ${(error as Error).message}` }
  }
}
