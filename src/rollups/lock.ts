import type { Sql } from 'postgres'
import { DAY_LOCK, FOLD_LOCK } from '../db/locks.ts'
import type { Tx } from '../facts/types.ts'
import type { Day } from '../lib/time.ts'

const DEADLOCK = '40P01'
const MAX_ATTEMPTS = 3

/**
 * Runs a fold or a rebuild alone. READ COMMITTED and the lock as a statement of its own: what follows sees
 * everything that committed before the lock was had. Writers lock the accounts of a batch in order, a fold those of one
 * kind of fact after another: where each waits for the other, the fold gives way and starts again.
 */
export function withFoldLock<T>(sql: Sql, run: (tx: Tx) => Promise<T>): Promise<T> {
  return again(() => runLocked(sql, (tx) => tx`select pg_advisory_xact_lock(${FOLD_LOCK})`, run))
}

/**
 * Runs a snapshot of some days: no fold runs meanwhile, but others of other days may. Those of the same day come one
 * after the other.
 */
export function withDaysLock<T>(sql: Sql, days: readonly Day[], run: (tx: Tx) => Promise<T>): Promise<T> {
  const lock = async (tx: Tx) => {
    await tx`select pg_advisory_xact_lock_shared(${FOLD_LOCK})`
    // All take them in the order of the days, so that nobody waits for who waits for them.
    for (const day of [...days].sort())
      await tx`select pg_advisory_xact_lock(${DAY_LOCK}, ${day}::date - '2000-01-01'::date)`
  }
  return again(() => runLocked(sql, lock, run))
}

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if ((error as { code?: unknown }).code !== DEADLOCK || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

function runLocked<T>(sql: Sql, lock: (tx: Tx) => Promise<unknown>, run: (tx: Tx) => Promise<T>): Promise<T> {
  return sql.begin('isolation level read committed', async (tx) => {
    await lock(tx)
    // A plan that was made for all parameters while the tables were small, and kept by this connection, goes through
    // them row by row when a large import is folded: 100,000 facts took 45 s instead of 3.
    await tx`set local plan_cache_mode = force_custom_plan`
    const done = await run(tx)
    // Whoever keeps what was read of the roll-ups learns that they have changed; a fold that found nothing changes nothing.
    await tx`update data_version set n = n + 1 where pg_current_xact_id_if_assigned() is not null`
    return done
  }) as Promise<T>
}
