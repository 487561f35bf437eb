import type { Hono } from 'hono'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { type Span, spanOf } from '../api/params.ts'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { listCohorts } from './operations.ts'
import { type CohortPeriod, readCohorts } from './read.ts'

/** Retention of cohorts as JSON. */
export function mountCohortsApi(app: Hono<Env>, deps: Deps): void {
  serve(app, listCohorts, allow({ role: 'viewer', scope: 'read' }), async (c, asked) => {
    const span = spanOf(c, deps, asked)
    const tenant = span.scope === '*' ? null : span.scope
    return json(c, { from: span.from, to: span.to, tenant, ...(await cohortsOf(deps, span, asked.period)) })
  })
}

/** What every address of cohorts tells. */
export async function cohortsOf(deps: Deps, span: Span, period: CohortPeriod) {
  const { cohorts, mean, computedAt } = await readCohorts(deps, span, period)
  return { cohorts, mean, computed_at: computedAt?.toISOString() ?? null }
}
