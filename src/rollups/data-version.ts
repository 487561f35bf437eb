import type { Db } from '../db/connect.ts'
import { within } from '../lib/every.ts'
import { GIVEN_UP_MS, shared } from '../lib/shared.ts'

/**
 * Stays as it is as long as roll-ups and snapshots do: whatever is computed of them alone would be the same again. Read
 * once for all who ask at the same time; NaN, which equals nothing, where nobody has written it down.
 */
export function currentVersion(db: Db): Promise<number> {
  return shared(db, 'data version', () => within(GIVEN_UP_MS, readVersion(db)))
}

async function readVersion({ sql }: Db): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select n from data_version`
  return row?.n ?? Number.NaN
}
