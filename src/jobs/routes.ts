import type { Context, Hono } from 'hono'
import { smallBody } from '../auth/forms.ts'
import { allow, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { cancelNow, requireJobs, runNow } from './by-hand.ts'
import { nextSlot } from './cron.ts'
import type { Job } from './define.ts'
import { findJob, jobs } from './index.ts'
import { parseRange } from './range.ts'
import { findRun, lastRuns } from './runs.ts'
import { findSteps } from './steps-read.ts'

/** Jobs over HTTP: what there is, run now, how far it is, cancel. READ_ONLY is seen to before it comes here. */
export function mountJobs(app: Hono<Env>, deps: Deps): void {
  const reads = allow({ role: 'viewer', scope: 'read' })
  const acts = allow({ role: 'operator', scope: 'act' })
  const { sql } = deps.db

  app.get('/api/jobs', reads, async (c) => {
    const runs = await lastRuns(sql)
    return c.json({ jobs: jobs.map((job) => viewOf(job, deps, runs.get(job.name))) })
  })

  app.post('/api/jobs/:name/run', acts, smallBody, async (c) => {
    const who = requireJobs(whoOf(c))
    const job = findJob(c.req.param('name'))
    if (!job) throw new NotFound(`There is no job of this name. There are: ${jobs.map(({ name }) => name).join(', ')}.`)
    const id = await runNow(deps, job, who, parseRange(job, await bodyOf(c), deps))
    c.header('Location', `/api/jobs/runs/${id}`)
    return c.json({ id, job: job.name, state: 'running' }, 202)
  })

  app.get('/api/jobs/runs/:id', reads, async (c) => {
    const run = await findRun(sql, c.req.param('id'))
    if (!run) throw new NotFound('There is no run of this id.')
    return c.json({ ...run, steps: await findSteps(sql, run.id) })
  })

  app.delete('/api/jobs/runs/:id', acts, async (c) => {
    const run = await cancelNow(deps, requireJobs(whoOf(c)), c.req.param('id'))
    return c.json(run, 202)
  })
}

/** JSON from programs, a form from pages, or nothing. */
async function bodyOf(c: Context<Env>): Promise<unknown> {
  if (/^(application\/x-www-form-urlencoded|multipart\/form-data)/.test(c.req.header('content-type') ?? ''))
    return await c.req.parseBody()
  const text = await c.req.text()
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(422, 'Not JSON', 'The body is not JSON; {"from":"2026-01-01","to":"2026-01-31"} would be.')
  }
}

function viewOf(job: Job, deps: Deps, lastRun: unknown) {
  const { name, label, doc, schedule, takesRange, options } = job
  return {
    name,
    label,
    doc,
    schedule,
    parameters: takesRange ? ['from', 'to', ...options] : [],
    next_run: nextSlot(job, deps.config.timeZone, deps.now()),
    last_run: lastRun ?? null,
  }
}
