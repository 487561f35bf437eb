import { z } from 'zod'
import { ALL_KINDS } from '../activity/kinds.ts'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { USAGE_HEADER } from './usage-analytics.ts'

const { from, to, tenant, plan, segment, metrics, by, compare } = parameters

export const metricsFile = operation({
  method: 'get',
  path: '/exports/metrics.csv',
  tag: 'Metrics',
  summary: 'Metrics as a file: a row a day, a column each',
  details:
    'With `by` a row for each day and value of the dimension; with `compare` the other day and its values stand beside each day. An empty cell is unknown; a column whose metric is not kept by plan or segment is called “… (all users)”.',
  query: z.object({ metrics, by, from, to, tenant, plan, segment, compare: compare.unwrap().default('none') }),
  example: 'metrics=users.dau,ai.cost',
  answer: {
    type: 'text/csv',
    doc: 'Columns: date, the dimension if any, the metrics; compared_date and the metrics of that day.',
  },
})

/** The same under the name that goes with the other metrics addresses. */
export const exportFile = operation({
  ...metricsFile,
  path: '/api/metrics/export.csv',
  summary: 'Metrics as a file, by default the headlines: a row a day, a column each',
})

export const usageFile = operation({
  method: 'get',
  path: '/exports/usage_analytics_daily.csv',
  tag: 'Metrics',
  summary: 'The stored table of daily usage',
  query: z.object({ from, to, tenant }),
  answer: { type: 'text/csv', doc: `Columns: ${USAGE_HEADER.join(', ')}.` },
})

export const kinds = z
  .array(
    z.enum(ALL_KINDS, {
      error: ({ input }) => `“${String(input).slice(0, 40)}” is not one of ${ALL_KINDS.join(', ')}.`,
    }),
  )
  .meta({ description: 'Only these kinds of things.' })
  .optional()

export const activityFile = operation({
  method: 'get',
  path: '/exports/activity.csv',
  tag: 'Tables',
  summary: 'The activity feed, newest first',
  query: z.object({ kinds, from, to, tenant }),
  example: 'kinds=joined,payment',
  answer: { type: 'text/csv', doc: 'Columns: time, kind, title and what it is about.' },
})

export const exportOperations = [metricsFile, exportFile, usageFile, activityFile]
