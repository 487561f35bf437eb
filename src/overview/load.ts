import { type ActivityPage, activityPage } from '../activity/feed.ts'
import { type Alert, openAlerts } from '../alerts/list.ts'
import { alertsVersion } from '../alerts/version.ts'
import { loadAnnotations, loadHourAnnotations } from '../annotations/on-charts.ts'
import type { Annotation } from '../annotations/read.ts'
import { type AtRiskGlance, loadAtRiskGlance } from '../health/load.ts'
import { peopleOf } from '../lib/filters.ts'
import type { Card } from '../lib/settle.ts'
import { addDays } from '../lib/time.ts'
import { type Spans, type Summaries, spansOf } from '../metric-view.ts'
import type { MetricKey } from '../metrics/catalogue.ts'
import { live, type Series, series, summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'
import { type Health, loadHealth } from './health.ts'
import { type AiHour, aiHours } from './hours.ts'
import { COMPANIONS, KPIS, NOW, NOW_REDIS, PAID_SHARE, TODAY, TRENDS, type Trend } from './keys.ts'
import { type Queue, queueDepths } from './queues.ts'

export interface OverviewData {
  trend: Trend
  now: Card<Record<string, number | null>>
  /** Of the strip, what Redis tells where it is configured. */
  nowRedis: Card<Record<string, number | null>>
  queues: Card<Queue[]>
  health: Card<Health>
  kpis: Card<Summaries>
  /** The tiles over 7, 30 and 90 days, for their popovers. */
  spans: Card<Spans>
  day: Card<Summaries>
  trends: Card<Summaries>
  hours: Card<AiHour[]>
  latency: Card<Summaries>
  plans: Card<Series>
  fortnight: Card<Series>
  builds: Card<Summaries>
  alerts: Card<Alert[]>
  activity: Card<ActivityPage>
  atRisk: Card<AtRiskGlance>
  annotations: Card<Annotation[]>
  /** Of the last day, by the hour. */
  lately: Card<Annotation[]>
}

/** Newest rows of the feed on the Overview. */
const FEED_ROWS = 8
export const FORTNIGHT = 14

/** All cards at the same time; each has its own budget and fails alone. */
export async function loadOverview(context: PageContext): Promise<OverviewData> {
  const { deps, filters, query } = context
  const { scope, from, to, compare, today } = filters
  const people = peopleOf(filters)
  const range = { ...people, from, to, compare }
  const trend: Trend = Object.hasOwn(TRENDS, query.trend ?? '') ? (query.trend as Trend) : 'dau'
  const nowKeys = NOW.filter((key) => !(NOW_REDIS as readonly string[]).includes(key))
  const trendKeys: MetricKey[] = Object.values(TRENDS).map(({ of }) => of)
  const folded = { folded: true }
  const cards = {
    now: card(context, 'now', () => readLive(context, nowKeys)),
    nowRedis: card(context, 'now-redis', () => readLive(context, NOW_REDIS)),
    queues: card(context, 'queues', () => queueDepths(deps, scope)),
    health: card(context, 'health', () => loadHealth(deps, scope)),
    kpis: card(context, 'kpis', () => summary(deps, [...KPIS, ...COMPANIONS], range), folded),
    spans: card(context, 'spans', () => spansOf(deps, KPIS, filters), { ...folded, slow: true }),
    day: card(
      context,
      'today',
      () => summary(deps, [...TODAY, ...PAID_SHARE], { ...people, from: today, to: today, compare: 'previous' }),
      folded,
    ),
    trends: card(context, 'trends', () => summary(deps, trendKeys, range), folded),
    hours: card(context, 'hours', () => aiHours(deps, scope)),
    latency: card(
      context,
      'latency',
      () => summary(deps, ['ai.latency_avg', 'ai.latency_p95'], { ...range, compare: 'none' }),
      folded,
    ),
    plans: card(
      context,
      'plans',
      () => series(deps, 'users.dau', { ...people, from, to, by: 'class', totals: false }),
      folded,
    ),
    fortnight: card(
      context,
      'fortnight',
      () => series(deps, 'users.dau', { ...people, from: addDays(today, 1 - FORTNIGHT), to: today, totals: false }),
      folded,
    ),
    builds: card(
      context,
      'builds',
      () => summary(deps, ['jobs.builds_succeeded', 'jobs.builds_failed'], { ...range, compare: 'none' }),
      folded,
    ),
    alerts: card(context, 'alerts-open', () => openAlerts(deps, { who: context.admin, scope }), {
      key: `${alertsVersion()}|${context.admin.tenants?.join() ?? '*'}`,
    }),
    activity: card(context, 'notable', () => activityPage(deps, { scope, limit: FEED_ROWS, notable: true })),
    atRisk: loadAtRiskGlance(context),
    annotations: loadAnnotations(context),
    lately: loadHourAnnotations(context, { from: addDays(today, -1), to: today }),
  }
  return { trend, ...(await allOf(cards)) }
}

/** The cards by name, when all of them have settled. */
async function allOf<T extends Record<string, Promise<unknown>>>(cards: T): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const entries = await Promise.all(Object.entries(cards).map(async ([name, one]) => [name, await one] as const))
  return Object.fromEntries(entries) as { [K in keyof T]: Awaited<T[K]> }
}

async function readLive(
  { deps, filters }: PageContext,
  keys: readonly MetricKey[],
): Promise<Record<string, number | null>> {
  const values = await Promise.all(keys.map((key) => live(deps, key, filters.scope)))
  return Object.fromEntries(keys.map((key, i) => [key, values[i] ?? null]))
}
