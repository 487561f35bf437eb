import { z } from 'zod'
import { operation } from './operation.ts'
import { parameters } from './query.ts'

const { from, to, tenant, metrics, by, compare } = parameters
const value = z.number().nullable().describe('null is unknown, which is not zero.')
const metric = { metric: z.string(), label: z.string(), unit: z.string(), currency: z.string().optional() }
const span = {
  from: z.iso.date(),
  to: z.iso.date(),
  tenant: z.string().nullable().describe('null = all tenants.'),
}
const points = z.array(z.strictObject({ date: z.iso.date(), value }))
const good = z.enum(['up', 'down', 'neutral']).describe('Which way is better.')
const thresholds = {
  warn: z.number().optional().describe('Beyond it, on the bad side, the metric is yellow.'),
  crit: z.number().optional().describe('Beyond it, on the bad side, the metric is red.'),
}

const catalogueEntry = z.strictObject({
  metric: z.string(),
  label: z.string(),
  unit: z.string().describe('percent is 0-100, money major units, ms milliseconds, ratio a plain quotient.'),
  good,
  kind: z.string(),
  definition: z.string(),
  formula: z.string().optional(),
  action: z.string().describe('What to do when it is bad.'),
  by: z.array(z.string()).describe('The dimensions it can be broken down by.'),
  ...thresholds,
  source: z.string(),
  facts: z.string().describe('The kind of facts which fill it.'),
})

export const listMetrics = operation({
  method: 'get',
  path: '/api/metrics',
  tag: 'Metrics',
  summary: 'The catalogue: every metric with its definition',
  answer: { type: 'application/json', schema: z.strictObject({ metrics: z.array(catalogueEntry) }) },
})

export const summaryOfMetrics = operation({
  method: 'get',
  path: '/api/metrics/summary',
  tag: 'Metrics',
  summary: 'Metrics over a period, beside another period',
  query: z.object({ metrics, from, to, tenant, compare }),
  example: 'metrics=users.mau,revenue.mrr',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      ...span,
      compare: z.string(),
      metrics: z.array(
        z.strictObject({
          ...metric,
          value,
          previous: value,
          change: value.describe('In points for percentages and scores, else a ratio: 0.12 is 12 % more.'),
          state: z.enum(['ok', 'warn', 'crit', 'unknown']),
          unavailable: z.string().optional().describe('Why the source of a reading does not answer.'),
        }),
      ),
    }),
  },
})

const series = { points, total: value }

export const timeseriesOfMetrics = operation({
  method: 'get',
  path: '/api/metrics/timeseries',
  tag: 'Metrics',
  summary: 'Metrics day by day',
  details: 'With `compare` each metric has `previous`: a point beside each of its own, with the day that it is of.',
  query: z.object({ metrics, by, from, to, tenant, compare: compare.unwrap().default('none') }),
  example: 'metrics=users.dau,ai.cost',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      ...span,
      by: z.string().optional(),
      compare: z.string().optional(),
      metrics: z.array(
        z.strictObject({
          ...metric,
          ...series,
          previous: z.strictObject(series).optional(),
          groups: z.array(z.strictObject({ key: z.string(), ...series })).optional(),
        }),
      ),
    }),
  },
})

export const configOfMetrics = operation({
  method: 'get',
  path: '/api/metrics/config',
  tag: 'Metrics',
  summary: 'The thresholds of metrics, and the settings that metrics are computed with',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      settings: z.strictObject({
        time_zone: z.string(),
        currency: z.string(),
        active_definition: z.string(),
        passive_events: z.array(z.string()),
        login_events: z.array(z.string()),
        target_p95_ms: z.number(),
        retention_days: z.number(),
        privacy: z.string(),
      }),
      thresholds: z.array(z.strictObject({ ...metric, good, ...thresholds })),
    }),
  },
})

export const metricsOperations = [listMetrics, summaryOfMetrics, timeseriesOfMetrics, configOfMetrics]
