import type { Deps } from '../context.ts'
import { WriterUnavailable } from '../facts/writer.ts'
import { outageOf, SourceUnavailable } from '../lib/settle.ts'
import { PullError, PullOff } from './pull.ts'
import type { SyncState } from './sync-state.ts'

const LONGEST_WAIT_S = 300
const AWAY_WAIT_S = 15

type Failure = Pick<SyncState, 'state'> & { reason: string }

/** What a failed file is shown as. @throws the error when our own database is away, since nothing can be noted then */
export function failureOf({ log }: Pick<Deps, 'log'>, error: unknown): Failure {
  if (error instanceof PullOff) return { state: 'off', reason: error.message }
  if (error instanceof PullError) return { state: 'error', reason: error.message }
  // The source as a whole is away, which is not the file's fault.
  if (error instanceof SourceUnavailable) return { state: 'waiting', reason: error.reason }
  if (error instanceof WriterUnavailable || outageOf(error)) throw error
  log.error({ err: error }, 'a file of a preset failed')
  return { state: 'error', reason: (error as Error).message }
}

/** The state after a failure, with when to try again: each time twice as late, up to five minutes. */
export function afterFailure(
  state: SyncState,
  { state: now, reason }: Failure,
  at: { now: Date; everySeconds: number },
): SyncState {
  const failures = now === 'error' ? state.failures + 1 : 0
  const backoffS = Math.min(LONGEST_WAIT_S, at.everySeconds * 2 ** Math.max(0, failures - 1))
  const waitS = now === 'waiting' ? Math.min(AWAY_WAIT_S, at.everySeconds) : Math.max(at.everySeconds, backoffS)
  return {
    ...state,
    state: now,
    reason,
    failures,
    lastRunAt: at.now,
    nextAt: new Date(at.now.getTime() + waitS * 1000),
  }
}
