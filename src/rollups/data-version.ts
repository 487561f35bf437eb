import type { Db } from '../db/connect.ts'
import { within } from '../lib/every.ts'
import { shared } from '../lib/shared.ts'

/** A connection that has gone silent must not hold up all who ask later. */
const PATIENCE_MS = 15_000

/**
 * Stays as it is as long as roll-ups and snapshots do: whatever is computed of them alone would be the same again. Read
 * once for all who ask at the same time; NaN, which equals nothing, where nobody has written it down.
 */
export function currentVersion(db: Db): Promise<number> {
  return shared(db, 'data version', () => within(PATIENCE_MS, readVersion(db)))
}

async function readVersion({ sql }: Db): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select n from data_version`
  return row?.n ?? Number.NaN
}
