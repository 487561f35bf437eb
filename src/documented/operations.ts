import { z } from 'zod'
import { changeConfig, configOfMetrics } from '../api/metrics-operations.ts'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { period as cohortPeriod, cohortsFields } from '../cohorts/operations.ts'
import { DAY_COLUMNS } from './days.ts'

const { from, to, tenant } = parameters
/** What all of them are asked. */
export const period = z.object({ start: from, end: to, tenant })
const number = z.number().nullable()
const span = { start: z.iso.date(), end: z.iso.date(), tenant: z.string().nullable() }
const tag = 'Documented addresses'

const summary = operation({
  method: 'get',
  path: '/summary',
  tag,
  summary: 'The numbers of a period in short',
  details: 'Rates are 0-100, money is in major units of `currency`.',
  query: period,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      ...span,
      financial: z.strictObject({ mrr: number, arr: number, currency: z.string() }),
      customers: z.strictObject({ total: number, new: number }),
      engagement: z.strictObject({ dau_avg: number, mau_avg: number }),
      jobs: z.strictObject({ total: number, success_rate: number }),
    }),
  },
})

const timeseries = operation({
  method: 'get',
  path: '/timeseries',
  tag,
  summary: 'The same day by day',
  query: period,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      ...span,
      points: z.array(
        z.strictObject({ date: z.iso.date(), ...Object.fromEntries(DAY_COLUMNS.map((name) => [name, number])) }),
      ),
    }),
  },
})

const cohorts = operation({
  method: 'get',
  path: '/cohorts',
  tag,
  summary: 'Retention of cohorts of sign-ups, week by week',
  query: z.object({ ...period.shape, period: cohortPeriod }),
  answer: { type: 'application/json', schema: z.strictObject({ ...span, ...cohortsFields }) },
})

const file = operation({
  method: 'get',
  path: '/export.csv',
  tag,
  summary: 'The same day by day, as a file',
  query: period,
  answer: { type: 'text/csv', doc: `Columns: date, ${DAY_COLUMNS.join(', ')}.` },
})

const config = operation({
  method: 'get',
  path: '/config',
  tag,
  summary: configOfMetrics.summary,
  answer: configOfMetrics.answer,
})

/** The same for changes. */
export const patchConfig = operation({ ...changeConfig, path: '/config', tag })

/** What is under the prefixes of the metrics addresses; `path` is what follows the prefix. */
export const metricsAddresses = { summary, timeseries, cohorts, file, config }

export const stats = operation({
  method: 'get',
  path: '/stats',
  tag,
  summary: 'A handful of numbers as they are now',
  query: z.object({ tenant }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      as_of: z.iso.datetime(),
      users: z.strictObject({ total: number, online: number, active_today: number }),
      revenue: z.strictObject({ mrr: number, paying_customers: number, currency: z.string() }),
      ai: z.strictObject({ requests_today: number, cost_30d: number }),
      jobs: z.strictObject({ queued: number, running: number }),
    }),
  },
})
