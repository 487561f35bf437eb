import { createReadStream } from 'node:fs'

export interface Line {
  /** Without its line end. */
  raw: Buffer
  /** Counted from 1. */
  number: number
  /** Where the next line begins, in bytes. */
  end: number
  /** Longer than a record may be: `raw` holds its beginning only. */
  tooLong: boolean
}

/** A place in a file to go on from: this many bytes and lines are behind. */
export interface Position {
  bytes: number
  lines: number
}

export const MAX_LINE_BYTES = 5_000_000
const NEWLINE = 10

/** The lines of a file from a position on, some thousands at a time: one promise a line would take most of the time. */
export async function* readLines(file: string, from: Position): AsyncGenerator<Line[]> {
  let { bytes: end, lines: number } = from
  let carry: Buffer[] = []
  let carried = 0
  const keep = (part: Buffer) => {
    if (carried <= MAX_LINE_BYTES) carry.push(part)
    carried += part.length
  }
  const line = (): Line => {
    const tooLong = carried > MAX_LINE_BYTES
    const raw = withoutReturn(carry.length === 1 ? carry[0]! : Buffer.concat(carry))
    carry = []
    carried = 0
    number++
    return { raw: tooLong ? raw.subarray(0, MAX_LINE_BYTES) : raw, number, end, tooLong }
  }
  for await (const chunk of createReadStream(file, { start: from.bytes, highWaterMark: 1 << 18 })) {
    const buffer = chunk as Buffer
    const lines: Line[] = []
    let start = 0
    for (let at = buffer.indexOf(NEWLINE); at !== -1; at = buffer.indexOf(NEWLINE, start)) {
      keep(buffer.subarray(start, at))
      end += at + 1 - start
      start = at + 1
      lines.push(line())
    }
    keep(buffer.subarray(start))
    end += buffer.length - start
    if (lines.length > 0) yield lines
  }
  if (carried > 0) yield [line()]
}

const withoutReturn = (raw: Buffer): Buffer => (raw.at(-1) === 13 ? raw.subarray(0, -1) : raw)
