import type { Context, Hono } from 'hono'
import { BackfillForm } from '../../views/pages/backfill/form.tsx'
import { Card } from '../../views/parts/index.ts'
import { audit } from '../audit/audit.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { actorOf, adminOf, requireRole } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import backfill from '../jobs/backfill.ts'
import type { DayRange } from '../jobs/define.ts'
import { parseRange } from '../jobs/range.ts'
import { startRun } from '../jobs/runner.ts'
import { cancelRun } from '../jobs/runs.ts'
import { Problem } from '../lib/errors.ts'
import { sendFramed } from '../send-framed.tsx'
import { BACKFILL_PATH, formValues, leftOf, loadDays, planText, whyNoBackfill } from './load.ts'

/** What the forms of the Backfill page send; programs use /api/jobs/backfill/run. */
export function mountBackfill(app: Hono<Env>, deps: Deps): void {
  const reads = requireRole('viewer')
  const acts = requireRole('operator')

  app.get(`${BACKFILL_PATH}/plan`, reads, async (c) => {
    c.header('Cache-Control', 'private, no-store')
    return c.text(await planOf(deps, c.req.query()))
  })

  app.post(BACKFILL_PATH, acts, smallBody, async (c) => {
    requireAllTenants(adminOf(c), 'Jobs are')
    const fields = await fieldsOf(c)
    try {
      return await begin(c, deps, parseRange(backfill, askedIn(fields), deps) as DayRange)
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return formAgain(c, deps, fields, error)
      throw error
    }
  })

  app.post(`${BACKFILL_PATH}/:run/cancel`, acts, smallBody, async (c) => {
    const admin = requireAllTenants(adminOf(c), 'Jobs are')
    const run = await cancelRun(deps.db.sql, c.req.param('run'))
    if (run) {
      const actor = actorOf(admin)
      await audit(deps.db.sql, { actor, action: 'job.cancel', target: run.job, detail: { run: run.id } })
    }
    return c.redirect(`${BACKFILL_PATH}?run=${c.req.param('run')}&told=cancel`, 303)
  })

  app.post(`${BACKFILL_PATH}/:run/resume`, acts, smallBody, async (c) => {
    requireAllTenants(adminOf(c), 'Jobs are')
    const left = await leftOf(deps, c.req.param('run'))
    if (!left)
      throw new Problem(
        409,
        'Nothing is left of it',
        'Only the last run of its days that ended early can be gone on with.',
      )
    return begin(c, deps, left)
  })
}

/** Starts a run and leads to the page that shows it. @throws Problem 409 where one is under way */
async function begin(c: Context<Env>, deps: Deps, range: DayRange): Promise<Response> {
  const actor = actorOf(adminOf(c))
  const started = await startRun(deps, backfill, { slot: deps.now(), startedBy: actor }, range)
  if (started.state !== 'started')
    throw new Problem(409, 'Already running', 'A backfill is under way; cancel it or wait for its end.')
  const detail = { run: started.id, ...range }
  await audit(deps.db.sql, { actor, action: 'job.run', target: backfill.name, detail })
  const { from, to, metric, rebuild } = range
  const query = new URLSearchParams({
    run: started.id,
    from,
    to,
    ...(metric && { metric }),
    ...(rebuild && { rebuild: '1' }),
  })
  return c.redirect(`${BACKFILL_PATH}?${query}`, 303)
}

const askedIn = ({ from, to, metric, rebuild }: Record<string, string>) => ({
  from,
  to,
  ...(metric && { metric }),
  ...(rebuild && { rebuild }),
})

/** What the form would do as it stands, or what is wrong with it. */
async function planOf(deps: Deps, fields: Record<string, string>): Promise<string> {
  try {
    return await planText(deps, parseRange(backfill, askedIn(fields), deps) as DayRange)
  } catch (error) {
    if (error instanceof Problem) return `Not like this: ${error.detail ?? error.title}`
    throw error
  }
}

/** What was entered is still there, with the reason in front. */
async function formAgain(c: Context<Env>, deps: Deps, fields: Record<string, string>, problem: Problem) {
  const found = await loadDays(deps)
  const crumbs = [
    { label: 'Metrics', href: '/dashboard/metrics' },
    { label: 'Backfill', href: BACKFILL_PATH },
  ]
  return sendFramed(
    c,
    deps,
    { title: 'Backfill', page: '/dashboard/metrics', crumbs, status: problem.status === 409 ? 409 : 422 },
    <Card id="backfill" title="Not started yet">
      <BackfillForm
        days={found.days}
        values={formValues(found, fields)}
        error={problem.detail ?? problem.title}
        off={whyNoBackfill(deps, adminOf(c))}
      />
    </Card>,
  )
}
