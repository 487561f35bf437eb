import type { Hono } from 'hono'
import { HEADLINES } from '../api/metrics.ts'
import { serve } from '../api/operation.ts'
import { dimensionOf, metricsOf, peopleOf, type Span, spanOf } from '../api/params.ts'
import { type AskedTable, fileOfTable } from '../api/tables-operations.ts'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import { today } from '../lib/time.ts'
import { ACTIVITY_HEADER, activityCsvRows } from './activity.ts'
import { tableQueryOf } from './asked.ts'
import { csvResponse } from './csv.ts'
import { metricsHeader, metricsRows } from './metrics.ts'
import { activityFile, exportFile, metricsFile, usageFile } from './operations.ts'
import { tableCsvRows } from './table-csv.ts'
import { tables } from './tables/index.ts'
import { USAGE_HEADER, usageRows } from './usage-analytics.ts'

/** At its second address nothing need be named. */
const METRIC_FILES = [
  { file: metricsFile, fallback: undefined },
  { file: exportFile, fallback: HEADLINES },
]

/** The CSV files: every metric, every table of facts, the daily usage table, the activity feed. */
export function mountExports(app: Hono<Env>, deps: Deps): void {
  const guard = allow({ scope: 'read', role: 'viewer' })

  for (const { file, fallback } of METRIC_FILES) {
    serve(app, file, guard, async (c, asked) => {
      const catalogue = await freshCatalogue(deps)
      const keys = metricsOf(catalogue, asked.metrics, fallback)
      const by = dimensionOf(catalogue, asked.by, keys)
      const span = spanOf(c, deps, asked)
      const { compare } = asked
      const people = await peopleOf(c, deps, asked)
      const wanted = { keys, by, compare, ...span, ...people }
      const of = [people.plan, people.segment].filter(Boolean).join('-')
      const name = keys.length > 3 ? `${keys.length}-metrics` : keys.join('-')
      return csvResponse(
        c,
        nameOf([name, by && `by-${by}`, of].filter(Boolean).join('-'), span),
        metricsHeader(wanted, catalogue.of),
        metricsRows(deps, wanted),
      )
    })
  }

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
