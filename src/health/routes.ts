import type { Hono } from 'hono'
import { audit } from '../audit/audit.ts'
import { smallBody } from '../auth/forms.ts'
import { actorOf, adminOf, requireRole } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import healthScores from '../jobs/health-scores.ts'
import { cancelRun, findRun } from '../jobs/runs.ts'
import { NotFound } from '../lib/errors.ts'
import { HEALTH_PATH, noteHealthRun, startRecalculation } from './start.ts'

/** What the buttons of the Health page send; programs use /api/health. */
export function mountHealthPage(app: Hono<Env>, deps: Deps): void {
  const acts = requireRole('operator')

  app.post(`${HEALTH_PATH}/recalculate`, acts, smallBody, async (c) => {
    const { state } = await startRecalculation(deps, adminOf(c))
    return c.redirect(state === 'started' ? HEALTH_PATH : `${HEALTH_PATH}?told=busy`, 303)
  })

  app.post(`${HEALTH_PATH}/runs/:run/cancel`, acts, smallBody, async (c) => {
    const admin = requireAllTenants(adminOf(c), 'Jobs are')
    const found = await findRun(deps.db.sql, c.req.param('run'))
    if (found?.job !== healthScores.name) throw new NotFound('There is no recalculation of this id.')
    const run = await cancelRun(deps.db.sql, found.id)
    if (run)
      await audit(deps.db.sql, {
        actor: actorOf(admin),
        action: 'job.cancel',
        target: run.job,
        detail: { run: run.id },
      })
    noteHealthRun()
    return c.redirect(HEALTH_PATH, 303)
  })
}
