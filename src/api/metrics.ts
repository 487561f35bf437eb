import type { Context, Hono } from 'hono'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { etagMatches, etagOf } from '../lib/etag.ts'
import { type MetricKey, metricKeys, metricOf } from '../metrics/catalogue.ts'
import { manySeries, type Point, summary } from '../metrics/query.ts'
import { factsOf, sourceOf } from '../metrics/source.ts'
import { compareOf, dimensionOf, metricsOf, spanOf } from './params.ts'

/** What a summary has without `metrics`. */
const HEADLINES = [
  'users.total',
  'users.new',
  'users.dau',
  'users.wau',
  'users.mau',
  'users.stickiness',
  'users.paid',
  'revenue.mrr',
  'revenue.arr',
  'revenue.paying_customers',
  'revenue.payments_volume',
  'ai.requests',
  'ai.cost',
  'api.error_rate',
  'api.latency_p95',
  'jobs.total',
  'jobs.success_rate',
  'system.uptime',
] as const satisfies readonly MetricKey[]

/** The catalogue and its numbers as JSON. */
export function mountMetricsApi(app: Hono<Env>, deps: Deps): void {
  const guard = allow({ scope: 'read', role: 'viewer' })

  app.get('/api/metrics', guard, (c) => json(c, { metrics: metricKeys.map(aboutOf) }))

  app.get('/api/metrics/summary', guard, async (c) => {
    const keys = metricsOf(c, HEADLINES)
    const compare = compareOf(c)
    const span = spanOf(c, deps)
    const found = await summary(deps, keys, { ...span, compare })
    const metrics = keys.map((key) => {
      const { value, previous, change, state } = found[key]
      return { metric: key, label: metricOf(key).label, ...unitOf(key, deps), value, previous, change, state }
    })
    return json(c, { ...spanText(span), compare, metrics })
  })

  app.get('/api/metrics/timeseries', guard, async (c) => {
    const keys = metricsOf(c)
    const by = dimensionOf(c, keys)
    const span = spanOf(c, deps)
    const found = await manySeries(deps, keys, { ...span, by })
    c.header('Server-Timing', `compute;dur=${Math.max(0, ...found.map(({ tookMs }) => tookMs)).toFixed(1)}`)
    const metrics = found.map(({ key, points, total, groups }) => ({
      metric: key,
      label: metricOf(key).label,
      ...unitOf(key, deps),
      points: dated(points),
      total,
      ...(groups && { groups: groups.map((group) => ({ ...group, points: dated(group.points) })) }),
    }))
    return json(c, { ...spanText(span), ...(by && { by }), metrics })
  })
}

function aboutOf(key: MetricKey) {
  const { label, unit, good, kind, definition, formula, action, by, warn, crit } = metricOf(key)
  const texts = { label, unit, good, kind, definition, formula, action, by, warn, crit }
  return { metric: key, ...texts, source: sourceOf(key), facts: factsOf(key) }
}

function unitOf(key: MetricKey, { config }: Deps) {
  const { unit } = metricOf(key)
  return unit === 'money' ? { unit, currency: config.currency } : { unit }
}

const spanText = ({ from, to, scope }: { from: string; to: string; scope: string }) => ({
  from,
  to,
  tenant: scope === '*' ? null : scope,
})

const dated = (points: Point[]) => points.map(({ day, value }) => ({ date: day, value }))

/** JSON with a tag of its content: who polls what has not changed gets 304. */
function json(c: Context<Env>, body: unknown): Response {
  const text = JSON.stringify(body)
  const etag = etagOf(text)
  c.header('ETag', etag)
  c.header('Cache-Control', 'private, no-cache')
  if (etagMatches(c.req.header('if-none-match'), etag)) return c.body(null, 304)
  return c.body(text, 200, { 'Content-Type': 'application/json; charset=utf-8' })
}
