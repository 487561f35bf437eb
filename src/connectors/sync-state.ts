import type { Sql } from '../db/connect.ts'
import type { Position } from './pull.ts'

/** What is known of a file of a preset: how far it has been read, and how the last run went. */
export interface SyncState {
  preset: string
  file: string
  state: 'ok' | 'error' | 'off' | 'waiting'
  reason: string | null
  position: Position | null
  watermark: string | null
  rows: number
  rejected: number
  /** Rows refused since the last that was stored. */
  refusedInARow: number
  /** How many rows the first reading is about to have; null once it has come to the end. */
  expected: number | null
  failures: number
  lastRunAt: Date | null
  lastRowAt: Date | null
  caughtUpAt: Date | null
  nextAt: Date
}

/** By preset and file. */
export const keyOf = (preset: string, file: string): string => `${preset}/${file}`

export async function readStates(sql: Sql): Promise<Map<string, SyncState>> {
  const rows = await sql<SyncState[]>`
    select preset, file, state, reason, position, watermark, rows_read as rows, rows_rejected as rejected,
      rows_expected as expected, refused_in_a_row as "refusedInARow", failures, last_run_at as "lastRunAt", last_row_at as "lastRowAt",
      caught_up_at as "caughtUpAt", next_at as "nextAt"
    from sync_state`
  return new Map(rows.map((row) => [keyOf(row.preset, row.file), row]))
}

/** The state of a file, begun now if there is none. */
export async function openState(sql: Sql, preset: string, file: string, now: Date): Promise<SyncState> {
  await sql`
    insert into sync_state (preset, file, state, next_at) values (${preset}, ${file}, 'waiting', ${now})
    on conflict do nothing`
  return (await readStates(sql)).get(keyOf(preset, file))!
}

/**
 * Keeps how far a file has been read; called after the rows have committed. False when another process has moved the
 * position meanwhile: it reads this file, and we must not.
 */
export async function savePosition(
  sql: Sql,
  before: Position | null,
  { preset, file, position, watermark, rows, rejected, refusedInARow, expected, lastRowAt }: SyncState,
): Promise<boolean> {
  const moved = await sql`
    update sync_state set position = ${JSON.stringify(position)}::text::jsonb, watermark = ${watermark},
      rows_read = ${rows}, rows_rejected = ${rejected}, refused_in_a_row = ${refusedInARow},
      rows_expected = ${expected}, last_row_at = ${lastRowAt}
    where preset = ${preset} and file = ${file}
      and position is not distinct from ${before && JSON.stringify(before)}::text::jsonb
    returning 1`
  return moved.length > 0
}

/** Keeps how a run ended and when the next is due. */
export async function saveOutcome(sql: Sql, state: SyncState): Promise<void> {
  await sql`
    update sync_state set state = ${state.state}, reason = ${state.reason}, failures = ${state.failures},
      last_run_at = ${state.lastRunAt}, caught_up_at = ${state.caughtUpAt}, rows_expected = ${state.expected},
      next_at = ${state.nextAt}
    where preset = ${state.preset} and file = ${state.file}`
}
