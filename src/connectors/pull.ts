import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { FactKind } from '../facts/types.ts'

/**
 * A file of a preset: one kind of fact, fetched from where the watched product keeps it. There are SQL and REST files;
 * the engine (sync.ts), the command `connect check` and the pages know nothing else of them.
 */
export interface PullFile {
  preset: string
  /** The file's name in its folder: 'users.sql'. */
  name: string
  kind: FactKind
  /** Where it reads from; what SourceUnavailable calls it. */
  source: 'source-database' | 'mainapp'
  /** How often it is read; absent = SYNC_EVERY. */
  everySeconds?: number
  /** About how many rows are still to be read; undefined where nobody can tell. For the progress bar. */
  estimate?: (context: PullContext, position: Position | null) => Promise<number | undefined>
  /** Tries the file on the source and changes nothing. @throws SourceUnavailable */
  check: (context: PullContext) => Promise<CheckResult>
  /**
   * Reads what is new since `position` (null = everything), in batches, and ends when there is no more for now.
   * The engine asks for the next batch while it writes the last one.
   * @throws SourceUnavailable when the source is away, PullError when the file is at fault, PullOff
   */
  pull: (context: PullContext, position: Position | null) => AsyncIterable<PullBatch>
}

/** What a file may use while it is read; made for one run and closed after it. */
export interface PullContext {
  deps: PullDeps
  /** The product's database, read-only; connected at the first query. @throws PullError without SOURCE_DATABASE_URL */
  source: () => Sql
  /** Aborted when the run has to end: fetches should carry it. */
  signal: AbortSignal
}

export type PullDeps = Pick<Deps, 'config' | 'log' | 'now' | 'fetch'>

/** A file that is due again as soon as it has been read would keep a run, and the source, busy for good. */
export const LEAST_EVERY_S = 5

/** How far a file has been read, in the file's own terms; kept as JSON. */
export type Position = Record<string, string | number | boolean | null>

export interface PullBatch {
  rows: PulledRow[]
  /** Where to go on; stored after the rows have committed. */
  position: Position
  /** The newest watermark in it, for people to read. */
  watermark?: string | undefined
}

export interface PulledRow {
  /** Unique within the file: what a row that is read again is recognised by, and the id of an append-only fact. */
  key: string
  /** The next run may read this row again (late commits): unless it has changed it is not written again. */
  again: boolean
  /** The fact's fields; extra ones land in its properties. */
  fields: Record<string, unknown>
}

/** What `connect check` found out about a file. */
export interface CheckResult {
  /** off = something it `requires` is not there, which is no mistake. */
  state: 'ok' | 'error' | 'off'
  findings: CheckFinding[]
  /** Up to ten rows as they would be sent. */
  rows: CheckedRow[]
}

export interface CheckFinding {
  level: 'error' | 'warning'
  column?: string
  reason: string
}

export interface CheckedRow {
  key: string
  fields: Record<string, unknown>
  /** Why this row would be refused. */
  refused?: string
}

/** The file is at fault (a column that is gone, a wrong header …), and not the source as a whole. */
export class PullError extends Error {
  override name = 'PullError'

  constructor(
    readonly reason: string,
    readonly where: { line?: number | undefined; column?: string | undefined } = {},
    options?: ErrorOptions,
  ) {
    super(where.line === undefined ? reason : `line ${where.line}: ${reason}`, options)
  }
}

/** What the file `requires` is not there: it is off until it is. */
export class PullOff extends Error {
  override name = 'PullOff'
}

/** Reads a file of a preset. @throws PullError with the line when it cannot be understood */
export type ReadPullFile = (preset: string, name: string, text: string) => PullFile
