import type { Context, Hono } from 'hono'
import { audit } from '../audit/audit.ts'
import { smallBody } from '../auth/forms.ts'
import { actorOf, allow, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env, Who } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
import { nextSlot } from './cron.ts'
import type { DayRange, Job } from './define.ts'
import { findJob, jobs } from './index.ts'
import { parseRange } from './range.ts'
import { startRun } from './runner.ts'
import { cancelRun, findRun, lastRuns } from './runs.ts'

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
    const who = requireAllTenants(whoOf(c))
    const job = findJob(c.req.param('name'))
    if (!job) throw new NotFound(`There is no job of this name. There are: ${jobs.map(({ name }) => name).join(', ')}.`)
    const id = await runNow(deps, job, who, parseRange(job, await bodyOf(c), deps))
    c.header('Location', `/api/jobs/runs/${id}`)
    return c.json({ id, job: job.name, state: 'running' }, 202)
  })

  app.get('/api/jobs/runs/:id', reads, async (c) => {
    const run = await findRun(sql, c.req.param('id'))
    if (!run) throw new NotFound('There is no run of this id.')
    return c.json(run)
  })

  app.delete('/api/jobs/runs/:id', acts, async (c) => {
    const who = requireAllTenants(whoOf(c))
    const run = await cancelRun(sql, c.req.param('id'))
    if (!run) {
      if (!(await findRun(sql, c.req.param('id')))) throw new NotFound('There is no run of this id.')
      throw new Problem(409, 'Not running', 'This run has ended already.')
    }
    await audit(sql, { actor: actorOf(who), action: 'job.cancel', target: run.job, detail: { run: run.id } })
    return c.json(run, 202)
  })
}

async function runNow(deps: Deps, job: Job, who: Who, range: DayRange | undefined): Promise<string> {
  const started = await startRun(deps, job, { slot: deps.now(), startedBy: actorOf(who) }, range)
  // `taken`: asked for twice within a millisecond, or a pulse whose slot of this second was moved on already.
  if (started.state !== 'started') {
    const which = started.state === 'busy' ? ` It is run ${started.id}.` : ''
    throw new Problem(409, 'Already running', `A run of ${job.name} is under way.${which}`, 5)
  }
  const detail = { run: started.id, ...range }
  await audit(deps.db.sql, { actor: actorOf(who), action: 'job.run', target: job.name, detail })
  return started.id
}

/** Jobs work on all tenants at once, so whoever is bound to some may look but not act. */
function requireAllTenants(who: Who): Who {
  if (who.tenants !== null) throw new Forbidden('Jobs work on all tenants; your access is bound to some.')
  return who
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
    next_run: nextSlot(job, deps.config.timeZone),
    last_run: lastRun ?? null,
  }
}
