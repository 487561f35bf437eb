import type { MetricKey } from '../metrics/catalogue.ts'

/** The ten tiles, in reading order. */
export const KPIS = [
  'users.total',
  'users.mau',
  'users.stickiness',
  'users.paid',
  'product.projects_open',
  'revenue.mrr',
  'revenue.payments_volume',
  'ai.cost',
  'revenue.mrr_to_ai_cost',
  'jobs.build_success_rate',
] as const satisfies readonly MetricKey[]

/** What stands small beside a tile's number, or behind it. */
export const COMPANIONS = [
  'users.new',
  'users.paid_ratio',
  'revenue.paying_customers',
  'revenue.customers_new',
  'product.projects_total',
  'revenue.payments_succeeded',
  'revenue.transactions',
] as const satisfies readonly MetricKey[]

/** Of this moment, whatever range is chosen: the strip's paid against free. */
export const PAID_SHARE = ['users.paid_ratio', 'users.total', 'users.paid'] as const satisfies readonly MetricKey[]

/** Shorter words where the tile is narrow. */
export const KPI_LABELS: Partial<Record<MetricKey, string>> = {
  'users.mau': 'Active users, 30 d',
  'users.stickiness': 'DAU ÷ MAU',
}

/** Today so far, against the whole of yesterday. */
export const TODAY = [
  'users.dau',
  'users.new',
  'jobs.builds_succeeded',
  'product.deploys',
  'ai.cost',
  'revenue.payments_volume',
  'users.growth_wow',
  'users.growth_mom',
] as const satisfies readonly MetricKey[]

export const NOW = [
  'users.online',
  'jobs.running',
  'jobs.queued',
  'ai.requests_last_hour',
  'api.error_rate_last_hour',
] as const satisfies readonly MetricKey[]

/** Those of them that Redis tells where it is configured: they are a card of their own, which goes with it. */
export const NOW_REDIS = [
  'users.online',
  'jobs.running',
  'jobs.queued',
] as const satisfies readonly (typeof NOW)[number][]

/** The tabs of the large chart; `of` is the metric behind the tab's number. */
export const TRENDS = {
  dau: { key: 'users.dau', of: 'users.dau_mean', label: 'Active a day' },
  wau: { key: 'users.wau', of: 'users.wau', label: '7 days' },
  mau: { key: 'users.mau', of: 'users.mau', label: '30 days' },
  new: { key: 'users.new', of: 'users.new', label: 'New users' },
} as const satisfies Record<string, { key: MetricKey; of: MetricKey; label: string }>
export type Trend = keyof typeof TRENDS
