import type { Context, Hono } from 'hono'
import { type ActivityKind, ALL_KINDS } from '../activity/kinds.ts'
import { BadParameter, dimensionOf, listParameter, metricsOf, type Span, spanOf } from '../api/params.ts'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { ACTIVITY_HEADER, activityCsvRows } from './activity.ts'
import { csvResponse } from './csv.ts'
import { metricsHeader, metricsRows } from './metrics.ts'
import { USAGE_HEADER, usageRows } from './usage-analytics.ts'

/** The CSV files: every metric, the daily usage table, the activity feed. */
export function mountExports(app: Hono<Env>, deps: Deps): void {
  const guard = allow({ scope: 'read', role: 'viewer' })

  app.get('/exports/metrics.csv', guard, (c) => {
    const keys = metricsOf(c)
    const by = dimensionOf(c, keys)
    const span = spanOf(c, deps)
    const asked = { keys, by, ...span }
    const name = keys.length > 3 ? `${keys.length}-metrics` : keys.join('-')
    return csvResponse(c, nameOf(by ? `${name}-by-${by}` : name, span), metricsHeader(asked), metricsRows(deps, asked))
  })

  app.get('/exports/usage_analytics_daily.csv', guard, (c) => {
    const span = spanOf(c, deps)
    return csvResponse(c, nameOf('usage_analytics_daily', span), [...USAGE_HEADER], usageRows(deps, span))
  })

  app.get('/exports/activity.csv', guard, (c) => {
    const asked = { ...spanOf(c, deps), kinds: kindsOf(c) }
    return csvResponse(c, nameOf('activity', asked), ACTIVITY_HEADER, activityCsvRows(deps, asked))
  })
}

const nameOf = (what: string, { from, to, scope }: Span): string =>
  [what, ...(scope === '*' ? [] : [scope]), from, to].join('-')

function kindsOf(c: Context<Env>): ActivityKind[] | undefined {
  const given = listParameter(c, 'kinds')
  if (given.length === 0) return undefined
  return given.map((text) => {
    const kind = ALL_KINDS.find((known) => known === text)
    if (!kind) throw new BadParameter('kinds', `“${text.slice(0, 40)}” is not one of ${ALL_KINDS.join(', ')}.`)
    return kind
  })
}
