import type { Sql } from 'postgres'
import { FOLD_LOCK } from '../db/locks.ts'
import type { Tx } from '../facts/types.ts'

const DEADLOCK = '40P01'
const MAX_ATTEMPTS = 3

/**
 * Runs a fold, a rebuild or a snapshot alone. READ COMMITTED and the lock as a statement of its own: what follows sees
 * everything that committed before the lock was had. Writers lock the accounts of a batch in order, a fold those of one
 * kind of fact after another: where each waits for the other, the fold gives way and starts again.
 */
export async function withFoldLock<T>(sql: Sql, run: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runLocked(sql, run)
    } catch (error) {
      if ((error as { code?: unknown }).code !== DEADLOCK || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

function runLocked<T>(sql: Sql, run: (tx: Tx) => Promise<T>): Promise<T> {
  return sql.begin('isolation level read committed', async (tx) => {
    await tx`select pg_advisory_xact_lock(${FOLD_LOCK})`
    // A plan that was made for all parameters while the tables were small, and kept by this connection, goes through
    // them row by row when a large import is folded: 100,000 facts took 45 s instead of 3.
    await tx`set local plan_cache_mode = force_custom_plan`
    const done = await run(tx)
    // Whoever keeps what was read of the roll-ups learns that they have changed; a fold that found nothing changes nothing.
    await tx`update data_version set n = n + 1 where pg_current_xact_id_if_assigned() is not null`
    return done
  }) as Promise<T>
}
