import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { APPEND_TABLES } from './append.ts'
import { forgetPartitions } from './partitions.ts'
import type { Batch, FactDef, Prepared } from './types.ts'

/** The database is away: nothing of the request was acknowledged, and sending it again is safe. */
export class WriterUnavailable extends Error {
  override name = 'WriterUnavailable'
}

/** What became of a row. */
export type RowResult = 'stored' | 'duplicate' | { rejected: string }

const RETRY_MS = 4000
const ATTEMPT_MS = 10_000
const RETRYABLE_CLASS = new Set(['08', '40', '53', '55', '57', '58', 'XX'])
const DATA_CLASS = new Set(['22', '23', '54'])
const APPENDED: ReadonlySet<string> = new Set(APPEND_TABLES)

export interface CommitContext {
  sql: Sql
  timeZone: string
  now: () => Date
  nextBatchId: () => Promise<number>
}

/**
 * Commits rows of one kind as a batch. A lost connection or a passing error is tried again for 4 s with the same ids;
 * a row that Postgres refuses is found by bisecting and stands alone in its rejection.
 * @throws WriterUnavailable after 4 s of failing
 */
export async function commitRows(context: CommitContext, def: FactDef, rows: Prepared[]): Promise<RowResult[]> {
  try {
    const duplicates = await writeWithRetry(context, def, rows)
    return rows.map((_, position) => (duplicates.has(position) ? 'duplicate' : 'stored'))
  } catch (error) {
    if (!isDataError(error)) throw error
    if (rows.length === 1) return [{ rejected: `not storable: ${(error as Error).message}` }]
    const half = rows.length >> 1
    const first = await commitRows(context, def, rows.slice(0, half))
    return [...first, ...(await commitRows(context, def, rows.slice(half)))]
  }
}

async function writeWithRetry(context: CommitContext, def: FactDef, rows: Prepared[]): Promise<Set<number>> {
  const deadline = Date.now() + RETRY_MS
  let batch: Batch | undefined
  for (let waitMs = 25; ; waitMs = Math.min(waitMs * 2, 500)) {
    try {
      const committed = batch && (await committedBefore(context.sql, def, batch, rows))
      if (committed) return committed
      batch ??= { id: await context.nextBatchId(), timeZone: context.timeZone, recordedAt: context.now() }
      return await inTime(def.write(context.sql, rows, batch))
    } catch (error) {
      if (isMissingPartition(error)) forgetPartitions()
      else if (!isRetryable(error) && !isOwnBatch(error)) throw error
      if (Date.now() + waitMs > deadline) throw new WriterUnavailable('the database is away', { cause: error })
      await sleep(waitMs)
    }
  }
}

/** A server that hangs is as good as one that is away: the client hears 503, and sends the same ids again. */
async function inTime<T>(attempt: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WriterUnavailable('the database does not answer')), ATTEMPT_MS)
  })
  try {
    return await Promise.race([attempt, late])
  } finally {
    clearTimeout(timer)
    attempt.catch(() => {})
  }
}

/**
 * When an attempt whose outcome was lost did commit: which of its rows were duplicates then. Rows with ids would be
 * recognised by `seen`; those without must not be written twice by us.
 */
async function committedBefore(
  sql: Sql,
  def: FactDef,
  batch: Batch,
  rows: Prepared[],
): Promise<Set<number> | undefined> {
  if (!APPENDED.has(def.kind)) return undefined
  const stored = await sql`select message_id from ${sql(def.kind)} where batch_id = ${batch.id}`
  if (stored.length === 0) return undefined
  const ids = new Set(stored.map((row) => row.message_id as string | null))
  return new Set(rows.flatMap(({ messageId }, position) => (messageId && !ids.has(messageId) ? [position] : [])))
}

/** The lost attempt is committing right now: what it did will be seen at the next try. */
const isOwnBatch = (error: unknown): boolean =>
  codeOf(error) === '23505' && (error as { constraint_name?: string }).constraint_name === 'fact_batches_pkey'

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? '')
const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE'

/** Errors of the connection (Node's and the driver's codes), and SQLSTATE classes that pass by themselves. */
export function isRetryable(error: unknown): boolean {
  const code = codeOf(error)
  if (isSqlState(code)) return RETRYABLE_CLASS.has(code.slice(0, 2))
  return code.startsWith('E') || code.startsWith('CONN')
}

const isDataError = (error: unknown): boolean => isSqlState(codeOf(error)) && DATA_CLASS.has(codeOf(error).slice(0, 2))

const isMissingPartition = (error: unknown): boolean =>
  codeOf(error) === '23514' && /no partition of relation/.test((error as Error).message)
