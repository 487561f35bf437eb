import { type ActivityPage, activityPage } from '../activity/feed.ts'
import type { Card } from '../lib/settle.ts'
import { addDays } from '../lib/time.ts'
import type { Summaries } from '../metric-view.ts'
import type { MetricKey } from '../metrics/catalogue.ts'
import { live, type Series, series, summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'
import { type AiHour, aiHours } from './hours.ts'
import { HEALTH, KPIS, NOW, TODAY, TRENDS, type Trend } from './keys.ts'

export interface OverviewData {
  trend: Trend
  now: Card<Record<string, number | null>>
  health: Card<Summaries>
  kpis: Card<Summaries>
  day: Card<Summaries>
  trends: Card<Summaries>
  hours: Card<AiHour[]>
  latency: Card<Summaries>
  plans: Card<Series>
  fortnight: Card<Series>
  builds: Card<Summaries>
  activity: Card<ActivityPage>
}

/** Newest rows of the feed on the Overview. */
const FEED_ROWS = 10
export const FORTNIGHT = 14

/** All cards at the same time; each has its own budget and fails alone. */
export async function loadOverview(context: PageContext): Promise<OverviewData> {
  const { deps, filters, query } = context
  const { scope, from, to, compare, today } = filters
  const range = { scope, from, to, compare }
  const trend: Trend = Object.hasOwn(TRENDS, query.trend ?? '') ? (query.trend as Trend) : 'dau'
  const trendKeys: MetricKey[] = Object.values(TRENDS).map(({ of }) => of)
  const [now, health, kpis, day, trends, hours, latency, plans, fortnight, builds, activity] = await Promise.all([
    card(context, 'now', () => readLive(context, NOW)),
    card(context, 'health', () =>
      summary(deps, HEALTH, { scope, from: addDays(today, -1), to: today, compare: 'previous' }),
    ),
    card(context, 'kpis', () => summary(deps, KPIS, range)),
    card(context, 'today', () => summary(deps, TODAY, { scope, from: today, to: today, compare: 'previous' })),
    card(context, 'trends', () => summary(deps, trendKeys, range)),
    card(context, 'hours', () => aiHours(deps, scope)),
    card(context, 'latency', () => summary(deps, ['ai.latency_avg', 'ai.latency_p95'], range)),
    card(context, 'plans', () => series(deps, 'users.dau', { scope, from, to, by: 'class' })),
    card(context, 'fortnight', () =>
      series(deps, 'users.dau', { scope, from: addDays(today, 1 - FORTNIGHT), to: today }),
    ),
    card(context, 'builds', () => summary(deps, ['jobs.builds_succeeded', 'jobs.builds_failed'], range)),
    card(context, 'notable', () => activityPage(deps, { scope, limit: FEED_ROWS, notable: true })),
  ])
  return { trend, now, health, kpis, day, trends, hours, latency, plans, fortnight, builds, activity }
}

async function readLive(
  { deps, filters }: PageContext,
  keys: readonly MetricKey[],
): Promise<Record<string, number | null>> {
  const values = await Promise.all(keys.map((key) => live(deps, key, filters.scope)))
  return Object.fromEntries(keys.map((key, i) => [key, values[i] ?? null]))
}
