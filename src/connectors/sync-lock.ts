import type { Sql } from '../db/connect.ts'
import { SYNC_LOCK } from '../db/locks.ts'

/**
 * Holds the locks of those presets that no other process is reading, while `action` runs. They are a session's, on a
 * connection of its own: a process that is killed loses them at once, and none is left that nobody holds.
 */
export async function withPresetLocks<T>(
  heavy: Sql,
  presets: string[],
  action: (held: Set<string>) => Promise<T>,
): Promise<T> {
  const connection = await heavy.reserve()
  try {
    const rows = await connection<{ preset: string; held: boolean }[]>`
      select preset, pg_try_advisory_lock(${SYNC_LOCK}, hashtext(preset)) as held
      from unnest(${presets}::text[]) preset`
    try {
      return await action(new Set(rows.filter(({ held }) => held).map(({ preset }) => preset)))
    } finally {
      const held = rows.filter((row) => row.held).map(({ preset }) => preset)
      await connection`select pg_advisory_unlock(${SYNC_LOCK}, hashtext(preset)) from unnest(${held}::text[]) preset`.catch(
        () => {
          // The connection is gone, and with it the locks.
        },
      )
    }
  } finally {
    connection.release()
  }
}
