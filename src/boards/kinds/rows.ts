import { z } from 'zod'
import { rowsOf } from '../../metrics-rows/rows.ts'
import { metricKey } from '../metrics.ts'
import { daysOf, defineKind, metricField, period, wholeNumber } from './define.ts'

export const MAX_ROWS = 25
const DEFAULT_ROWS = 10

/** What a number is made of: the newest of it. */
export default defineKind({
  label: 'Rows',
  about: 'The latest rows beneath a metric: who signed up, which calls failed.',
  icon: 'list-details',
  fields: {
    metric: metricField,
    part: z.string().max(120).optional(),
    limit: wholeNumber(1, MAX_ROWS).optional(),
    ...period,
  },
  widths: [6, 4, 8, 12],
  heights: ['m', 'l'],
  metrics: ({ metric }) => [metric],
  check: ({ metric }, find) =>
    find(metric).kind === 'live'
      ? [{ path: ['metric'], message: `${metric} is a reading of the moment: it leaves no rows.` }]
      : [],
  title: ({ metric }, find) => `${find(metric).label}: the latest`,
  load: ({ deps, filters }, { metric, part, limit }) =>
    rowsOf(
      deps,
      metricKey(metric),
      { ...daysOf(filters), ...(part ? { part } : {}) },
      { limit: limit ?? DEFAULT_ROWS },
    ),
  // Raw facts of a long range may have to be looked through.
  budgetMs: 3_000,
})
