import { type Position, type PullBatch, type PullContext, PullError, PullOff, type ReadPullFile } from './pull.ts'
import { checkSql } from './sql-check.ts'
import { parseSqlFile, type SqlFile } from './sql-file.ts'
import { BATCH_ROWS, type Cursor, openQuery, type SourceRow, type SqlQuery } from './sql-query.ts'
import { readSource, SOURCE_DATABASE } from './sql-source.ts'

/** A SELECT over the product's database as a file to pull. @throws PullError when its headers cannot be understood */
export const readSqlPull: ReadPullFile = (preset, name, text) => {
  const file = parseSqlFile(text)
  return {
    preset,
    name,
    kind: file.kind,
    source: SOURCE_DATABASE,
    ...(file.everySeconds && { everySeconds: file.everySeconds }),
    estimate: async (context, position) =>
      readSource(context.source(), async (tx) => {
        const query = await openQuery(tx, file)
        if (query.missing.length > 0) return undefined
        return await query.estimate(tx, startOf(query, position))
      }),
    check: (context) => checkSql(context, file),
    pull: (context, position) => pullSql(context, file, position),
  }
}

/**
 * Rows in order of (watermark, key), a batch per transaction, so that no snapshot is held open on the product's
 * database for longer than a batch takes.
 */
async function* pullSql(context: PullContext, file: SqlFile, position: Position | null): AsyncGenerator<PullBatch> {
  const source = context.source()
  const query = await readSource(source, (tx) => openQuery(tx, file))
  if (query.missing.length > 0) throw new PullOff(`there is no table ${query.missing.join(', ')}`)
  for (let cursor = startOf(query, position); ; ) {
    const rows = await readSource(source, (tx) => query.read(tx, cursor, BATCH_ROWS))
    const last = rows.at(-1)
    if (!last) return
    checkKeys(file, rows)
    yield batchOf(query, rows, last)
    if (rows.length < BATCH_ROWS) return
    cursor = last
  }
}

/** A position of another type says nothing about this watermark. */
function startOf({ type }: SqlQuery, position: Position | null): Cursor | undefined {
  if (position === null) return undefined
  if (position.type !== type)
    throw new PullError(
      `its watermark was a ${position.type} and is a ${type} now: a file of another name would be read from the beginning`,
    )
  return { watermark: String(position.watermark), key: String(position.key) }
}

function batchOf(query: SqlQuery, rows: SourceRow[], last: SourceRow): PullBatch {
  const floor = query.floorAfter(last)
  return {
    rows: rows.map(({ key, fields, ...row }) => ({ key, fields, again: query.isAgain(row, floor) })),
    position: { type: query.type, ...floor },
    watermark: last.watermark,
  }
}

/** Without a unique key rows would be left out between two batches, and appended facts taken for repeated ones. */
function checkKeys({ key: column }: SqlFile, rows: SourceRow[]): void {
  const keys = new Set<string>()
  for (const { key, watermark } of rows) {
    if (key === null) throw new PullError(`the key is null in a row of ${watermark}`, { column })
    if (keys.has(key)) throw new PullError(`the key ${key} comes twice, and has to be unique`, { column })
    keys.add(key)
  }
}
