import { createHash } from 'node:crypto'
import type { Db } from '../db/connect.ts'
import type { PulledRow } from './pull.ts'

/** Beyond it rows are written twice, which is harmless: facts are recognised by their ids. */
const MAX_ROWS = 10_000

/**
 * The rows which the next run will read again, for one of them may be committed late: those that are as they were need
 * not be written again. Kept by this process only.
 */
export class RecentRows {
  private hashes = new Map<string, string>()

  /** The rows that were not kept, or have changed since. */
  changed(rows: PulledRow[]): PulledRow[] {
    return this.hashes.size === 0 ? rows : rows.filter((row) => this.hashes.get(row.key) !== hashOf(row))
  }

  /** Called after the rows have been stored. */
  keep(rows: PulledRow[]): void {
    for (const row of rows) {
      this.hashes.delete(row.key)
      if (row.again) this.hashes.set(row.key, hashOf(row))
    }
    for (const key of this.hashes.keys()) {
      if (this.hashes.size <= MAX_ROWS) break
      this.hashes.delete(key)
    }
  }
}

const byDatabase = new WeakMap<Db, Map<string, RecentRows>>()

/** Those of a file, for as long as this process lives. */
export function recentOf(db: Db, file: string): RecentRows {
  const files = byDatabase.get(db) ?? new Map<string, RecentRows>()
  byDatabase.set(db, files)
  const rows = files.get(file) ?? new RecentRows()
  files.set(file, rows)
  return rows
}

const hashOf = ({ fields }: PulledRow): string => createHash('sha1').update(JSON.stringify(fields)).digest('base64')
