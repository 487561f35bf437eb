import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Config } from '../config.ts'
import type { Deps } from '../context.ts'
import { every, within } from '../lib/every.ts'
import { outageOf, SourceUnavailable } from '../lib/settle.ts'
import { type Chunk, LogFile, sourceOf } from './logs-file.ts'
import { holdReader, LostPosition, loadPosition, releaseReader, storeChunk, storePosition } from './logs-store.ts'

const EVERY_MS = 1_000
const HOLD_EVERY_MS = 3_000
/** Of one file before the next one has its turn, and stopping or the lease are looked at: 16 MB. */
const CHUNKS_A_TURN = 64
const STOP_WITHIN_MS = 2_000

/** Where a product of the hivesync preset writes its logs. */
const HIVESYNC_LOGS = ['/data/logs/ai-events.log', '/data/logs/preview.log']

/** The files to read. */
export function logPaths({ logFiles, presets }: Pick<Config, 'logFiles' | 'presets'>): string[] {
  if (logFiles.length > 0) return logFiles.filter((path) => path !== 'off')
  return presets.includes('hivesync') ? HIVESYNC_LOGS : []
}

export interface LogReader {
  /** One round over all files; answers whether there is more to read at once. */
  round: () => Promise<boolean>
  stop: () => Promise<void>
}

/**
 * Reads the configured log files as they grow. Polling, because watchers miss what happens on network and container
 * file systems. Of several processes one reads, and the others look whether the files are there.
 */
export function startLogs(deps: Deps): LogReader {
  const reader = new Reader(deps)
  const stop = every(EVERY_MS, () => reader.readOn())
  return {
    round: () => reader.round(),
    async stop() {
      reader.stopped = true
      await within(STOP_WITHIN_MS, stop()).catch(() => undefined)
      await reader.close()
    },
  }
}

class Reader {
  stopped = false
  readonly #me = randomUUID()
  readonly #paths: string[]
  readonly #files = new Map<string, LogFile>()
  #heldTick = Number.NEGATIVE_INFINITY

  constructor(private readonly deps: Deps) {
    this.#paths = logPaths(deps.config)
  }

  async readOn(): Promise<void> {
    while (!this.stopped && (await this.round()));
  }

  async round(): Promise<boolean> {
    if (this.#paths.length === 0) return false
    const reads = await this.#holds()
    let more = false
    for (const path of this.#paths) more = (await this.#visit(path, reads)) || more
    return more
  }

  async close(): Promise<void> {
    await this.#forgetAll()
    if (this.#paths.length > 0) await within(STOP_WITHIN_MS, releaseReader(this.deps, this.#me)).catch(() => undefined)
  }

  /** Whether this process is the one that reads. */
  async #holds(): Promise<boolean> {
    if (performance.now() - this.#heldTick < HOLD_EVERY_MS) return true
    // While our own database is away nobody reads, and the files stay open: one may be deleted meanwhile.
    const held = await holdReader(this.deps, this.#me).catch(() => undefined)
    if (held) this.#heldTick = performance.now()
    if (held === false) await this.#forgetAll()
    return held ?? false
  }

  /** Looks at a file and says how it is doing. A failure is the file's alone. */
  async #visit(path: string, reads: boolean): Promise<boolean> {
    const { book, log } = this.deps
    const source = sourceOf(path)
    const tick = performance.now()
    try {
      const more = reads ? await this.#read(path) : await lookOnly(path)
      book.recovered(source, tick)
      return more
    } catch (error) {
      if (error instanceof SourceUnavailable) book.degraded(source, error.reason)
      else if (error instanceof LostPosition) await this.#forget(path)
      // Our own database is away: the same lines are read again when it is back.
      else if (!outageOf(error)) {
        if (!book.isDegraded(source)) log.error({ err: error, path }, 'a log file cannot be read')
        book.degraded(source, 'It cannot be read; the reason is in the log')
        await this.#forget(path)
      }
      return false
    }
  }

  async #read(path: string): Promise<boolean> {
    const file = await this.#fileOf(path)
    await file.look()
    await storePosition(this.deps, file)
    file.stored = file.position
    for (let n = 0; n < CHUNKS_A_TURN && !this.stopped; n++) {
      const chunk = (await file.read()) ?? (await file.readRest())
      if (!chunk) return false
      await this.#store(file, chunk)
    }
    return true
  }

  async #store(file: LogFile, chunk: Chunk): Promise<void> {
    if (!file.position) return
    await storeChunk(this.deps, file, file.position, chunk)
    file.accept(chunk)
  }

  async #fileOf(path: string): Promise<LogFile> {
    const known = this.#files.get(path)
    if (known) return known
    const file = new LogFile(path, await loadPosition(this.deps, path), this.deps.config.logFrom)
    this.#files.set(path, file)
    return file
  }

  async #forget(path: string): Promise<void> {
    const file = this.#files.get(path)
    this.#files.delete(path)
    await file?.close().catch(() => undefined)
  }

  async #forgetAll(): Promise<void> {
    for (const path of [...this.#files.keys()]) await this.#forget(path)
  }
}

async function lookOnly(path: string): Promise<false> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new SourceUnavailable(sourceOf(path), 'The file is not there')
  return false
}
