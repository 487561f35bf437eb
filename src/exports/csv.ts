import { stringify } from 'csv-stringify/sync'
import type { Context } from 'hono'
import type { Env } from '../env.ts'

export type Cell = string | number | boolean | Date | null
export type Rows = AsyncIterable<Cell[][]>

/**
 * Answers with a CSV (RFC 4180) that is written while it is read, a batch of rows at a time. The first batch is
 * waited for: what fails before it is still a proper problem, what fails later breaks the download off.
 */
export async function csvResponse(c: Context<Env>, fileName: string, header: string[], rows: Rows): Promise<Response> {
  const batches = rows[Symbol.asyncIterator]()
  const first = await batches.next()
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      stream.enqueue(encoder.encode(csvText([header, ...(first.done ? [] : first.value)])))
      if (first.done) stream.close()
    },
    async pull(stream) {
      const next = await batches.next()
      if (next.done) stream.close()
      else stream.enqueue(encoder.encode(csvText(next.value)))
    },
    // Who goes away closes the cursor.
    async cancel() {
      await batches.return?.()
    },
  })
  c.header('Content-Disposition', `attachment; filename="${fileNameOf(fileName)}"`)
  c.header('Cache-Control', 'private, no-store')
  return c.body(body, 200, { 'Content-Type': 'text/csv; charset=utf-8; header=present' })
}

/** Rows as CSV text. Numbers stay numbers, negative ones too; texts cannot be formulas. */
export function csvText(rows: Cell[][]): string {
  return stringify(
    rows.map((row) => row.map(safe)),
    {
      escape_formulas: true,
      record_delimiter: 'windows',
      // It quotes for the whole delimiter only, and half of one ends a record for most readers.
      quoted_match: /[\r\n]/,
      cast: { date: (value) => value.toISOString(), boolean: String },
    },
  )
}

/**
 * csv-stringify guards a text whose first character starts a formula, but spreadsheets skip spaces and line breaks
 * before it.
 */
function safe(cell: Cell): Cell {
  return typeof cell === 'string' && /^[\s\uFEFF]+[=+\-@＝＋－＠]/u.test(cell) ? `'${cell}` : cell
}

/** A name that any file system and header takes. */
function fileNameOf(text: string): string {
  return `quarterdeck-${text}`
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 120)
    .concat('.csv')
}
