import type { Sql } from 'postgres'
import { FOLD_LOCK } from '../db/locks.ts'
import type { Tx } from '../facts/types.ts'

/**
 * Runs a fold, a rebuild or a snapshot alone. READ COMMITTED and the lock as a statement of its own: what follows sees
 * everything that committed before the lock was had.
 */
export function withFoldLock<T>(sql: Sql, run: (tx: Tx) => Promise<T>): Promise<T> {
  return sql.begin('isolation level read committed', async (tx) => {
    await tx`select pg_advisory_xact_lock(${FOLD_LOCK})`
    return run(tx)
  }) as Promise<T>
}
