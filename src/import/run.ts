import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Deps } from '../context.ts'
import { factKindOfPath, factKinds } from '../facts/index.ts'
import type { FactDef, FactIn, FactKind } from '../facts/types.ts'
import { WriterBusy, WriterUnavailable } from '../facts/writer.ts'
import { outageOf } from '../lib/settle.ts'
import { ImportError } from './error.ts'
import { compileMap, type ImportMap, readMap } from './map.ts'
import { type Progress, progressBar, type Terminal } from './progress.ts'
import { type Format, type Item, openSource } from './read.ts'
import { type Counts, hashFile, type ImportRun, openRun, saveRun } from './runs.ts'

export { ImportError }

export interface ImportOptions {
  file: string
  /** As in the typed door's URL: 'api-calls'. */
  kind: string
  /** A map file's path, or the map itself; without one the columns are the fields. */
  map?: string | ImportMap | undefined
  format?: Format | undefined
  terminal?: Terminal
}

export interface ImportResult extends Counts {
  /** The file had been imported before, so that nothing was read. */
  already: boolean
  /** False when the file had rows and not one could be stored. */
  ok: boolean
}

type ImportDeps = Pick<Deps, 'db' | 'writer' | 'now'>

const SOURCE = 'import'
const BATCH_ROWS = 5000
const BATCH_BYTES = 4_000_000
const TOLD_REJECTIONS = 1000
const PATIENCE_MS = 60_000
/** Kinds whose rows may go without an id: the line's own stands in, so that reading a file again doubles nothing. */
const LINE_IDS: ReadonlySet<FactKind> = new Set([
  'events',
  'api_calls',
  'gauges',
  'probes',
  'mrr_movements',
  'jobs',
  'payments',
  'component_uses',
  'prompts',
  'messages',
  'feedback',
  'app_errors',
  'webhook_deliveries',
  'web_vitals',
  'exposures',
])

/**
 * Imports a CSV or NDJSON file of facts: bad rows are told by line number and kept in rejected_facts, and after an
 * interruption the same command goes on where it was. A file imported before is not read again: its duplicates would
 * be recognised for a week or two only.
 * @throws ImportError when nothing of it can be imported, or the database stays away
 */
export async function runImport(deps: ImportDeps, options: ImportOptions): Promise<ImportResult> {
  const def = kindOf(options.kind)
  const map = typeof options.map === 'string' ? await readMap(options.map) : options.map
  const fileHash = await hashFile(options.file)
  const source = await openSource(options.file, options.format)
  if (!map) checkColumns(def, source.columns)
  const fieldsOf = compileMap(map, source.columns)
  const run = await openRun(deps.db.sql, { fileHash, fileName: basename(options.file), kind: def.kind, map })
  const terminal = options.terminal ?? process.stderr
  if (run.finished) return tellAlready(run, terminal)

  const progress = progressBar(terminal, (await stat(options.file)).size)
  const importer = new Importer(deps, run, progress, (item) => factOf(def, fieldsOf(item.row!), fileHash, item))
  if (run.position.bytes > 0) progress.say(`going on after line ${run.position.lines}`)
  for await (const items of batchesOf(source.items(run.position))) await importer.take(def.kind, items)
  return importer.finish()
}

function kindOf(path: string): FactDef {
  const def = factKindOfPath(path)
  if (def) return def
  const paths = Object.values(factKinds).map((kind) => kind.path)
  throw new ImportError(`unknown kind ${path}: it is one of ${paths.join(', ')}`)
}

/** A file whose columns all have other names would be stored as rows of nothing but properties, dated now. */
function checkColumns(def: FactDef, columns: string[] | undefined): void {
  const fields = Object.keys((def.schema as unknown as { shape: object }).shape)
  if (!columns || columns.some((column) => fields.includes(column))) return
  throw new ImportError(
    `no column of the file is a field of ${def.path}: name them with --map. ` +
      `The file has ${columns.join(', ')}; the fields are ${fields.join(', ')}`,
  )
}

