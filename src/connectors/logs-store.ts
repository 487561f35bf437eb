import type { Fragment, ISql } from 'postgres'
import type { Deps } from '../context.ts'
import { recordIncidents, type Trouble } from '../sources/incidents.ts'
import { kindOf, readLine } from './logs-entry.ts'
import { type Chunk, type LogFile, sourceOf } from './logs-file.ts'
import type { Position } from './logs-identity.ts'

/** Another process has read on meanwhile: this one has to look up where. */
export class LostPosition extends Error {
  override name = 'LostPosition'
}

const LEASE_S = 10
const AHEAD_MS = 86_400_000

/** Where reading of a file stands; undefined where it has never been read. */
export async function loadPosition({ db: { sql } }: Deps, path: string): Promise<Position | undefined> {
  const [row] = await sql<Position[]>`
    select file_id as "fileId", position::float8 as position, head, skipping from log_files where path = ${path}`
  return row
}

/**
 * Notes where reading stands when no line says so: at its beginning, so that a restart before the first line goes on from
 * there, and when the file was rotated or begun anew. @throws LostPosition
 */
export async function storePosition({ db: { sql } }: Deps, { path, position, stored }: LogFile): Promise<void> {
  if (!position || position === stored) return
  const { fileId, head, skipping } = position
  const moved = stored
    ? await sql`
      update log_files set file_id = ${fileId}, position = ${position.position}, head = ${head}, skipping = ${skipping}
      where path = ${path} and ${isAt(sql, stored)} returning path`
    : await sql`
      insert into log_files (path, file_id, position, head, skipping)
      values (${path}, ${fileId}, ${position.position}, ${head}, ${skipping})
      on conflict (path) do nothing returning path`
  if (moved.length === 0) throw new LostPosition(path)
}

/**
 * Stores what the lines tell together with the position behind them: after a kill -9 no line counts twice and none is
 * left out. @throws LostPosition
 */
export async function storeChunk(deps: Deps, file: LogFile, before: Position, chunk: Chunk): Promise<void> {
  const { troubles, lines, garbage } = read(deps, file.path, chunk)
  const { path } = file
  const { after, tooLong } = chunk
  await deps.db.sql.begin(async (tx) => {
    const moved = await tx`
      update log_files set
        file_id = ${after.fileId}, position = ${after.position}, head = ${after.head}, skipping = ${after.skipping},
        lines = lines + ${lines}, garbage = garbage + ${garbage}, too_long = too_long + ${tooLong}, updated_at = now()
      where path = ${path} and ${isAt(tx, before)}
      returning path`
    if (moved.length === 0) throw new LostPosition(path)
    if (troubles.length > 0) await recordIncidents(tx, troubles, deps.now())
  })
  deps.writer.counts.add(sourceOf(path), { accepted: lines, rejected: garbage + tooLong })
}

/** Holds only where the last one left off, whoever that was; an unknown outcome is found out the same way. */
const isAt = (sql: ISql, { fileId, position, head }: Position): Fragment =>
  sql`file_id = ${fileId} and position = ${position} and head = ${head}`

/** One process reads the files: whether it is this one for the next seconds. */
export async function holdReader({ db: { sql } }: Deps, reader: string): Promise<boolean> {
  const rows = await sql`
    insert into log_reader as r (reader, until) values (${reader}, now() + ${LEASE_S} * interval '1 s')
    on conflict (one) do update set reader = excluded.reader, until = excluded.until
    where r.reader = excluded.reader or r.until < now()
    returning one`
  return rows.length > 0
}

/** Lets another process read on at once. */
export async function releaseReader({ db: { sql } }: Deps, reader: string): Promise<void> {
  await sql`delete from log_reader where reader = ${reader}`
}

function read({ config, now }: Deps, path: string, chunk: Chunk) {
  const at = now()
  const kind = kindOf(path)
  const source = sourceOf(path)
  const troubles: Trouble[] = []
  let garbage = 0
  for (const line of chunk.lines) {
    try {
      const trouble = readLine(line)
      if (!trouble) continue
      const { ts, sample, ...rest } = trouble
      // A clock that is ahead would keep its incident the newest one for good.
      const known = ts && ts.getTime() <= at.getTime() + AHEAD_MS ? ts : at
      troubles.push({ ...rest, ts: known, kind, source, sample: config.privacy === 'strict' ? null : sample })
    } catch {
      garbage++
    }
  }
  return { troubles, garbage, lines: chunk.lines.length - garbage }
}
