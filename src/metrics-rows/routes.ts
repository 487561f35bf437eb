import type { Context, Hono } from 'hono'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { type AskedSpan, dimensionOf, metricsOf, type Span, spanOf } from '../api/params.ts'
import { BadParameter } from '../api/query.ts'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { csvResponse } from '../exports/csv.ts'
import { Problem } from '../lib/errors.ts'
import type { MetricKey } from '../metrics/catalogue.ts'
import { cursorOf, placeOf } from './cursor.ts'
import { rowsFile, rowsOfMetric } from './operations.ts'
import type { MetricRow } from './read.ts'
import { allRowsOf, NOT_KNOWN, type RowsHead, type RowsQuery, rowsOf } from './rows.ts'

/** The rows beneath a metric: as JSON a page at a time, as CSV whole. */
export function mountMetricRows(app: Hono<Env>, deps: Deps): void {
  const guard = allow({ scope: 'read', role: 'viewer' })

  serve(app, rowsOfMetric, guard, async (c, asked) => {
    const { key, query, span } = queryOf(c, deps, asked)
    const after = placeOf(asked.cursor)
    if (asked.cursor && !after) throw new BadParameter('cursor', 'This is not the cursor of such a page.')
    const page = await rowsOf(deps, key, query, { after, limit: asked.limit })
    checkPart(page, asked.part)
    const { value, of, parts, amount, unavailable, columns, rows, next } = page
    return json(c, {
      from: span.from,
      to: span.to,
      tenant: span.scope === '*' ? null : span.scope,
      metric: key,
      value,
      part: of?.part ?? '',
      parts,
      makes: of?.makes ?? null,
      amount,
      ...(unavailable !== undefined && { unavailable }),
      columns: Object.entries(columns).map(([name, { label, type }]) => ({ name, label, type })),
      rows: rows.map(({ cells, weight }) => ({ ...cells, weight })),
      next: next ? cursorOf(next) : null,
    })
  })

  serve(app, rowsFile, guard, async (c, asked) => {
    const { key, query, span } = queryOf(c, deps, asked)
    const { head, rows } = await allRowsOf(deps, key, query)
    checkPart(head, asked.part)
    if (head.unavailable !== undefined && head.unavailable !== NOT_KNOWN)
      throw new Problem(422, 'There are no rows', head.unavailable)
    const { scope, from, to } = span
    const name = [key, 'rows', head.of?.part, scope === '*' ? undefined : scope, from, to].filter(Boolean).join('-')
    return csvResponse(c, name, [...Object.keys(head.columns), 'weight'], cellsOf(head, rows))
  })
}

interface Asked extends AskedSpan {
  metric: string
  part?: string
  by?: string
  group?: string
}

function queryOf(c: Context<Env>, deps: Deps, asked: Asked): { key: MetricKey; query: RowsQuery; span: Span } {
  const [key] = metricsOf([asked.metric])
  if (!key) throw new BadParameter('metric', 'Name a metric.')
  const by = dimensionOf(asked.by, [key])
  const span = spanOf(c, deps, asked)
  const group = by === undefined ? undefined : { by, value: asked.group ?? '' }
  return { key, span, query: { ...span, part: asked.part, group } }
}

/** A program that names a part which is not there must not take the rows of another for it. */
function checkPart({ parts }: RowsHead, part: string | undefined): void {
  if (part === undefined || parts.some((one) => one.part === part)) return
  const known = parts.map((one) => one.part).filter((one) => one !== '')
  throw new BadParameter('part', known.length ? `It is one of ${known.join(', ')}.` : 'This metric has no parts.')
}

async function* cellsOf({ columns }: RowsHead, batches: AsyncGenerator<MetricRow[]>) {
  const names = Object.keys(columns)
  for await (const rows of batches)
    yield rows.map(({ cells, weight }) => [...names.map((name) => cells[name] ?? null), weight])
}
