import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { customFields, customInput } from './input.ts'

const metric = z.strictObject({
  key: z.string(),
  label: z.string(),
  formula: z.string(),
  unit: z.string(),
  good: z.enum(['up', 'down', 'neutral']),
  definition: z.string(),
  action: z.string(),
  warn: z.number().nullable(),
  crit: z.number().nullable(),
  archived: z.boolean(),
  broken: z.string().nullable().describe('Why it cannot be computed: something it needs is no longer there.'),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  updated_by: z.string(),
  updated_at: z.iso.datetime(),
})
const params = z.object({ key: z.string().meta({ description: 'As custom.cost_per_job.' }) })
const place = { at: z.number().describe('Where it begins in the formula, from 0.'), end: z.number() }
const problem = z.strictObject({ message: z.string(), ...place })

export const listCustomMetrics = operation({
  method: 'get',
  path: '/api/custom-metrics',
  tag: 'Metrics',
  summary: 'The metrics that were made of formulas, archived ones too',
  answer: { type: 'application/json', schema: z.strictObject({ custom_metrics: z.array(metric) }) },
})

export const customMetricsFile = operation({
  method: 'get',
  path: '/api/custom-metrics.yaml',
  tag: 'Metrics',
  summary: 'The same as a file to review and to send to the import',
  answer: { type: 'text/plain', doc: 'YAML.' },
})

export const addCustomMetric = operation({
  method: 'post',
  path: '/api/custom-metrics',
  tag: 'Metrics',
  summary: 'Make a metric of a formula',
  details:
    'It is then listed, charted, exported and alerted on like any other. Over a range the formula is that of the totals of its parts: a ratio of sums, never a mean of ratios. What is divided by zero is unknown.',
  body: customInput,
  answer: { type: 'application/json', status: 201, schema: metric },
})

export const putCustomMetric = operation({
  method: 'put',
  path: '/api/custom-metrics/:key',
  tag: 'Metrics',
  summary: 'Make or change a metric; sent again it changes nothing',
  params,
  body: customFields,
  answer: { type: 'application/json', schema: metric },
})

export const archiveMetric = operation({
  method: 'delete',
  path: '/api/custom-metrics/:key',
  tag: 'Metrics',
  summary: 'Archive a metric: it is no longer computed, and its key stays its own',
  params,
  answer: { type: 'application/json', schema: metric },
})

export const restoreMetric = operation({
  method: 'post',
  path: '/api/custom-metrics/:key/restore',
  tag: 'Metrics',
  summary: 'Take an archived metric into use again',
  params,
  answer: { type: 'application/json', schema: metric },
})

export const checkFormula = operation({
  method: 'get',
  path: '/api/custom-metrics/check',
  tag: 'Metrics',
  summary: 'Whether a formula is valid, what it says, and what it is measured in',
  query: z.object({
    formula: z
      .string()
      .max(600)
      .default('')
      .meta({ description: 'The formula.', examples: ['ai.cost / jobs.succeeded'] }),
  }),
  example: 'formula=ai.cost%2Fjobs.succeeded',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      valid: z.boolean(),
      sentence: z.string().optional().describe('The formula in words.'),
      unit: z.string().optional().describe('The unit that it most likely has.'),
      uses: z.array(z.string()).optional(),
      problems: z.array(problem),
      warnings: z.array(problem),
    }),
  },
})

export const importCustomMetrics = operation({
  method: 'post',
  path: '/api/custom-metrics/import',
  tag: 'Metrics',
  summary: 'Make and change the metrics of a YAML file, all of them or none',
  details: 'The body is such a file. Metrics that it does not name stay as they are.',
  query: z.object({
    dry_run: z
      .enum(['true', 'false'], { error: 'It is true or false.' })
      .default('false')
      .meta({ description: 'true: nothing is stored; the answer tells what would change.' }),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      dry_run: z.boolean(),
      changes: z.array(
        z.strictObject({
          key: z.string(),
          state: z.enum(['created', 'changed', 'unchanged']),
          changed: z.record(z.string(), z.array(z.unknown())).describe('Each field as it was and is.'),
        }),
      ),
    }),
  },
})

export const customMetricOperations = [
  listCustomMetrics,
  customMetricsFile,
  checkFormula,
  addCustomMetric,
  importCustomMetrics,
  putCustomMetric,
  archiveMetric,
  restoreMetric,
]
