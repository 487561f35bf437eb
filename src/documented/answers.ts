import type { Context } from 'hono'
import { json } from '../api/json.ts'
import { configOf } from '../api/metrics.ts'
import { spanOf } from '../api/params.ts'
import { whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import { cohortsOf } from '../cohorts/api.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { csvResponse } from '../exports/csv.ts'
import { today } from '../lib/time.ts'
import type { MetricKey } from '../metrics/catalogue.ts'
import { summary } from '../metrics/query.ts'
import { DAY_COLUMNS, daysOf, meanOf } from './days.ts'

/** What those addresses are asked. */
export interface AskedPeriod {
  start?: string
  end?: string
  tenant?: string
  /** Of cohorts. */
  period?: 'week' | 'month'
}

type Answering = (c: Context<Env>, deps: Deps, asked: AskedPeriod) => Response | Promise<Response>

export const answerSummary: Answering = async (c, deps, asked) => {
  const span = periodOf(c, deps, asked)
  const { days, totals } = await daysOf(deps, span)
  return json(c, {
    ...spanText(span),
    financial: { mrr: totals.mrr, arr: totals.mrr === null ? null : totals.mrr * 12, currency: deps.config.currency },
    customers: { total: totals.customers_total, new: totals.customers_new },
    engagement: { dau_avg: meanOf(days.map(({ dau }) => dau)), mau_avg: meanOf(days.map(({ mau }) => mau)) },
    jobs: { total: totals.jobs_total, success_rate: totals.jobs_success_rate },
  })
}

export const answerTimeseries: Answering = async (c, deps, asked) => {
  const span = periodOf(c, deps, asked)
  const { days } = await daysOf(deps, span)
  return json(c, { ...spanText(span), points: days })
}

export const answerCohorts: Answering = async (c, deps, asked) => {
  const span = periodOf(c, deps, asked)
  return json(c, { ...spanText(span), ...(await cohortsOf(deps, span, asked.period ?? 'week')) })
}

export const answerFile: Answering = async (c, deps, asked) => {
  const span = periodOf(c, deps, asked)
  const { days } = await daysOf(deps, span)
  async function* rows() {
    yield days.map((day) => [day.date, ...DAY_COLUMNS.map((column) => day[column])])
  }
  return csvResponse(c, `metrics-${span.from}-${span.to}`, ['date', ...DAY_COLUMNS], rows())
}

export const answerConfig: Answering = async (c, deps) => json(c, await configOf(deps))

const STATS = [
  'users.total',
  'users.online',
  'users.dau',
  'revenue.mrr',
  'revenue.paying_customers',
  'ai.requests',
  'ai.cost_30d',
  'jobs.queued',
  'jobs.running',
] as const satisfies readonly MetricKey[]

/** A handful of numbers as they are now. */
export async function answerStats(c: Context<Env>, deps: Deps, { tenant }: { tenant?: string }): Promise<Response> {
  const day = today(deps.now(), deps.config.timeZone)
  const scope = scopeOf(whoOf(c), tenant)
  const found = await summary(deps, STATS, { scope, from: day, to: day, compare: 'none' })
  const value = (key: (typeof STATS)[number]) => found[key].value
  return json(c, {
    as_of: deps.now().toISOString(),
    users: { total: value('users.total'), online: value('users.online'), active_today: value('users.dau') },
    revenue: {
      mrr: value('revenue.mrr'),
      paying_customers: value('revenue.paying_customers'),
      currency: deps.config.currency,
    },
    ai: { requests_today: value('ai.requests'), cost_30d: value('ai.cost_30d') },
    jobs: { queued: value('jobs.queued'), running: value('jobs.running') },
  })
}

const periodOf = (c: Context<Env>, deps: Deps, { start, end, tenant }: AskedPeriod) =>
  spanOf(c, deps, { from: start, to: end, tenant }, { from: 'start', to: 'end' })

const spanText = ({ from, to, scope }: { from: string; to: string; scope: string }) => ({
  start: from,
  end: to,
  tenant: scope === '*' ? null : scope,
})
