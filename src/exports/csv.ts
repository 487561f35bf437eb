import type { Context } from 'hono'
import type { Env } from '../env.ts'
import { holdHeap } from '../lib/heap.ts'

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
  // From when somebody reads: of a HEAD nobody does, and nobody ends it.
  let release: (() => void) | undefined
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      stream.enqueue(encoder.encode(csvText([header, ...(first.done ? [] : first.value)])))
      if (first.done) stream.close()
    },
    async pull(stream) {
      release ??= holdHeap()
      const next = await batches.next().catch((error: Error) => {
        release?.()
        throw error
      })
      if (!next.done) return stream.enqueue(encoder.encode(csvText(next.value)))
      release()
      stream.close()
    },
    // Who goes away ends the reading.
    async cancel() {
      release?.()
      await batches.return?.()
    },
  })
  c.header('Content-Disposition', `attachment; filename="${fileNameOf(fileName)}"`)
  c.header('Cache-Control', 'private, no-store')
  return c.body(body, 200, { 'Content-Type': 'text/csv; charset=utf-8; header=present' })
}

/**
 * Rows as CSV text. Numbers stay numbers, negative ones too; texts cannot be formulas. Written by hand: a library that
 * keeps a context for each cell left 13 KB of garbage a row, and with it a heap that grew by 110 MB in a million rows.
 */
export function csvText(rows: readonly Cell[][]): string {
  let text = ''
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) text += (i === 0 ? '' : ',') + field(row[i] as Cell)
    text += '\r\n'
  }
  return text
}

/**
 * What a spreadsheet would take for a formula, also where spaces and line breaks stand before it (it skips them), and
 * also in full width.
 */
const FORMULA = /^(?:[\s\uFEFF]*[=+\-@＝＋－＠]|[\t\r])/u
/** A line break of either half ends a record for most readers. */
const QUOTED = /[",\r\n]/

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell)
  if (cell instanceof Date) return cell.toISOString()
  const safe = FORMULA.test(cell) ? `'${cell}` : cell
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A name that any file system and header takes. */
function fileNameOf(text: string): string {
  return `quarterdeck-${text}`
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 120)
    .concat('.csv')
}
