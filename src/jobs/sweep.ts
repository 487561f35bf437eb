import type { Deps } from '../context.ts'
import type { Tx } from '../facts/types.ts'
import { abandonStale, claimRow, lockJob } from './claim.ts'
import { lastSlot } from './cron.ts'
import type { DayRange, Job } from './define.ts'
import { noteOf, rangeOf, remainingRange } from './range-note.ts'
import { executeRun, startRun } from './runner.ts'

/** A job that dies every time at the same place is not started again and again: it may be what its process dies of. */
const MAX_FRUITLESS_DEATHS = 3

/** Takes over what died with its process, and makes up for slots that no process was there to run. */
export async function sweep(deps: Deps, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    if (job.resumable) await takeOver(deps, job)
    if (job.catchUp && job.schedule) await makeUp(deps, job, job.schedule)
  }
}

/**
 * The dead run's end and its successor's start are one transaction: of several processes one takes over, and if that
 * one dies too, its own run is the next to be taken over. A run stopped with its process is left `abandoned` as well.
 */
async function takeOver(deps: Deps, job: Job): Promise<void> {
  const slot = deps.now()
  const successor = (await deps.db.sql.begin(async (tx) => {
    await lockJob(tx, job)
    await abandonStale(tx, job.name)
    const dead = await findAbandoned(tx, job)
    if (!dead) return null
    const range = remainingRange(job, rangeOf(dead.note), dead.done)
    const note = range && noteOf(range)
    const claim = await claimRow(tx, job, { slot, startedBy: takeOverOf(dead.id), note })
    return claim.state === 'claimed' ? { id: claim.id, range } : null
  })) as { id: string; range: DayRange | undefined } | null
  if (successor) void executeRun(deps, job, successor.id, slot, successor.range)
}

/** The newest run that died and has no successor; where the runs of a job all do the same, a later run is one too. */
async function findAbandoned(tx: Tx, job: Job): Promise<{ id: string; done: number; note: string | null } | undefined> {
  const [dead] = await tx<{ id: string; done: number; note: string | null }[]>`
    select id::text, done::int, note from job_runs r
    where job = ${job.name} and outcome = 'abandoned' and not cancel_requested and finished_at > now() - interval '7 days'
      and not exists (
        select from job_runs s
        where s.job = r.job and s.id > r.id and (${!job.takesRange} or s.started_by = ${takeOverOf('')} || r.id)
      )
      and (
        select count(*) from job_runs d
        where d.job = r.job and d.outcome = 'abandoned' and d.done = r.done and d.started_at > now() - interval '1 hour'
      ) < ${MAX_FRUITLESS_DEATHS}
    order by id desc limit 1`
  return dead
}

/** How a run that takes another one over is started. */
export function takeOverOf(id: string): string {
  return `takeover of ${id}`
}

/** Runs a slot that was missed; one that failed is tried again after an hour, for the next slot may be a day away. */
async function makeUp(deps: Deps, job: Job, schedule: string): Promise<void> {
  const slot = lastSlot(schedule, deps.config.timeZone, deps.now())
  if (!slot) return
  const [since] = await deps.db.sql<{ runs: number; settled: boolean }[]>`
    select count(*)::int as runs, coalesce(bool_or(
      coalesce(outcome, 'running') in ('running', 'ok', 'cancelled') or finished_at > now() - interval '1 hour'
    ), false) as settled
    from job_runs where job = ${job.name} and scheduled_for >= ${slot}`
  if (since!.settled) return
  await startRun(deps, job, { slot: since!.runs === 0 ? slot : deps.now(), startedBy: 'catch-up' })
}
