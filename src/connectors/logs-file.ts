import type { Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { SourceUnavailable } from '../lib/settle.ts'
import { continues, fileIdOf, findRotated, headOf, isShortHead, type Position, rotatedAfter } from './logs-identity.ts'
import { type Cut, cutLines, MAX_LINE_BYTES } from './logs-lines.ts'

/** Lines of a file, and where reading stands behind them. */
export interface Chunk extends Omit<Cut, 'used' | 'skipping'> {
  after: Position
}

/** Read at a time; a line that does not fit gets up to MAX_LINE_BYTES. Parsing it holds the process up for some ms. */
const CHUNK_BYTES = 256 * 1024
/** Who writes the log may hold a renamed file for a moment longer. */
const ROTATED_GRACE_MS = 2_000
const NEWLINE = 10

/** One process reads its files one after another into this. */
const buffer = Buffer.allocUnsafe(MAX_LINE_BYTES)

/**
 * A log file under its path, through rotation and truncation. Nothing of it is kept in memory but the position, which
 * moves only when the caller says that the lines before it are stored.
 */
export class LogFile {
  #handle: FileHandle | undefined
  /** Up to where it was looked without finding the end of a line. */
  #lookedTo = 0
  #quietSinceTick: number | undefined
  /** The position that is stored: another one than `position` once the file was rotated or begun anew. */
  stored: Position | undefined

  /** @param at undefined = never read before: `from` says where to begin */
  constructor(
    readonly path: string,
    private at: Position | undefined,
    private from: 'end' | 'start',
  ) {
    this.stored = at
  }

  get position(): Position | undefined {
    return this.at
  }

  /**
   * Makes sure that the right file is open. @throws SourceUnavailable when there is none, or it may not be read
   */
  async look(): Promise<void> {
    const there = await this.#stat()
    if (!this.#handle || !this.at) return await this.#open(there)
    if (there && fileIdOf(there) === this.at.fileId) {
      this.#quietSinceTick = undefined
      if (!(await continues(this.#handle, this.at))) await this.#startAnew(there)
    } else if (await this.#isFinished()) {
      await this.#openNext(there)
    }
  }

  /** The next whole lines; undefined while there are none. */
  async read(): Promise<Chunk | undefined> {
    const { at } = this
    if (!this.#handle || !at) return undefined
    const { size } = await this.#handle.stat()
    if (size <= Math.max(at.position, this.#lookedTo)) return undefined
    let piece = await this.#piece(at.position, CHUNK_BYTES)
    let cut = cutLines(piece, at.skipping)
    if (cut.used === 0 && piece.length === CHUNK_BYTES) {
      piece = await this.#piece(at.position, MAX_LINE_BYTES)
      cut = cutLines(piece, at.skipping)
    }
    this.#lookedTo = at.position + piece.length
    if (cut.used === 0) return undefined
    return { lines: cut.lines, tooLong: cut.tooLong, after: await this.#after(at, cut.used, cut.skipping) }
  }

  /** What is left of a file that was rotated away: the line that nobody will end any more. */
  async readRest(): Promise<Chunk | undefined> {
    const { at } = this
    if (!this.#handle || !at || this.#quietSinceTick === undefined || !(await this.#isQuiet())) return undefined
    const piece = await this.#piece(at.position, MAX_LINE_BYTES)
    if (piece.length === 0 || piece.includes(NEWLINE)) return undefined
    return { lines: at.skipping ? [] : [piece], tooLong: 0, after: await this.#after(at, piece.length, false) }
  }

  /** The lines of the chunk are stored. */
  accept({ after }: Chunk): void {
    this.at = after
    this.stored = after
    this.#lookedTo = 0
    if (this.#quietSinceTick !== undefined) this.#quietSinceTick = performance.now()
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #open(there: Stats | undefined): Promise<void> {
    if (!there) {
      // What appears from now on is all new.
      this.from = 'start'
      throw new SourceUnavailable(sourceOf(this.path), 'The file is not there')
    }
    const handle = await this.#openPath()
    const fileId = fileIdOf(await handle.stat())
    if (!this.at) {
      this.#handle = handle
      this.at = this.from === 'end' ? await endOf(handle, fileId) : startOf(fileId)
      return
    }
    if (fileId === this.at.fileId && (await continues(handle, this.at))) {
      this.#handle = handle
      return
    }
    const rotated = await findRotated(this.path, this.at)
    // A volume that was moved or restored has the same file under another number.
    const same = !rotated && this.at.position > 0 && (await continues(handle, this.at))
    if (rotated) await handle.close()
    this.#begin(rotated ?? handle, rotated || same ? await this.#under(rotated ?? handle) : startOf(fileId))
  }

  /** The file was truncated or written anew under our eyes: what we had not read is in its copy, if there is one. */
  async #startAnew(there: Stats): Promise<void> {
    const at = this.at as Position
    const copy = await findRotated(this.path, at)
    if (!copy) {
      this.#lookedTo = 0
      this.at = startOf(fileIdOf(there))
      return
    }
    await this.close()
    this.#begin(copy, await this.#under(copy))
  }

  /** The position as it is, in a file of another number. */
  async #under(handle: FileHandle): Promise<Position> {
    return { ...(this.at as Position), fileId: fileIdOf(await handle.stat()) }
  }

  /** A file rotated away is finished when it has been read to its end and nobody has written to it for a moment. */
  async #isFinished(): Promise<boolean> {
    this.#quietSinceTick ??= performance.now()
    const { size } = await (this.#handle as FileHandle).stat()
    return size <= (this.at as Position).position && (await this.#isQuiet())
  }

  async #isQuiet(): Promise<boolean> {
    const since = this.#quietSinceTick ?? Number.POSITIVE_INFINITY
    return performance.now() - since >= ROTATED_GRACE_MS
  }

  async #openNext(there: Stats | undefined): Promise<void> {
    const read = await (this.#handle as FileHandle).stat()
    const next = await rotatedAfter(this.path, read)
    if (!next && !there) {
      // An open handle would keep a deleted file on the disk.
      await this.close()
      return await this.#open(undefined)
    }
    await this.close()
    const handle = next ?? (await this.#openPath())
    this.#begin(handle, startOf(fileIdOf(await handle.stat())))
  }

  #begin(handle: FileHandle, at: Position): void {
    this.#handle = handle
    this.at = at
    this.#lookedTo = 0
    this.#quietSinceTick = undefined
  }

  async #piece(position: number, bytes: number): Promise<Buffer> {
    const { bytesRead } = await (this.#handle as FileHandle).read(buffer, 0, bytes, position)
    return buffer.subarray(0, bytesRead)
  }

  async #after(at: Position, used: number, skipping: boolean): Promise<Position> {
    const position = at.position + used
    const head = isShortHead(at.head, position) ? await headOf(this.#handle as FileHandle, position) : at.head
    return { fileId: at.fileId, position, head, skipping }
  }

  async #stat(): Promise<Stats | undefined> {
    try {
      const found = await stat(this.path)
      if (!found.isFile()) throw new SourceUnavailable(sourceOf(this.path), 'It is not a file')
      return found
    } catch (error) {
      if (error instanceof SourceUnavailable) throw error
      if (isMissing(error)) return undefined
      throw refused(this.path, error)
    }
  }

  async #openPath(): Promise<FileHandle> {
    try {
      return await open(this.path, 'r')
    } catch (error) {
      throw refused(this.path, error)
    }
  }
}

/** The name of a log file among the sources. */
export const sourceOf = (path: string): string => `logs:${path}`

const startOf = (fileId: string): Position => ({ fileId, position: 0, head: '0:', skipping: false })

/** The end of the file, but before a line that is being written: multi-GB files cost nothing. */
async function endOf(handle: FileHandle, fileId: string): Promise<Position> {
  const { size } = await handle.stat()
  const from = Math.max(0, size - MAX_LINE_BYTES)
  const { bytesRead } = await handle.read(buffer, 0, Math.min(size, MAX_LINE_BYTES), from)
  const newline = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE)
  const position = newline === -1 && from > 0 ? size : from + newline + 1
  return { fileId, position, head: await headOf(handle, position), skipping: newline === -1 && from > 0 }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code ?? error)
const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error))

const refused = (path: string, error: unknown): SourceUnavailable =>
  new SourceUnavailable(
    sourceOf(path),
    isMissing(error) ? 'The file is not there' : `The file may not be read (${codeOf(error)})`,
    {
      cause: error,
    },
  )
