import type { Context, Hono } from 'hono'
import { smallBody } from '../auth/forms.ts'
import { allow, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { type Catalogue, freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import type { Day } from '../lib/time.ts'
import type { AnyKey, MetricKey } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'
import { manySeries, type Point, type Summary, summary } from '../metrics/query.ts'
import { factsOf, sourceOf } from '../metrics/source.ts'
import { changeSettings } from '../settings/change.ts'
import { freshSettings } from '../settings/store.ts'
import { standingLimits } from '../settings/threshold-view.ts'
import { readJson } from './body.ts'
import { json } from './json.ts'
import {
  changeConfig,
  configBody,
  configOfMetrics,
  listMetrics,
  summaryOfMetrics,
  timeseriesOfMetrics,
} from './metrics-operations.ts'
import { serve } from './operation.ts'
import { dimensionOf, metricsOf, peopleOf, spanOf } from './params.ts'

/** What a summary has without `metrics`. */
export const HEADLINES = [
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

  serve(app, listMetrics, guard, async (c) => {
    const catalogue = await freshCatalogue(deps)
    return json(c, { metrics: catalogue.keys.map((key) => aboutOf(catalogue, key)) })
  })

  serve(app, configOfMetrics, guard, async (c) => json(c, await configOf(deps)))

  serve(app, changeConfig, CONFIGURES, (c) => answerChange(c, deps))

  serve(app, summaryOfMetrics, guard, async (c, asked) => {
    const catalogue = await freshCatalogue(deps)
    const keys = metricsOf(catalogue, asked.metrics, HEADLINES)
    const { compare } = asked
    const span = spanOf(c, deps, asked)
    const people = await peopleOf(c, deps, asked)
    const found = await summary(deps, keys, { ...span, ...people, compare })
    const metrics = keys.map((key) => {
      const metric = catalogue.of(key)
      const { value, previous, change, state, away, ignored, aged } = found[key] as Summary
      const about = { metric: key, label: metric.label, ...unitOf(metric, deps) }
      const gaps = { ...(away !== undefined && { unavailable: away }), ...(ignored && { filters_ignored: ignored }) }
      return { ...about, value, previous, change, state, ...gaps, ...agedText(aged) }
    })
    return json(c, { ...spanText(span), ...people, compare, metrics })
  })

  serve(app, timeseriesOfMetrics, guard, async (c, asked) => {
    const catalogue = await freshCatalogue(deps)
    const keys = metricsOf(catalogue, asked.metrics)
    const by = dimensionOf(catalogue, asked.by, keys)
    const span = spanOf(c, deps, asked)
    const { compare } = asked
    const people = await peopleOf(c, deps, asked)
    const found = await manySeries(deps, keys, { ...span, ...people, by, compare })
    c.header('Server-Timing', `compute;dur=${Math.max(0, ...found.map(({ tookMs }) => tookMs)).toFixed(1)}`)
    const metrics = found.map(({ key, points, total, groups, previous, ignored, aged }) => ({
      metric: key,
      label: catalogue.of(key).label,
      ...unitOf(catalogue.of(key), deps),
      points: dated(points),
      total,
      ...(previous && { previous: { points: dated(previous.points), total: previous.total } }),
      ...(groups && { groups: groups.map((group) => ({ ...group, points: dated(group.points) })) }),
      ...(ignored && { filters_ignored: ignored }),
      ...agedText(aged),
    }))
    return json(c, { ...spanText(span), ...people, ...(by && { by }), ...(compare !== 'none' && { compare }), metrics })
  })
}

function aboutOf({ of }: Pick<Catalogue, 'of'>, key: AnyKey) {
  const { label, unit, good, kind, definition, formula, action, by, warn, crit } = of(key)
  const texts = { label, unit, good, kind, definition, formula, action, by, warn, crit }
  return { metric: key, ...texts, source: sourceOf(key, of), facts: factsOf(key, of) }
}

/** Who may change the configuration by API. */
export const CONFIGURES = [allow({ role: 'owner', scope: 'act' }), smallBody]

/** Changes what the body names; answers the configuration as it is then. */
export async function answerChange(c: Context<Env>, deps: Deps): Promise<Response> {
  const { settings = {}, thresholds = {} } = await readJson(c, configBody)
  await changeSettings(deps, whoOf(c), { settings, thresholds })
  return c.json(await configOf(deps))
}

/** The thresholds, and the settings that metrics are computed with. */
export async function configOf(deps: Deps) {
  const { config } = deps
  const { keys, of } = await freshCatalogue(deps)
  return {
    settings: {
      ...(await freshSettings(deps)),
      time_zone: config.timeZone,
      currency: config.currency,
      active_definition: config.activeDefinition,
      passive_events: config.passiveEvents,
      login_events: config.loginEvents,
      target_p95_ms: config.targetP95Ms,
      retention_days: config.retentionDays,
      privacy: config.privacy,
    },
    thresholds: keys.flatMap((key) => {
      const { label, good, warn, crit } = of(key)
      const { changed } = standingLimits(deps, key)
      if (warn === undefined && crit === undefined && !changed) return []
      return [{ metric: key, label, ...unitOf(of(key), deps), good, warn, crit, changed }]
    }),
  }
}

function unitOf({ unit }: Metric, { config }: Pick<Deps, 'config'>) {
  return unit === 'money' ? { unit, currency: config.currency } : { unit }
}

const spanText = ({ from, to, scope }: { from: string; to: string; scope: string }) => ({
  from,
  to,
  tenant: scope === '*' ? null : scope,
})

/** The days of the answer that an older definition of the metric made; a backfill has them computed anew. */
const agedText = (aged: Day[] | undefined) =>
  aged && { older_definition: { days: aged.length, from: aged[0], to: aged.at(-1) } }

const dated = (points: Point[]) => points.map(({ day, value }) => ({ date: day, value }))
