import type { Hono } from 'hono'
import { serve } from '../api/operation.ts'
import { dimensionOf, metricsOf, type Span, spanOf } from '../api/params.ts'
import { type AskedTable, fileOfTable } from '../api/tables-operations.ts'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { today } from '../lib/time.ts'
import { ACTIVITY_HEADER, activityCsvRows } from './activity.ts'
import { tableQueryOf } from './asked.ts'
import { csvResponse } from './csv.ts'
import { metricsHeader, metricsRows } from './metrics.ts'
import { activityFile, metricsFile, usageFile } from './operations.ts'
import { tableCsvRows } from './table-csv.ts'
import { tables } from './tables/index.ts'
import { USAGE_HEADER, usageRows } from './usage-analytics.ts'

/** The CSV files: every metric, every table of facts, the daily usage table, the activity feed. */
export function mountExports(app: Hono<Env>, deps: Deps): void {
  const guard = allow({ scope: 'read', role: 'viewer' })

  serve(app, metricsFile, guard, (c, asked) => {
    const keys = metricsOf(asked.metrics)
    const by = dimensionOf(asked.by, keys)
    const span = spanOf(c, deps, asked)
    const { compare } = asked
    const wanted = { keys, by, compare, ...span }
    const name = keys.length > 3 ? `${keys.length}-metrics` : keys.join('-')
    return csvResponse(
      c,
      nameOf(by ? `${name}-by-${by}` : name, span),
      metricsHeader(wanted),
      metricsRows(deps, wanted),
    )
  })

  serve(app, usageFile, guard, (c, asked) => {
    const span = spanOf(c, deps, asked)
    return csvResponse(c, nameOf('usage_analytics_daily', span), [...USAGE_HEADER], usageRows(deps, span))
  })

  serve(app, activityFile, guard, (c, asked) => {
    const wanted = { ...spanOf(c, deps, asked), kinds: asked.kinds }
    return csvResponse(c, nameOf('activity', wanted), ACTIVITY_HEADER, activityCsvRows(deps, wanted))
  })

  for (const table of tables) {
    serve(app, fileOfTable(table), guard, (c, asked) => {
      const query = tableQueryOf(c, deps, table, asked as AskedTable)
      const { scope, from, to = today(deps.now(), deps.config.timeZone) } = query
      const name = nameOf(table.name, { scope, from, to })
      return csvResponse(c, name, Object.keys(table.columns), tableCsvRows(deps, table, query))
    })
  }
}

/** What, of whom, from when to when: a download folder tells its files apart. */
const nameOf = (what: string, { from, to, scope }: Partial<Span>): string =>
  [what, scope === '*' ? undefined : scope, from, to].filter(Boolean).join('-')
