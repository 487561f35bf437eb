import type { RowResult } from './commit.ts'
import type { FactKind, Prepared } from './types.ts'

/** The queue is full: the client should come again in a second. */
export class WriterBusy extends Error {
  override name = 'WriterBusy'
}

interface Entry {
  rows: Prepared[]
  taken: number
  left: number
  results: RowResult[]
  resolve: (results: RowResult[]) => void
  reject: (error: unknown) => void
}

interface Slice {
  entry: Entry
  from: number
  to: number
}

export interface GroupCommitOptions {
  commit: (kind: FactKind, rows: Prepared[]) => Promise<RowResult[]>
  /** Batches under way at once: one for each connection of the writer. */
  slots: number
  maxBatchRows: number
  maxPendingRows: number
}

/**
 * Batches by themselves: while the connections are busy, rows of all requests pile up and leave in one statement. An
 * idle writer commits at once; a busy one is as fast with single events as with large batches.
 */
export class GroupCommit {
  private readonly queues = new Map<FactKind, Entry[]>()
  private pendingRows = 0
  private free: number
  private scheduled = false
  private idleWaiters: (() => void)[] = []

  constructor(private readonly options: GroupCommitOptions) {
    this.free = options.slots
  }

  /** Rows of one kind; resolves when all of them have committed (or were refused), in their order. */
  submit(kind: FactKind, rows: Prepared[]): Promise<RowResult[]> {
    if (rows.length === 0) return Promise.resolve([])
    this.pendingRows += rows.length
    return new Promise((resolve, reject) => {
      const entry: Entry = { rows, taken: 0, left: rows.length, results: new Array(rows.length), resolve, reject }
      const queue = this.queues.get(kind)
      if (queue) queue.push(entry)
      else this.queues.set(kind, [entry])
      this.schedule()
    })
  }

  /** Whether so many more rows may come in. A lone request larger than the bound is let through an empty queue. */
  hasRoom(rows: number): boolean {
    return this.pendingRows === 0 || this.pendingRows + rows <= this.options.maxPendingRows
  }

  /** Resolves when nothing is pending. */
  drained(): Promise<void> {
    if (this.pendingRows === 0) return Promise.resolve()
    return new Promise((resolve) => this.idleWaiters.push(resolve))
  }

  private schedule(): void {
    if (this.scheduled || this.free === 0) return
    this.scheduled = true
    // A tick later: what arrives together leaves together.
    setImmediate(() => {
      this.scheduled = false
      while (this.free > 0) {
        const kind = this.queues.keys().next().value
        if (kind === undefined) return
        void this.flush(kind)
      }
    })
  }

  private async flush(kind: FactKind): Promise<void> {
    this.free--
    const slices = this.take(kind)
    const { rows, twinOf } = withoutTwins(slices)
    try {
      const results = await this.options.commit(kind, rows)
      settle(slices, results, twinOf)
    } catch (error) {
      for (const { entry } of slices) entry.reject(error)
    } finally {
      for (const { from, to } of slices) this.pendingRows -= to - from
      this.free++
      this.schedule()
      if (this.pendingRows === 0) for (const wake of this.idleWaiters.splice(0)) wake()
    }
  }

  private take(kind: FactKind): Slice[] {
    const queue = this.queues.get(kind) ?? []
    const slices: Slice[] = []
    let room = this.options.maxBatchRows
    while (room > 0 && queue.length > 0) {
      const entry = queue[0]!
      const to = Math.min(entry.rows.length, entry.taken + room)
      slices.push({ entry, from: entry.taken, to })
      room -= to - entry.taken
      entry.taken = to
      if (to === entry.rows.length) queue.shift()
    }
    // To the end of the line: kinds take turns.
    this.queues.delete(kind)
    if (queue.length > 0) this.queues.set(kind, queue)
    return slices
  }
}

/** One batch must not hold an id twice: later rows with it share the first one's fate, as duplicates. */
function withoutTwins(slices: Slice[]): { rows: Prepared[]; twinOf: (number | undefined)[] } {
  const rows: Prepared[] = []
  const positions = new Map<string, number>()
  const twinOf: (number | undefined)[] = []
  for (const { entry, from, to } of slices) {
    for (let i = from; i < to; i++) {
      const row = entry.rows[i]!
      const twin = row.messageId === null ? undefined : positions.get(row.messageId)
      twinOf.push(twin)
      if (twin !== undefined) continue
      if (row.messageId !== null) positions.set(row.messageId, rows.length)
      rows.push(row)
    }
  }
  return { rows, twinOf }
}

function settle(slices: Slice[], results: RowResult[], twinOf: (number | undefined)[]): void {
  let position = 0
  let row = 0
  for (const { entry, from, to } of slices) {
    for (let i = from; i < to; i++) {
      const twin = twinOf[position++]
      const result = results[twin ?? row++]!
      entry.results[i] = twin !== undefined && result === 'stored' ? 'duplicate' : result
    }
    entry.left -= to - from
    if (entry.left === 0) entry.resolve(entry.results)
  }
}
