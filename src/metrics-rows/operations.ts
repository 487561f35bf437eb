import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { PEOPLE_FILTERS } from '../metrics/honours.ts'

const { from, to, tenant, plan, segment, by, limit } = parameters
const short = (description: string) => z.string().max(600, 'This is too long.').meta({ description }).optional()

const asked = {
  metric: z.string().meta({ description: 'Key of a metric; /api/metrics lists them.', examples: ['users.dau'] }),
  part: short('Of a ratio num or den, of a formula one of its metrics; default the first. The answer lists them.'),
  by: by.unwrap().meta({ description: 'A dimension of the metric, with group.' }).optional(),
  group: short('Only rows of this value of the dimension.'),
  from,
  to,
  tenant,
  plan,
  segment,
}

export const rowsOfMetric = operation({
  method: 'get',
  path: '/api/metrics/rows',
  tag: 'Metrics',
  summary: 'The rows beneath a metric, newest first',
  details:
    'Each row has its weight in the number. Rows of sums, stocks and counted users add up to it; those of a percentile lie beyond it. Readings of the moment have none, and say so.',
  query: z.object({ ...asked, cursor: short('`next` of the page before.'), limit: limit(1_000, 100) }),
  example: 'metric=users.dau',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      from: z.iso.date(),
      to: z.iso.date(),
      tenant: z.string().nullable().describe('null = all tenants.'),
      metric: z.string(),
      value: z.number().nullable().describe('The metric over the period; null is unknown.'),
      part: z.string(),
      parts: z.array(z.strictObject({ part: z.string(), label: z.string() })),
      makes: z
        .enum(['sum', 'mean', 'beyond', 'newest', 'highest'])
        .nullable()
        .describe(
          'How the rows make the number: they add up to amount, are its mean, lie at or beyond it, or one is it.',
        ),
      amount: z.number().nullable().describe('What the rows add up to: the value, or that of the part.'),
      unavailable: z.string().optional().describe('Why there are no rows.'),
      plan: z.string().optional(),
      segment: z.string().optional().describe('Its slug.'),
      filters_ignored: z
        .array(z.enum(PEOPLE_FILTERS))
        .optional()
        .describe('Filters that the metric is not kept by: the rows are of all users then.'),
      columns: z.array(z.strictObject({ name: z.string(), label: z.string(), type: z.string() })),
      rows: z.array(z.looseObject({ weight: z.number() })),
      next: z.string().nullable().describe('Cursor of the next page; null at the end.'),
    }),
  },
})

export const rowsFile = operation({
  method: 'get',
  path: '/exports/metric-rows.csv',
  tag: 'Metrics',
  summary: 'All rows beneath a metric as a file',
  query: z.object(asked),
  example: 'metric=users.dau',
  answer: {
    type: 'text/csv',
    doc: 'Columns by what the rows are; the last, weight, is what the row is of the number.',
  },
})

export const metricRowsOperations = [rowsOfMetric, rowsFile]
