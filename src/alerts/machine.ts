import type { Verdict } from './conditions/define.ts'
import type { OnNoData } from './rule.ts'

/** How long things take, in ms, and what an unknown value means. */
export interface Timing {
  forMs: number
  recoverMs: number
  quietMs: number
  nodata: OnNoData
}

/** What is remembered of one rule and subject from check to check; instants are ms. */
export interface Memory {
  phase: 'calm' | 'pending' | 'firing'
  /** Since when it is pending. */
  since: number | null
  /** Since when a firing one is well again. */
  okSince: number | null
  unknownSince: number | null
  /** When the last alert of it ended. */
  endedAt: number | null
  seenAt: number | null
}

export const CALM: Memory = {
  phase: 'calm',
  since: null,
  okSince: null,
  unknownSince: null,
  endedAt: null,
  seenAt: null,
}

/** 'passed': pending, and then fine after all. */
export type Change = 'pending' | 'passed' | 'fired' | 'resolved' | 'nodata' | 'data'

/** Without a check for so long nobody knows whether it lasted: the time begins anew. */
export const GAP_MS = 5 * 60_000

/** One check: what is remembered after it, and what has changed. Pure; `held` = what it depends on is away. */
export function step(
  timing: Timing,
  before: Memory,
  verdict: Verdict | 'held',
  nowMs: number,
): { memory: Memory; changes: Change[] } {
  const seen = { ...before, seenAt: nowMs }
  if (verdict === 'held')
    return seen.phase === 'pending' ? calm(seen, ['passed']) : { memory: { ...seen, okSince: null }, changes: [] }
  const noted = noteUnknown(seen, verdict === 'unknown', nowMs)
  const meant = verdict === 'unknown' ? MEANING[timing.nodata] : verdict
  if (meant === 'keep') return noted
  const next =
    meant === 'breach' ? breached(timing, before, noted.memory, nowMs) : well(timing, noted.memory, meant, nowMs)
  return { memory: next.memory, changes: [...noted.changes, ...next.changes] }
}

const MEANING = { keep: 'keep', alert: 'breach', resolve: 'ok' } as const

function noteUnknown(memory: Memory, unknown: boolean, nowMs: number): { memory: Memory; changes: Change[] } {
  if (unknown === (memory.unknownSince !== null)) return { memory, changes: [] }
  return {
    memory: { ...memory, unknownSince: unknown ? nowMs : null },
    changes: memory.phase === 'firing' ? [unknown ? 'nodata' : 'data'] : [],
  }
}

function breached(
  { forMs, quietMs }: Timing,
  before: Memory,
  memory: Memory,
  nowMs: number,
): { memory: Memory; changes: Change[] } {
  if (memory.phase === 'firing') return { memory: { ...memory, okSince: null }, changes: [] }
  const gap = before.seenAt !== null && nowMs - before.seenAt > GAP_MS
  const isNew = memory.phase === 'calm'
  const since = isNew || gap || memory.since === null ? nowMs : memory.since
  const isQuiet = memory.endedAt !== null && nowMs - memory.endedAt < quietMs
  const begun: Change[] = isNew ? ['pending'] : []
  if (isQuiet || nowMs - since < forMs) return { memory: { ...memory, phase: 'pending', since }, changes: begun }
  return { memory: { ...memory, phase: 'firing', since, okSince: null }, changes: [...begun, 'fired'] }
}

function well(
  { recoverMs }: Timing,
  memory: Memory,
  meant: 'near' | 'ok',
  nowMs: number,
): { memory: Memory; changes: Change[] } {
  if (memory.phase === 'pending') return calm(memory, ['passed'])
  if (memory.phase === 'calm') return { memory, changes: [] }
  // Not bad enough to begin, too bad to end.
  if (meant === 'near') return { memory: { ...memory, okSince: null }, changes: [] }
  const okSince = memory.okSince ?? nowMs
  if (nowMs - okSince < recoverMs) return { memory: { ...memory, okSince }, changes: [] }
  return calm({ ...memory, endedAt: nowMs }, ['resolved'])
}

const calm = (memory: Memory, changes: Change[]): { memory: Memory; changes: Change[] } => ({
  memory: { ...memory, phase: 'calm', since: null, okSince: null },
  changes,
})