function tellAlready(run: ImportRun, terminal: Terminal): ImportResult {
  const stored = run.accepted + run.duplicate
  terminal.write(`This file has been imported before: ${stored} rows are stored, ${run.rejected} were rejected.\n`)
  return { accepted: 0, duplicate: stored, rejected: run.rejected, already: true, ok: true }
}

function factOf(def: FactDef, fields: Record<string, unknown>, fileHash: string, { line }: Item): FactIn {
  const given = fields.id !== undefined && fields.id !== null && fields.id !== ''
  const id = given || !LINE_IDS.has(def.kind) ? fields.id : `import-${fileHash.slice(0, 32)}-${line}`
  return { kind: def.kind, row: { ...fields, id }, index: line }
}

async function* batchesOf(source: AsyncIterable<Item[]>): AsyncGenerator<Item[]> {
  let batch: Item[] = []
  let bytes = 0
  for await (const items of source)
    for (const item of items) {
      batch.push(item)
      bytes += item.raw.length
      if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue
      yield batch
      batch = []
      bytes = 0
    }
  if (batch.length > 0) yield batch
}

class Importer {
  private rejections = 0

  constructor(
    private readonly deps: ImportDeps,
    private readonly run: ImportRun,
    private readonly progress: Progress,
    private readonly factOf: (item: Item) => FactIn,
  ) {}

  /** Stores a batch, and only then how far the file has been read. */
  async take(kind: FactKind, items: Item[]): Promise<void> {
    const broken = items.filter((item) => item.broken !== undefined)
    const facts = items.filter((item) => item.broken === undefined).map(this.factOf)
    const meta = { source: SOURCE, receivedAt: this.deps.now(), exemptRetention: true }
    const outcome = await patiently(() => this.deps.writer.write(facts, meta))
    await patiently(() =>
      this.deps.writer.reject(broken.map(({ broken, raw }) => ({ kind, source: SOURCE, reason: broken!, raw }))),
    )
    const { run } = this
    run.accepted += outcome.accepted
    run.duplicate += outcome.duplicate
    run.rejected += outcome.rejected.length + broken.length
    run.position = items.at(-1)!.after
    await patiently(() => saveRun(this.deps.db.sql, run))
    this.tell([...outcome.rejected, ...broken.map(({ line, broken }) => ({ index: line, reason: broken! }))])
    this.progress.at(run.position.bytes, countsOf(run))
  }

  async finish(): Promise<ImportResult> {
    const { run } = this
    const ok = run.accepted + run.duplicate > 0 || run.rejected === 0
    // A file of which nothing could be stored is read from its start the next time.
    const end = ok ? { ...run, finished: true } : { ...run, rejected: 0, position: { bytes: 0, lines: 0 } }
    await patiently(() => saveRun(this.deps.db.sql, end))
    this.progress.end()
    const untold = this.rejections - TOLD_REJECTIONS
    if (untold > 0) this.progress.say(`and ${untold} more rejected rows, with their reasons in rejected_facts`)
    this.progress.say(countsOf(run))
    return { accepted: run.accepted, duplicate: run.duplicate, rejected: run.rejected, already: false, ok }
  }

  private tell(rejected: { index: number; reason: string }[]): void {
    for (const { index, reason } of rejected.sort((a, b) => a.index - b.index))
      if (this.rejections++ < TOLD_REJECTIONS) this.progress.say(`line ${index}: ${reason}`)
  }
}

const countsOf = (counts: Counts) =>
  `${counts.accepted} accepted, ${counts.duplicate} duplicate, ${counts.rejected} rejected`

/** Waits for a full queue to drain and for a database that restarts; gives up in words. */
async function patiently<T>(action: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await action()
    } catch (error) {
      const passing = error instanceof WriterBusy || error instanceof WriterUnavailable || outageOf(error)
      if (!passing) throw error
      if (performance.now() > deadline)
        throw new ImportError(`${(error as Error).message}: the same command goes on where this one stopped`, {
          cause: error,
        })
      await wait(500)
    }
  }
}
