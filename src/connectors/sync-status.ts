import type { Deps } from '../context.ts'
import type { FactKind } from '../facts/types.ts'
import { loadPresets, type PresetFile } from './presets.ts'
import { keyOf, readStates, type SyncState } from './sync-state.ts'

/** A file of a preset as pages show it. */
export interface SyncStatus {
  preset: string
  file: string
  /** Absent when the file cannot be understood. */
  kind?: FactKind
  /** waiting = it has not been read yet, or its source is away (then there is a reason). */
  state: 'ok' | 'error' | 'off' | 'waiting'
  reason?: string
  /** Facts stored so far; those that were refused are in rejected_facts. */
  rows: number
  rejected: number
  lastRunAt?: Date
  /** When a run last brought something new. */
  lastRowAt?: Date
  /** The newest row's, as the source has it. */
  watermark?: string
  /** How old what we have is: everything that was in the source so long ago is here. Absent before the first end. */
  lagSeconds?: number
  /** Of the first reading; the total is the source's own estimate. */
  progress?: { done: number; total: number }
}

/** How every file of the presets in use is doing. */
export async function syncStatus(deps: Pick<Deps, 'config' | 'db' | 'now'>): Promise<SyncStatus[]> {
  const files = loadPresets(deps.config)
  if (files.length === 0) return []
  const states = await readStates(deps.db.sql)
  return files.map((file) => statusOf(file, states.get(keyOf(file.preset, file.name)), deps.now()))
}

function statusOf({ preset, name, file, broken }: PresetFile, state: SyncState | undefined, now: Date): SyncStatus {
  const kind = file && { kind: file.kind }
  const reason = broken ?? state?.reason
  const about = { preset, file: name, ...kind, ...(reason && { reason }) }
  if (!state) return { ...about, state: broken ? 'error' : 'waiting', rows: 0, rejected: 0 }
  const { rows, rejected, lastRunAt, lastRowAt, watermark, caughtUpAt, expected } = state
  return {
    ...about,
    state: broken ? 'error' : state.state,
    rows,
    rejected,
    ...(lastRunAt && { lastRunAt }),
    ...(lastRowAt && { lastRowAt }),
    ...(watermark && { watermark }),
    ...(caughtUpAt && { lagSeconds: Math.max(0, Math.round((now.getTime() - caughtUpAt.getTime()) / 1000)) }),
    ...(!caughtUpAt && expected !== null && { progress: { done: rows, total: Math.max(rows, expected) } }),
  }
}
