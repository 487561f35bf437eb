import type { StoredRow } from './types.ts'
import { earliest, type Merge } from './upsert.ts'

/** Statuses in the order in which an attempt goes through them. */
export const STAGES = ['queued', 'running', 'cancelled', 'failed', 'succeeded']

/**
 * What two states of a job in one batch come to, by the rules of the statement in jobs.ts: attempt first, then stage.
 * A newer attempt takes nothing over of how the older one went; a state without an attempt is of the current one.
 */
export const mergeJobs: Merge = (older, newer) => ({
  ...earliest('ts', 'enqueued_at')(older, newer),
  ...courseOf(older, newer),
  user_id: older.user_id ?? newer.user_id,
  tenant_id: older.tenant_id ?? newer.tenant_id,
})

/** How the latest attempt went. */
function courseOf(older: StoredRow, newer: StoredRow): StoredRow {
  const before = (older.attempt ?? 1) as number
  const attempt = (newer.attempt ?? before) as number
  if (attempt > before) return attemptOf(newer, newer.attempt)
  if (attempt < before) return attemptOf(older, older.attempt)
  const forward = stage(newer) >= stage(older)
  return {
    attempt: older.attempt ?? newer.attempt,
    status: forward ? newer.status : older.status,
    started_at: older.started_at ?? newer.started_at,
    finished_at: older.finished_at ?? newer.finished_at,
    error: errorOf(older, newer, forward),
  }
}

/** The error of a failure does not outlive a success. */
function errorOf(older: StoredRow, newer: StoredRow, forward: boolean): unknown {
  if (!forward) return older.status === 'succeeded' ? older.error : (newer.error ?? older.error)
  if (newer.status === 'succeeded' && older.status !== 'succeeded') return newer.error
  return newer.error ?? older.error
}

const attemptOf = ({ status, started_at, finished_at, error }: StoredRow, attempt: unknown): StoredRow => ({
  attempt,
  status,
  started_at,
  finished_at,
  error,
})

const stage = (row: StoredRow): number => STAGES.indexOf(row.status as string)
