import type { Deps } from '../context.ts'
import { cronTask, isSlot } from './cron.ts'
import type { Job } from './define.ts'
import { noteFailure, noteSuccess } from './health.ts'
import { jobs as allJobs } from './index.ts'
import { startRun, stopRuns } from './runner.ts'
import { sweep } from './sweep.ts'

/** What logging calls a claim that cannot be made: one line for all jobs, because it is always the database. */
const CLAIMING = 'scheduler'
/** Off the minute, when the jobs themselves are claimed. */
const SWEEP = '30 * * * * *'

/**
 * Starts every schedule. node-cron only says when; who runs a slot is decided by the claim in `job_runs`. `stop` ends
 * the schedules, tells running jobs to stop and waits for them.
 */
export function startScheduler(deps: Deps, jobs: readonly Job[] = allJobs): { stop: () => Promise<void> } {
  const zone = deps.config.timeZone
  let sweeping = guarded(deps, () => sweep(deps, jobs))
  const tasks = jobs.flatMap((job) =>
    job.schedule ? cronTask(job.name, job.schedule, zone, (slot) => runSlot(deps, job, slot)) : [],
  )
  const sweepTask = cronTask('sweep', SWEEP, zone, async () => {
    sweeping = guarded(deps, () => sweep(deps, jobs))
    await sweeping
  })
  for (const task of [...tasks, sweepTask]) void task.start()
  return {
    async stop() {
      await Promise.all([...tasks, sweepTask].map((task) => task.destroy()))
      await sweeping
      await stopRuns(deps)
    },
  }
}

/** One slot of a schedule: claimed and run by one process, silently left out by the others. Never throws. */
export async function runSlot(deps: Deps, job: Job, slot: Date): Promise<void> {
  if (job.schedule && !isSlot(job.schedule, deps.config.timeZone, slot)) return
  await guarded(deps, async () => {
    const started = await startRun(deps, job, { slot, startedBy: 'schedule' })
    if (started.state === 'started') await started.done
  })
}

async function guarded(deps: Deps, action: () => Promise<void>): Promise<void> {
  try {
    await action()
    noteSuccess(deps, CLAIMING)
  } catch (error) {
    noteFailure(deps, CLAIMING, error)
  }
}
