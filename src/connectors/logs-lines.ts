/** Longer lines are skipped and counted: no log line that tells something is so long, and it must not fill the memory. */
export const MAX_LINE_BYTES = 1024 * 1024

const NEWLINE = 10

/** What a piece of a file holds. */
export interface Cut {
  /** Whole lines, as views of the piece. */
  lines: Buffer[]
  /** Bytes that are done with; behind them a line begins which has not ended yet. */
  used: number
  /** The piece ended in the middle of a line that is too long. */
  skipping: boolean
  tooLong: number
}

/**
 * Cuts a piece of a file into whole lines. Only at line ends: what is behind the last one waits for the rest of its line,
 * be it half a UTF-8 character.
 * @param skipping the piece begins in the middle of a line that is too long
 */
export function cutLines(piece: Buffer, skipping: boolean): Cut {
  let from = 0
  if (skipping) {
    const end = piece.indexOf(NEWLINE)
    if (end === -1) return { lines: [], used: piece.length, skipping: true, tooLong: 0 }
    from = end + 1
  }
  const last = piece.lastIndexOf(NEWLINE)
  if (last < from) {
    const tooLong = from === 0 && piece.length >= MAX_LINE_BYTES
    return tooLong
      ? { lines: [], used: piece.length, skipping: true, tooLong: 1 }
      : { lines: [], used: from, skipping: false, tooLong: 0 }
  }
  const lines: Buffer[] = []
  while (from <= last) {
    const end = piece.indexOf(NEWLINE, from)
    if (end > from) lines.push(piece.subarray(from, end))
    from = end + 1
  }
  return { lines, used: last + 1, skipping: false, tooLong: 0 }
}
