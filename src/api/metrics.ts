import type { Hono } from 'hono'
import { allow } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { type MetricKey, metricKeys, metricOf } from '../metrics/catalogue.ts'
import { manySeries, type Point, summary } from '../metrics/query.ts'
import { factsOf, sourceOf } from '../metrics/source.ts'
import { json } from './json.ts'
import { configOfMetrics, listMetrics, summaryOfMetrics, timeseriesOfMetrics } from './metrics-operations.ts'
import { serve } from './operation.ts'
import { dimensionOf, metricsOf, spanOf } from './params.ts'

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

  serve(app, listMetrics, guard, (c) => json(c, { metrics: metricKeys.map(aboutOf) }))

  serve(app, configOfMetrics, guard, (c) => json(c, configOf(deps)))

  serve(app, summaryOfMetrics, guard, async (c, asked) => {
    const keys = metricsOf(asked.metrics, HEADLINES)
    const { compare } = asked
    const span = spanOf(c, deps, asked)
    const found = await summary(deps, keys, { ...span, compare })
    const metrics = keys.map((key) => {
      const { value, previous, change, state, away } = found[key]
      const about = { metric: key, label: metricOf(key).label, ...unitOf(key, deps) }
      return { ...about, value, previous, change, state, ...(away !== undefined && { unavailable: away }) }
    })
    return json(c, { ...spanText(span), compare, metrics })
  })

  serve(app, timeseriesOfMetrics, guard, async (c, asked) => {
    const keys = metricsOf(asked.metrics)
    const by = dimensionOf(asked.by, keys)
    const span = spanOf(c, deps, asked)
    const { compare } = asked
    const found = await manySeries(deps, keys, { ...span, by, compare })
    c.header('Server-Timing', `compute;dur=${Math.max(0, ...found.map(({ tookMs }) => tookMs)).toFixed(1)}`)
    const metrics = found.map(({ key, points, total, groups, previous }) => ({
      metric: key,
      label: metricOf(key).label,
      ...unitOf(key, deps),
      points: dated(points),
      total,
      ...(previous && { previous: { points: dated(previous.points), total: previous.total } }),
      ...(groups && { groups: groups.map((group) => ({ ...group, points: dated(group.points) })) }),
    }))
    return json(c, { ...spanText(span), ...(by && { by }), ...(compare !== 'none' && { compare }), metrics })
  })
}

function aboutOf(key: MetricKey) {
  const { label, unit, good, kind, definition, formula, action, by, warn, crit } = metricOf(key)
  const texts = { label, unit, good, kind, definition, formula, action, by, warn, crit }
  return { metric: key, ...texts, source: sourceOf(key), facts: factsOf(key) }
}

/** The thresholds, and the settings that metrics are computed with. */
export function configOf(deps: Deps) {
  const { config } = deps
  return {
    settings: {
      time_zone: config.timeZone,
      currency: config.currency,
      active_definition: config.activeDefinition,
      passive_events: config.passiveEvents,
      login_events: config.loginEvents,
      target_p95_ms: config.targetP95Ms,
      retention_days: config.retentionDays,
      privacy: config.privacy,
    },
    thresholds: metricKeys.flatMap((key) => {
      const { label, good, warn, crit } = metricOf(key)
      if (warn === undefined && crit === undefined) return []
      return [{ metric: key, label, ...unitOf(key, deps), good, warn, crit }]
    }),
  }
}

function unitOf(key: MetricKey, { config }: Pick<Deps, 'config'>) {
  const { unit } = metricOf(key)
  return unit === 'money' ? { unit, currency: config.currency } : { unit }
}

const spanText = ({ from, to, scope }: { from: string; to: string; scope: string }) => ({
  from,
  to,
  tenant: scope === '*' ? null : scope,
})

const dated = (points: Point[]) => points.map(({ day, value }) => ({ date: day, value }))
