import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Sql } from 'postgres'
import { ImportError } from './error.ts'
import type { Position } from './lines.ts'
import type { ImportMap } from './map.ts'

export interface Counts {
  accepted: number
  duplicate: number
  rejected: number
}

/** How far an import has come; kept so that the same command goes on where it was cut off. */
export interface ImportRun extends Counts {
  id: string
  position: Position
  finished: boolean
}

/** SHA-256 of a file's bytes: a renamed or copied file is the same file. @throws ImportError */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  } catch (error) {
    throw new ImportError(`${file} cannot be read: ${(error as Error).message}`)
  }
  return hash.digest('hex')
}

/** The run of this file, kind and map, begun now if there is none. */
export async function openRun(
  sql: Sql,
  what: { fileHash: string; fileName: string; kind: string; map: ImportMap | undefined },
): Promise<ImportRun> {
  const wanted = JSON.stringify([what.fileHash, what.kind, Object.entries(what.map ?? {}).sort()])
  const id = createHash('sha256').update(wanted).digest('hex')
  await sql`
    insert into import_runs (id, kind, file_name) values (${id}, ${what.kind}, ${what.fileName}) on conflict do nothing`
  const [run] = await sql`
    select bytes_done::float8 as bytes, lines_done::float8 as lines, accepted::float8, duplicate::float8,
      rejected::float8, finished_at is not null as finished
    from import_runs where id = ${id}`
  const { bytes, lines, ...rest } = run as unknown as Counts & Position & { finished: boolean }
  return { id, position: { bytes, lines }, ...rest }
}

/** Keeps how far a run has come; called after its rows have committed. */
export async function saveRun(sql: Sql, run: ImportRun): Promise<void> {
  await sql`
    update import_runs set bytes_done = ${run.position.bytes}, lines_done = ${run.position.lines},
      accepted = ${run.accepted}, duplicate = ${run.duplicate}, rejected = ${run.rejected},
      updated_at = now(), finished_at = ${run.finished ? sql`now()` : null}
    where id = ${run.id}`
}
