import { setTimeout as sleep } from 'node:timers/promises'
import type { Deps } from '../context.ts'
import { outageOf } from '../lib/settle.ts'
import { type Claim, type ClaimRequest, claimSlot } from './claim.ts'
import type { DayRange, Job, Run } from './define.ts'
import { noteFailure, noteSuccess } from './health.ts'
import { noteOf } from './range-note.ts'

const HEARTBEAT_MS = 10_000
const STOP_PATIENCE_MS = 8_000
/** Storing an outcome is tried for about half a minute, less than a heartbeat takes to go stale. */
const FINISH_RETRY_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 15_000]

export type Outcome = 'ok' | 'failed' | 'cancelled' | 'abandoned'
type StopReason = 'cancelled' | 'lost' | 'stopping'

/** Thrown out of `run.progress` when a run should go no further. */
export class RunStopped extends Error {
  constructor(readonly reason: StopReason) {
    super(`The run was stopped: ${reason}.`)
  }
}

interface Active {
  controller: AbortController
  done: Promise<Outcome>
}
const activeByDatabase = new WeakMap<Deps['db'], Set<Active>>()

export type Started = { state: 'started'; id: string; done: Promise<Outcome> } | Exclude<Claim, { state: 'claimed' }>

/** Claims a slot and, when the claim is ours, starts the job in the background: `done` never rejects. */
export async function startRun(deps: Deps, job: Job, request: ClaimRequest, range?: DayRange): Promise<Started> {
  const claim = await claimSlot(deps.db.sql, job, {
    ...request,
    note: range ? noteOf(range) : undefined,
  })
  if (claim.state !== 'claimed') return claim
  return { state: 'started', id: claim.id, done: executeRun(deps, job, claim.id, request.slot, range) }
}

/** Runs a claimed job to its end and stores the outcome. */
export function executeRun(deps: Deps, job: Job, id: string, slot: Date, range?: DayRange): Promise<Outcome> {
  const controller = new AbortController()
  const run: Run = {
    id,
    range,
    signal: controller.signal,
    progress: (done, total, note) => storeProgress(deps, controller, { id, slot }, { done, total, note }),
  }
  const done = work(deps, job, run, slot, controller)
  const active = { controller, done }
  const all = activeRuns(deps)
  all.add(active)
  void done.finally(() => all.delete(active))
  return done
}

/**
 * Stops what runs in this process and waits until it has, but not for ever: a query on a database that hangs, or an
 * outcome that cannot be stored, must not keep the process from ending. Unfinished work is taken over at the next start.
 */
export async function stopRuns(deps: Deps): Promise<void> {
  const all = [...activeRuns(deps)]
  for (const { controller } of all) controller.abort(new RunStopped('stopping'))
  const late = new AbortController()
  const patience = sleep(STOP_PATIENCE_MS, undefined, { signal: late.signal }).catch(() => {})
  await Promise.race([Promise.all(all.map(({ done }) => done)), patience])
  late.abort()
}

async function work(deps: Deps, job: Job, run: Run, slot: Date, controller: AbortController): Promise<Outcome> {
  const beat = setInterval(() => void heartbeat(deps, { id: run.id, slot }, controller), HEARTBEAT_MS)
  beat.unref()
  const startedMs = performance.now()
  let outcome: Outcome = 'ok'
  let note: string | undefined
  let error: unknown
  try {
    note = await job.run({ deps, run, now: deps.now() })
  } catch (thrown) {
    error = thrown
    outcome = outcomeOf(job, thrown, controller.signal)
  } finally {
    clearInterval(beat)
  }
  const fields = { job: job.name, run: run.id, outcome, note, tookMs: Math.round(performance.now() - startedMs) }
  const fails = outcome === 'failed' || isAway(error)
  if (fails) noteFailure(deps, job.name, error)
  else noteSuccess(deps, job.name)
  if (!fails) deps.log[job.pulse ? 'debug' : 'info'](fields, 'job finished')
  await storeOutcome(deps, { id: run.id, slot }, { outcome, note, error })
  return outcome
}

/**
 * A job may stop by itself on `signal` with an error of its own; the signal then tells why. Where the database went away
 * beneath a job that can be gone on with, it is: the run is left as one that died with its process.
 */
function outcomeOf(job: Job, thrown: unknown, signal: AbortSignal): Outcome {
  const stopped = thrown instanceof RunStopped ? thrown : signal.reason
  if (stopped instanceof RunStopped) return stopped.reason === 'cancelled' ? 'cancelled' : 'abandoned'
  return job.resumable && isAway(thrown) ? 'abandoned' : 'failed'
}

/** Whether the database did not answer; a query that is too slow would be so again. */
export function isAway(error: unknown): boolean {
  const outage = error instanceof Error ? outageOf(error) : undefined
  return outage !== undefined && !outage.slow && outage.source === undefined
}

interface Claimed {
  id: string
  slot: Date
}

/** `scheduled_for` tells a pulse's row that was claimed anew from the run that we are. */
async function storeProgress(
  deps: Deps,
  controller: AbortController,
  { id, slot }: Claimed,
  { done, total, note }: { done: number; total?: number; note?: string },
): Promise<void> {
  controller.signal.throwIfAborted()
  const rows = await deps.db.sql<{ cancel_requested: boolean }[]>`
    update job_runs
    set done = ${done}, total = coalesce(${total ?? null}, total), note = coalesce(${note ?? null}, note),
      heartbeat_at = now()
    where id = ${id} and scheduled_for = ${slot} and finished_at is null
    returning cancel_requested`
  stopIfTold(rows[0], controller)
  controller.signal.throwIfAborted()
}

async function heartbeat(deps: Deps, { id, slot }: Claimed, controller: AbortController): Promise<void> {
  try {
    const rows = await deps.db.sql<{ cancel_requested: boolean }[]>`
      update job_runs set heartbeat_at = now()
      where id = ${id} and scheduled_for = ${slot} and finished_at is null
      returning cancel_requested`
    stopIfTold(rows[0], controller)
  } catch {
    // The database is away: the run itself meets that and says so, or the next beat works again.
  }
}

function stopIfTold(row: { cancel_requested: boolean } | undefined, controller: AbortController): void {
  if (!row) controller.abort(new RunStopped('lost'))
  else if (row.cancel_requested) controller.abort(new RunStopped('cancelled'))
}

async function storeOutcome(
  deps: Deps,
  { id, slot }: Claimed,
  { outcome, note, error }: { outcome: Outcome; note?: string; error?: unknown },
): Promise<void> {
  const text = String(error instanceof Error ? error.message : error).slice(0, 2_000)
  const message = outcome === 'failed' || isAway(error) ? text : null
  for (const waitMs of FINISH_RETRY_MS) {
    await sleep(waitMs)
    try {
      await deps.db.sql`
        update job_runs
        set outcome = ${outcome}, note = coalesce(${note ?? null}, note), error = ${message}, finished_at = now()
        where id = ${id} and scheduled_for = ${slot} and finished_at is null`
      return
    } catch {
      // Tried again; if the database stays away the run goes stale and is taken over, which is safe.
    }
  }
}

function activeRuns(deps: Deps): Set<Active> {
  const known = activeByDatabase.get(deps.db)
  if (known) return known
  const fresh = new Set<Active>()
  activeByDatabase.set(deps.db, fresh)
  return fresh
}
