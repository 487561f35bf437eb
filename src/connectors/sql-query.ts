import type { PendingQuery, Row } from 'postgres'
import type { Tx } from '../facts/types.ts'
import { PullError } from './pull.ts'
import type { SqlFile } from './sql-file.ts'
import { QueryRefused } from './sql-source.ts'

export const BATCH_ROWS = 2000
/** How long a transaction may be open and still be seen: rows that it commits carry the time at which it began. */
const OVERLAP_S = 60
/** The same for a watermark that counts: ids are given out before their rows are committed. */
const OVERLAP_IDS = 1000

/** The last row read, or the place before which all has been read. Both as text: a Date would lose microseconds. */
export interface Cursor {
  watermark: string
  key: string
}

export interface SourceRow extends Cursor {
  /** Older than what transactions that are still open may add. */
  settled: boolean
  fields: Record<string, unknown>
}

export interface Column {
  name: string
  /** The OID of its type. */
  type: number
}

type WatermarkType = 'timestamptz' | 'timestamp' | 'bigint'
const WATERMARK_TYPES: Record<number, WatermarkType> = {
  1184: 'timestamptz',
  1114: 'timestamp',
  20: 'bigint',
  21: 'bigint',
  23: 'bigint',
}

/** A file's SELECT, ready to be asked for rows after a cursor. */
export class SqlQuery {
  constructor(
    readonly file: SqlFile,
    readonly columns: Column[],
    readonly type: WatermarkType,
    /** Required tables that are not there. */
    readonly missing: string[],
    /** Where the overlap began when the run did. */
    private readonly floor: string,
  ) {}

  async read(tx: Tx, after: Cursor | undefined, limit: number): Promise<SourceRow[]> {
    const { watermark, key } = quoted(this.file)
    const values = valuesOf(after)
    const settled = this.type === 'bigint' ? 'true' : `q.${watermark} < $${values.length + 1}::text::${this.type}`
    if (this.type !== 'bigint') values.push(this.floor)
    const rows = await ask(
      tx,
      this.file,
      `q.*, q.${watermark}::text as "_qd watermark", q.${key}::text as "_qd key", ${settled} as "_qd settled"`,
      `${this.condition(after)}
      order by q.${watermark}, q.${key}::text collate "C"
      limit ${limit}`,
      values,
    )
    const sent = this.columns.filter(({ name }) => !name.startsWith('_')).map(({ name }) => name)
    return rows.map((row) => ({
      watermark: row['_qd watermark'],
      key: row['_qd key'],
      settled: row['_qd settled'],
      fields: Object.fromEntries(sent.map((name) => [name, row[name]])),
    }))
  }

  /** About how many rows are left, by the planner's statistics: to count them could take minutes. */
  async estimate(tx: Tx, after: Cursor | undefined): Promise<number> {
    const [row] = await ask(tx, this.file, '1', this.condition(after), valuesOf(after), 'explain (format json) ')
    return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0
  }

  /** The first row without a watermark, which would never be read. */
  async firstWithoutWatermark(tx: Tx): Promise<string | undefined> {
    const { watermark, key } = quoted(this.file)
    const [row] = await ask(tx, this.file, `q.${key}::text as key`, `where q.${watermark} is null limit 1`)
    return row && String(row.key)
  }

  /**
   * Where to go on after a row. Not simply behind it: what is committed late, with an older watermark, must still be
   * found; and a row dated in the future must not make all others wait for that day.
   */
  floorAfter({ watermark, key, settled }: SourceRow): Cursor {
    if (this.type !== 'bigint') return settled ? { watermark, key } : { watermark: this.floor, key: '' }
    return { watermark: String(BigInt(watermark) - BigInt(this.file.overlap ?? OVERLAP_IDS)), key: '' }
  }

  /** Whether a run that starts at `floor` reads the row again. */
  isAgain({ watermark, settled }: Pick<SourceRow, 'watermark' | 'settled'>, floor: Cursor): boolean {
    return this.type === 'bigint' ? BigInt(watermark) >= BigInt(floor.watermark) : !settled
  }

