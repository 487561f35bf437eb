import type { PendingQuery, Row, Sql } from 'postgres'
import { UPSERT_LOCK } from '../db/locks.ts'
import type { Batch, Prepared, StoredRow, Tx, WriteBatch } from './types.ts'

/**
 * Facts with a life are upserted by id, a kind at a time under an advisory lock: so the statement that reads what a row
 * was before sees the truth, and the buckets it leaves are marked as well as those it enters. (Two processes upserting
 * the same new row at once would otherwise each miss the other's bucket.)
 */
export function upsertInto(
  table: string,
  keys: string[],
  apply: UpsertStatement,
  merge: Merge = mergeStates,
): WriteBatch {
  return async (sql, rows, batch) => {
    const merged = mergeByKey(rows, keys, merge)
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${UPSERT_LOCK}, hashtext(${table}))`
      await apply(tx, JSON.stringify(merged), batch, merged)
    })
    return new Set()
  }
}

export type UpsertStatement = (tx: Tx, json: string, batch: Batch, rows: StoredRow[]) => PromiseLike<unknown>

/** What two states of a thing come to; a kind's must say what its statement does with them one after the other. */
export type Merge = (older: StoredRow, newer: StoredRow) => StoredRow

/** Merges states with the newest value of each column, but the earliest instant of those named. */
export const earliest =
  (...columns: string[]): Merge =>
  (older, newer) => ({
    ...mergeStates(older, newer),
    ...Object.fromEntries(
      columns.map((name) => [name, time(older[name]) < time(newer[name]) ? older[name] : newer[name]]),
    ),
  })

/** Several states of one thing in a batch become one, the newest last: a statement may touch a row only once. */
function mergeByKey(rows: Prepared[], keys: string[], merge: Merge): StoredRow[] {
  const merged = new Map<string, StoredRow>()
  const inOrder = [...rows].sort((a, b) => time(a.row.updated_at) - time(b.row.updated_at))
  for (const { row } of inOrder) {
    const key = keys.map((name) => row[name]).join('\0')
    const older = merged.get(key)
    merged.set(key, older ? merge(older, row) : row)
  }
  return [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

const time = (value: unknown): number => (value instanceof Date ? value.getTime() : 0)

/** The newest known value of each column; of objects, of each of their keys. */
export function mergeStates(older: StoredRow, newer: StoredRow): StoredRow {
  const merged = { ...older }
  for (const [name, value] of Object.entries(newer)) {
    if (value === undefined || value === null) continue
    merged[name] = isObject(value) && isObject(older[name]) ? { ...older[name], ...value } : value
  }
  return merged
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !Array.isArray(value)

/**
 * `column = …` for the columns of which the newest known value holds: a later state overrides, an earlier one that
 * arrives late only fills gaps. The upserted table is called t.
 */
export function newest(sql: Sql | Tx, columns: string[]): PendingQuery<Row[]> {
  return columns
    .map(
      (name) => sql`${sql(name)} = case when excluded.updated_at >= t.updated_at
        then coalesce(excluded.${sql(name)}, t.${sql(name)}) else coalesce(t.${sql(name)}, excluded.${sql(name)}) end`,
    )
    .reduce((all, one) => sql`${all}, ${one}`) as PendingQuery<Row[]>
}
