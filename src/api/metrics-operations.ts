import { z } from 'zod'
import { PEOPLE_FILTERS } from '../metrics/honours.ts'
import { registry, settingNames } from '../settings/registry.ts'
import { operation } from './operation.ts'
import { parameters } from './query.ts'

const { from, to, tenant, plan, segment, metrics, by, compare } = parameters
const value = z.number().nullable().describe('null is unknown, which is not zero.')
const metric = { metric: z.string(), label: z.string(), unit: z.string(), currency: z.string().optional() }
const span = {
  from: z.iso.date(),
  to: z.iso.date(),
  tenant: z.string().nullable().describe('null = all tenants.'),
  plan: z.string().optional(),
  segment: z.string().optional().describe('Its slug.'),
}
const ignored = {
  filters_ignored: z
    .array(z.enum(PEOPLE_FILTERS))
    .optional()
    .describe('Filters that the metric is not kept by: the numbers are of all users then.'),
}
const older = {
  older_definition: z
    .strictObject({ days: z.number(), from: z.iso.date(), to: z.iso.date() })
    .optional()
    .describe('Days of the answer that an older definition of the metric computed; a backfill computes them anew.'),
}
const points = z.array(z.strictObject({ date: z.iso.date(), value }))
const good = z.enum(['up', 'down', 'neutral']).describe('Which way is better.')
const thresholds = {
  warn: z.number().optional().describe('Beyond it, on the bad side, the metric is yellow. A plain number in `unit`.'),
  crit: z.number().optional().describe('Beyond it, on the bad side, the metric is red. A plain number in `unit`.'),
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
  query: z.object({ metrics, from, to, tenant, plan, segment, compare }),
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
          ...ignored,
          ...older,
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
  query: z.object({ metrics, by, from, to, tenant, plan, segment, compare: compare.unwrap().default('none') }),
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
          ...ignored,
          ...older,
        }),
      ),
    }),
  },
})

const configAnswer = {
  type: 'application/json' as const,
  schema: z.strictObject({
    settings: z.strictObject({
      ...Object.fromEntries(settingNames.map((name) => [name, z.string().describe(registry[name].label)])),
      time_zone: z.string(),
      currency: z.string(),
      active_definition: z.string(),
      passive_events: z.array(z.string()),
      login_events: z.array(z.string()),
      target_p95_ms: z.number(),
      retention_days: z.number(),
      privacy: z.string(),
    }),
    thresholds: z.array(
      z.strictObject({
        ...metric,
        good,
        ...thresholds,
        changed: z.boolean().describe('Whether they were set by an admin; else they are those of the definition.'),
      }),
    ),
  }),
}

export const configOfMetrics = operation({
  method: 'get',
  path: '/api/metrics/config',
  tag: 'Metrics',
  summary: 'The thresholds of metrics, and the settings that metrics are computed with',
  answer: configAnswer,
})

const limit = z
  .number()
  .nullable()
  .optional()
  .describe(
    'A plain number in the unit of the metric: ms milliseconds, bytes, percent 0-100, money major units. null takes it away; absent = as it is.',
  )

/** Unknown names are told by what stores them, which knows those that look alike. */
export const configBody = z.strictObject({
  settings: z
    .record(z.string().max(100), z.unknown())
    .optional()
    .describe(
      'By name: product_name, environment, health_weight_builds and others of health_. null = back to the default. The others are set in the environment.',
    ),
  thresholds: z
    .record(
      z.string().max(200),
      z.strictObject({ warn: limit, crit: limit }).nullable().describe('null = back to the definition.'),
    )
    .optional()
    .describe('By the key of a metric.'),
})

export const changeConfig = operation({
  method: 'patch',
  path: '/api/metrics/config',
  tag: 'Metrics',
  summary: 'Changes thresholds and settings: what is named, all of it or nothing',
  details:
    'For owners, and keys with the scope act that are not bound to tenants. Names that do not exist, values that cannot be and settings of the environment are refused by name, and then nothing is changed.',
  body: configBody,
  answer: configAnswer,
})

export const metricsOperations = [listMetrics, summaryOfMetrics, timeseriesOfMetrics, configOfMetrics, changeConfig]
