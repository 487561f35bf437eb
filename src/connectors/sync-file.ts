import { setTimeout as wait } from 'node:timers/promises'
import type { Deps } from '../context.ts'
import { factKinds } from '../facts/index.ts'
import type { FactIn, Outcome } from '../facts/types.ts'
import { WriterBusy } from '../facts/writer.ts'
import { type PullBatch, type PullContext, PullError, type PulledRow, type PullFile } from './pull.ts'
import type { RecentRows } from './sync-recent.ts'
import { type SyncState, saveOutcome, savePosition } from './sync-state.ts'

/** If so many rows one after another cannot be stored it is the mapping that is wrong, and not a row. */
const MANY_ROWS = 20

/** Another process reads this file: what it does is done. */
export class SyncTaken extends Error {
  override name = 'SyncTaken'
}

/** The reading of one file, from where it was to its end: a slice of time at a time, so that files take turns. */
export class FileSync {
  /** Facts that were new. */
  stored = 0
  private readonly batches: AsyncIterator<PullBatch>
  private coming: Promise<IteratorResult<PullBatch>> | undefined
  private storing: Promise<void> | undefined
  private refusal: string | undefined

  constructor(
    private readonly deps: Deps,
    private readonly context: PullContext,
    readonly file: PullFile,
    readonly state: SyncState,
    private readonly recent: RecentRows,
  ) {
    this.batches = file.pull(context, state.position)[Symbol.asyncIterator]()
  }

  /** Reads and stores for about `sliceMs`; false when all has been read. Nothing is under way when it ends. */
  async advance(sliceMs: number): Promise<boolean> {
    await this.expect()
    try {
      for (const until = performance.now() + sliceMs; performance.now() < until; ) {
        this.context.signal.throwIfAborted()
        const { value: batch, done } = await this.next()
        if (done) return false
        await this.store(batch)
      }
      return true
    } finally {
      await this.storing
    }
  }

  /** Notes the end: everything that was there when the run began is here. */
  async finish(startedAt: Date, nextAt: Date): Promise<void> {
    const { state } = this
    const fits = state.refusedInARow < MANY_ROWS
    const verdict = fits ? { state: 'ok', reason: null } : { state: 'error', reason: this.refusal ?? state.reason }
    Object.assign(state, verdict, { failures: 0, expected: null, lastRunAt: startedAt, caughtUpAt: startedAt, nextAt })
    await saveOutcome(this.deps.db.sql, state)
  }

  /** What the progress of a first reading is measured by. */
  private async expect(): Promise<void> {
    const { state, file, context } = this
    if (this.coming || state.caughtUpAt !== null) return
    const left = await file.estimate?.(context, state.position)
    state.expected = left === undefined ? null : state.rows + Math.round(left)
  }

  /** The batch that was asked for, while the next is asked for. */
  private async next(): Promise<IteratorResult<PullBatch>> {
    const result = await (this.coming ?? this.batches.next())
    this.coming = result.done ? undefined : this.batches.next()
    // Whoever waits for it hears of its failure; if nobody does, it must not end the process.
    this.coming?.catch(() => {})
    return result
  }

  /**
   * Of appended facts two batches are written at once, for the writer has two connections; how far we are is noted in
   * order all the same. Facts with a life are kept in order, since it matters which subscription was there first.
   */
  private async store(batch: PullBatch): Promise<void> {
    const fresh = this.recent.changed(batch.rows)
    const written = this.write(fresh)
    written.catch(() => {})
    await this.storing
    this.storing = written.then((outcome) => this.note(batch, fresh, outcome))
    this.storing.catch(() => {})
    if (factKinds[this.file.kind].mode === 'upsert') await this.storing
  }

  private async note(batch: PullBatch, fresh: PulledRow[], outcome: Outcome): Promise<void> {
    const { rows, position, watermark } = batch
    const { state } = this
    const before = state.position
    state.position = position
    state.watermark = watermark ?? state.watermark
    // A killed process has stored what it could not note: rows that are stored already were read by it.
    state.rows += outcome.accepted + outcome.duplicate
    this.stored += outcome.accepted
    this.noteRefusals(fresh, outcome)
    if (outcome.accepted > 0) state.lastRowAt = this.deps.now()
    if (!(await savePosition(this.deps.db.sql, before, state))) throw new SyncTaken()
    this.recent.keep(rows)
  }

  private noteRefusals(rows: PulledRow[], { accepted, duplicate, rejected }: Outcome): void {
    const { state } = this
    state.rejected += rejected.length
    state.refusedInARow = accepted + duplicate > 0 ? 0 : state.refusedInARow + rejected.length
    const first = rejected[0]
    if (first) this.refusal = refusalOf(this.file, first.reason, rows[first.index]!.key)
  }

  private async write(rows: PulledRow[]): Promise<Outcome> {
    if (rows.length === 0) return { accepted: 0, duplicate: 0, rejected: [] }
    const { deps, file } = this
    this.refuseMapping(rows)
    const source = `sync:${file.preset}/${file.name}`
    const facts = rows.map((row, index) => factOf(file, row, index))
    for (;;) {
      try {
        // The product's history is taken whole, like that of an imported file.
        return await deps.writer.write(facts, { source, receivedAt: deps.now(), exemptRetention: true })
      } catch (error) {
        if (!(error instanceof WriterBusy)) throw error
        await wait(200, undefined, { signal: this.context.signal })
      }
    }
  }

  /** A wrong mapping would send the whole table to the rejected facts, and leave it behind as read. */
  private refuseMapping(rows: PulledRow[]): void {
    if (rows.length < MANY_ROWS) return
    const { schema } = factKinds[this.file.kind]
    let first: { key: string; issue: { path: PropertyKey[]; message: string } } | undefined
    for (const { key, fields } of rows.slice(0, MANY_ROWS)) {
      const { success, error } = schema.safeParse(fields)
      if (success) return
      first ??= { key, issue: error.issues[0]! }
    }
    const column = first!.issue.path.join('.')
    throw new PullError(refusalOf(this.file, `${column} ${first!.issue.message}`.trim(), first!.key), { column })
  }
}

const refusalOf = ({ kind }: PullFile, reason: string, key: string): string =>
  `no row is one of ${factKinds[kind].path}: ${reason} (row ${key})`

/** The id tells presets and files apart: in two tables there may be a row 1 each. */
function factOf({ kind, preset, name }: PullFile, { key, fields }: PulledRow, index: number): FactIn {
  return { kind, row: fields, index, ...(factKinds[kind].mode === 'append' && { id: `${preset}/${name}:${key}` }) }
}
