import type { Deps } from '../context.ts'
import { DAY_MS } from './calendar.ts'
import type { WorldOptions } from './world.ts'

/** What the demo remembers between starts, as the setting `demo`: which story is told, and how far. */
export interface DemoState extends WorldOptions {
  /** Facts before this instant are written; null until the history is complete. */
  writtenToMs: number | null
}

export interface DemoSize {
  seed: number
  users: number
  days: number
}

/** The story of this database; a new one begins with its anchor at the start of today. */
export async function loadState({ db }: Pick<Deps, 'db'>, size: DemoSize, now: Date): Promise<DemoState> {
  const [row] = await db.sql<{ value: DemoState }[]>`select value from settings where key = 'demo'`
  if (row) return row.value
  const state = { ...size, anchorMs: Math.floor(now.getTime() / DAY_MS) * DAY_MS, writtenToMs: null }
  await saveState({ db }, state)
  return state
}

export async function saveState({ db }: Pick<Deps, 'db'>, state: DemoState): Promise<void> {
  const { seed, users, days, anchorMs, writtenToMs } = state
  const value = JSON.stringify({ seed, users, days, anchorMs, writtenToMs })
  await db.sql`
    insert into settings (key, value, updated_at) values ('demo', ${value}::text::jsonb, now())
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`
}
