import type { MetricKey } from '../metrics/catalogue.ts'

/**
 * Prefixes under which the metrics of other systems are documented: summary, timeseries, cohorts, export.csv and config
 * follow, with and without a slash at the end. `refusal` is what nobody in particular gets there.
 */
export const METRICS_PREFIXES = [
  { prefix: '/api/system/metrics', refusal: 403 },
  { prefix: '/system/metrics', refusal: 401 },
] as const

const LIVE: MetricKey[] = [
  'users.online',
  'ai.requests_per_minute',
  'ai.requests_last_hour',
  'api.calls_per_minute',
  'api.error_rate_last_hour',
  'jobs.queued',
  'jobs.running',
  'queue.ai',
  'queue.preview',
]

/** Pages of those systems: where a browser is led, and what answers a program. */
export const PAGES = {
  '': { page: '/dashboard', json: '/api/metrics/summary' },
  '/overview': { page: '/dashboard', json: '/api/metrics/summary' },
  '/live': { page: '/dashboard/live', json: `/api/metrics/summary?metrics=${LIVE.join(',')}` },
  '/health': { page: '/dashboard/health', json: '/api/health' },
  '/activity': { page: '/dashboard/activity', json: '/api/activity' },
  '/users': { page: '/dashboard/users', json: '/api/users' },
  '/alerts': { page: '/dashboard/alerts', json: '/api/alerts' },
  '/metrics': { page: '/dashboard/metrics', json: '/api/metrics' },
  '/emails': { page: '/dashboard/emails', json: '/api/emails' },
  '/settings': { page: '/dashboard/settings', json: '/api/metrics/config' },
} as const

/** Prefixes under which those pages are documented. */
export const PAGE_PREFIXES = ['/system/metrics', '/admin/analytics', '/api/analytics/dashboard'] as const

const acts = { role: 'operator', scope: 'act' } as const

/** Addresses that only have another name here: what is sent goes on to `to`, with the parameters of the path. */
export const RENAMED = [
  { method: 'post', path: '/auth/login', to: '/api/auth/login', summary: 'Sign in: a bearer token of an hour' },
  {
    method: 'post',
    path: '/api/analytics/dashboard/run-daily',
    to: '/api/jobs/daily/run',
    summary: 'Run the daily tasks now',
    rule: acts,
  },
  {
    method: 'post',
    path: '/emails/send',
    to: '/api/emails/send',
    summary: 'Send a mail to one user',
    rule: acts,
  },
  {
    method: 'post',
    path: '/api/analytics/dashboard/user/:token/retry',
    to: '/api/users/:token/actions/retry-build',
    summary: 'Retry the last failed build of a user',
    rule: acts,
  },
  {
    method: 'post',
    path: '/api/analytics/dashboard/user/:token/redeploy',
    to: '/api/users/:token/actions/redeploy',
    summary: 'Deploy the site of a user again',
    rule: acts,
  },
  { method: 'post', path: '/users', to: '/api/users', summary: 'Make a user in the main app', rule: acts },
  {
    method: 'post',
    path: '/api/analytics/dashboard/health/recalculate',
    to: '/api/health/recalculate',
    summary: 'Score the health of all users anew',
    rule: acts,
  },
] as const

/** /stats and its other name. */
export const STATS_PATHS = ['/stats', '/api/stats'] as const
