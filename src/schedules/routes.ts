import type { Hono } from 'hono'
import { smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { cancelNow, requireJobs, runNow } from '../jobs/by-hand.ts'
import { findJob } from '../jobs/index.ts'
import { parseRange } from '../jobs/range.ts'
import { NotFound } from '../lib/errors.ts'
import { jobPath, SCHEDULES_PATH } from './paths.ts'

/** What the buttons of the pages of jobs send; programs use /api/jobs. */
export function mountSchedules(app: Hono<Env>, deps: Deps): void {
  const acts = requireRole('operator')

  app.post(`${SCHEDULES_PATH}/:job/run`, acts, smallBody, async (c) => {
    const admin = requireJobs(adminOf(c))
    const job = findJob(c.req.param('job'))
    if (!job) throw new NotFound('There is no job of this name.')
    const run = await runNow(deps, job, admin, parseRange(job, {}, deps))
    return c.redirect(jobPath(job.name, run), 303)
  })

  app.post(`${SCHEDULES_PATH}/:job/runs/:run/cancel`, acts, smallBody, async (c) => {
    const run = await cancelNow(deps, requireJobs(adminOf(c)), c.req.param('run'))
    return c.redirect(`${jobPath(run.job, run.id)}&told=cancel`, 303)
  })
}
