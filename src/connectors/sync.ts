import type { Deps } from '../context.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { loadPresets, type PresetFile } from './presets.ts'
import { type PullContext, PullError, PullOff } from './pull.ts'
import { withContext } from './sync-context.ts'
import { afterFailure, failureOf } from './sync-failure.ts'
import { FileSync, SyncTaken } from './sync-file.ts'
import { withPresetLocks } from './sync-lock.ts'
import { recentOf } from './sync-recent.ts'
import { keyOf, openState, readStates, type SyncState, saveOutcome } from './sync-state.ts'

export interface SyncOptions {
  signal?: AbortSignal
  /** All files, and not only those that are due. */
  force?: boolean
  /** Called now and then with the number of facts stored. */
  progress?: (rows: number) => Promise<void>
}

export interface SyncResult {
  files: number
  rows: number
  failed: number
}

/** Files take turns: a first reading of hours does not keep the others from their half minute. */
const SLICE_MS = 2000
/** The job comes every 5 s, and not to the millisecond. */
const EARLY_MS = 2500

/**
 * Reads what is new in every file that is due. A file that fails has its reason in sync_state and is tried again, later
 * and later; the others go on. If our own database is away the run ends: nothing could be noted.
 * @throws WriterUnavailable, or the signal's reason
 */
export async function syncAll(deps: Deps, options: SyncOptions = {}): Promise<SyncResult> {
  const signal = options.signal ?? new AbortController().signal
  const files = loadPresets(deps.config)
  const states = await readStates(deps.db.sql)
  const due = options.force ? files : files.filter((file) => isDue(deps, states.get(keyOf(file.preset, file.name))))
  if (due.length === 0) return { files: 0, rows: 0, failed: 0 }
  const presets = [...new Set(files.map(({ preset }) => preset))]
  return await withPresetLocks(deps.db.heavy, presets, (held) =>
    withContext(deps, signal, (context) => {
      const ours = files.filter(({ preset }) => held.has(preset))
      return new Sync(deps, context, ours, options).run()
    }),
  )
}

const isDue = ({ now }: Deps, state: SyncState | undefined): boolean =>
  !state || state.nextAt.getTime() <= now().getTime() + EARLY_MS

/** One run over the files of the presets whose locks we hold. */
class Sync {
  private readonly result: SyncResult = { files: 0, rows: 0, failed: 0 }
  private readonly begun = new Set<PresetFile>()
  private readonly taken = new Set<PresetFile>()
  private readonly open = new Map<PresetFile, { sync: FileSync; startedAt: Date }>()

  constructor(
    private readonly deps: Deps,
    private readonly context: PullContext,
    private readonly files: PresetFile[],
    private readonly options: SyncOptions,
  ) {}

  async run(): Promise<SyncResult> {
    for (;;) {
      await this.openDue()
      await this.tellBook()
      if (this.open.size === 0) return this.result
      for (const [one, { sync, startedAt }] of [...this.open]) await this.advance(one, sync, startedAt)
      await this.options.progress?.(this.result.rows)
    }
  }

  /** Files may fall due while a long reading goes on. */
  private async openDue(): Promise<void> {
    const states = await readStates(this.deps.db.sql)
    for (const one of this.files) {
      const due =
        (this.options.force && !this.begun.has(one)) || isDue(this.deps, states.get(keyOf(one.preset, one.name)))
      if (!due || this.open.has(one) || this.taken.has(one)) continue
      this.begun.add(one)
      await this.begin(one)
    }
  }

  private async begin(one: PresetFile): Promise<void> {
    const { deps, context } = this
    const startedAt = deps.now()
    const state = await openState(deps.db.sql, one.preset, one.name, startedAt)
    this.result.files++
    if (!one.file) return await this.noteFailure(one, state, new PullError(one.broken ?? 'it cannot be read'))
    const sync = new FileSync(deps, context, one.file, state, recentOf(deps.db, keyOf(one.preset, one.name)))
    this.open.set(one, { sync, startedAt })
  }

  private async advance(one: PresetFile, sync: FileSync, startedAt: Date): Promise<void> {
    const before = sync.stored
    try {
      const more = await sync.advance(SLICE_MS)
      this.deps.book.recovered(sync.file.source)
      if (more) return
      const everyMs = 1000 * (sync.file.everySeconds ?? this.deps.config.syncEverySeconds)
      await sync.finish(startedAt, new Date(this.deps.now().getTime() + everyMs))
      this.open.delete(one)
    } catch (error) {
      this.context.signal.throwIfAborted()
      this.open.delete(one)
      await this.noteFailure(one, sync.state, error)
    } finally {
      this.result.rows += sync.stored - before
    }
  }

  /** What is no file's fault ends the run. */
  private async noteFailure(one: PresetFile, state: SyncState, error: unknown): Promise<void> {
    if (error instanceof SyncTaken) return void this.taken.add(one)
    const { deps } = this
    if (error instanceof SourceUnavailable) deps.book.degraded(error.source, error.reason)
    if (!(error instanceof PullOff)) this.result.failed++
    const everySeconds = one.file?.everySeconds ?? deps.config.syncEverySeconds
    await saveOutcome(deps.db.sql, afterFailure(state, failureOf(deps, error), { now: deps.now(), everySeconds }))
  }

  /** A preset is degraded while one of its files is; what another process found counts as well. */
  private async tellBook(): Promise<void> {
    const states = await readStates(this.deps.db.sql)
    for (const preset of new Set(this.files.map((file) => file.preset))) {
      const files = this.files.filter((file) => file.preset === preset)
      const failing = files.map(({ name }) => states.get(keyOf(preset, name))).find((state) => state?.state === 'error')
      if (failing) this.deps.book.degraded(`preset:${preset}`, `${failing.file}: ${failing.reason}`)
      else this.deps.book.recovered(`preset:${preset}`)
    }
  }
}