  private condition(after: Cursor | undefined): string {
    const { watermark, key } = quoted(this.file)
    if (!after) return `where q.${watermark} is not null`
    // Text that Postgres casts: the driver would send a parameter of these types through a Date.
    return `where (q.${watermark}, q.${key}::text collate "C") > ($1::text::${this.type}, $2::text)`
  }
}

/** Compiles a file's SELECT on the source. @throws PullError when a column is missing or cannot be a watermark */
export async function openQuery(tx: Tx, file: SqlFile): Promise<SqlQuery> {
  const [about] = await tx<{ floor: string; missing: string[] }[]>`
    select (now() - make_interval(secs => ${file.overlap ?? OVERLAP_S}))::text as floor,
      array(select name from unnest(${file.requires}::text[]) name where to_regclass(name) is null) as missing`
  if (about!.missing.length > 0) return new SqlQuery(file, [], 'bigint', about!.missing, '')
  const columns = await describe(tx, file)
  const twice = columns.find(({ name }, n) => columns.findIndex((other) => other.name === name) < n)
  if (twice) throw new PullError('two columns have one name', { column: twice.name })
  for (const role of ['watermark', 'key'] as const)
    if (!columns.some(({ name }) => name === file[role]))
      throw new PullError(`the SELECT has no column ${file[role]}, which is its ${role}`, { column: file[role] })
  const { type } = columns.find(({ name }) => name === file.watermark)!
  const known = WATERMARK_TYPES[type]
  if (!known) throw new PullError('a watermark is a timestamptz or a bigint', { column: file.watermark })
  return new SqlQuery(file, columns, known, [], about!.floor)
}

/** The output columns, without running it. */
async function describe(tx: Tx, file: SqlFile): Promise<Column[]> {
  const text = `select * ${from(file)}`
  try {
    const { columns } = await unsafe(tx, text).describe()
    return columns.map(({ name, type }) => ({ name, type }))
  } catch (error) {
    throw atLine(file, text, error)
  }
}

async function ask(
  tx: Tx,
  file: SqlFile,
  output: string,
  rest: string,
  values: string[] = [],
  before = '',
): Promise<readonly Row[]> {
  const text = `${before}select ${output} ${from(file)} ${rest}`
  try {
    return await unsafe(tx, text, values)
  } catch (error) {
    throw atLine(file, text, error)
  }
}

/** On lines of its own: the SELECT may end in a comment. */
const from = (file: SqlFile): string => `from (\n${file.select}\n) q`

/**
 * The second and last place of SQL as text, beside migrations: the SELECT is what an operator wrote into a file of
 * their preset, with the rights of SOURCE_DATABASE_URL and in a read-only transaction. Nothing from the web gets here:
 * values are parameters, names are quoted. `simple: false` lets Postgres refuse more than one statement.
 */
function unsafe(tx: Tx, text: string, values: string[] = []): PendingQuery<Row[]> {
  return tx.unsafe(text, values, { simple: false } as never) as PendingQuery<Row[]>
}

/** Postgres counts characters of what it was sent; people look at lines of their file. */
function atLine(file: SqlFile, text: string, error: unknown): unknown {
  const { position, message, code } = error as { position?: string; message: string; code?: unknown }
  if (typeof code !== 'string' || !position) return error
  const offset = Number(position) - 1 - text.indexOf(file.select)
  if (offset < 0 || offset > file.select.length) return error
  const line = file.line + file.select.slice(0, offset).split('\n').length - 1
  return new QueryRefused(message, line, { cause: error })
}

const quoted = ({ watermark, key }: SqlFile) => ({ watermark: nameOf(watermark), key: nameOf(key) })
const nameOf = (name: string): string => `"${name.replaceAll('"', '""')}"`
const valuesOf = (after: Cursor | undefined): string[] => (after ? [after.watermark, after.key] : [])
