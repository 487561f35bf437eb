import type { Context, Hono } from 'hono'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { type AskedSpan, dimensionOf, metricsOf, peopleOf, type Span, spanOf } from '../api/params.ts'
import { BadParameter } from '../api/query.ts'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import { csvResponse } from '../exports/csv.ts'
import { Problem } from '../lib/errors.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import type { AskedPeople } from '../metrics/people.ts'
import { cursorOf, placeOf } from './cursor.ts'
import { rowsFile, rowsOfMetric } from './operations.ts'
import type { MetricRow } from './read.ts'
import { allRowsOf, NOT_KNOWN, type RowsHead, type RowsQuery, rowsOf } from './rows.ts'

/** The rows beneath a metric: as JSON a page at a time, as CSV whole. */
export function mountMetricRows(app: Hono<Env>, deps: Deps): void {
  const guard = allow({ scope: 'read', role: 'viewer' })

  serve(app, rowsOfMetric, guard, async (c, asked) => {
    const { key, query, span } = await queryOf(c, deps, asked)
    const after = placeOf(asked.cursor)
    if (asked.cursor && !after) throw new BadParameter('cursor', 'This is not the cursor of such a page.')
    const page = await rowsOf(deps, key, query, { after, limit: asked.limit })
    checkPart(page, asked.part)
    const { value, of, parts, amount, unavailable, ignored, columns, rows, next } = page
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
      ...(query.plan !== undefined && { plan: query.plan }),
      ...(query.segment !== undefined && { segment: query.segment }),
      ...(ignored && { filters_ignored: ignored }),
      columns: Object.entries(columns).map(([name, { label, type }]) => ({ name, label, type })),
      rows: rows.map(({ cells, weight }) => ({ ...cells, weight })),
      next: next ? cursorOf(next) : null,
    })
  })

  serve(app, rowsFile, guard, async (c, asked) => {
    const { key, query, span } = await queryOf(c, deps, asked)
    const { head, rows } = await allRowsOf(deps, key, query)
    checkPart(head, asked.part)
    if (head.unavailable !== undefined && head.unavailable !== NOT_KNOWN)
      throw new Problem(422, 'There are no rows', head.unavailable)
    const { scope, from, to } = span
    const people = head.ignored ? [] : [query.plan, query.segment]
    const tenant = scope === '*' ? undefined : scope
    const name = [key, 'rows', head.of?.part, tenant, ...people, from, to].filter(Boolean).join('-')
    return csvResponse(c, name, [...Object.keys(head.columns), 'weight'], cellsOf(head, rows))
  })
}

interface Asked extends AskedSpan, AskedPeople {
  metric: string
  part?: string
  by?: string
  group?: string
}

async function queryOf(
  c: Context<Env>,
  deps: Deps,
  asked: Asked,
): Promise<{ key: AnyKey; query: RowsQuery; span: Span }> {
  const catalogue = await freshCatalogue(deps)
  const [key] = metricsOf(catalogue, [asked.metric])
  if (!key) throw new BadParameter('metric', 'Name a metric.')
  const by = dimensionOf(catalogue, asked.by, [key])
  const span = spanOf(c, deps, asked)
  const group = by === undefined ? undefined : { by, value: asked.group ?? '' }
  const people = await peopleOf(c, deps, asked)
  return { key, span, query: { ...span, ...people, part: asked.part, group } }
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
