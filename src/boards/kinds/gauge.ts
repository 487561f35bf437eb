import { z } from 'zod'
import { summary } from '../../metrics/query.ts'
import { metricKey } from '../metrics.ts'
import { askOf, defineKind, metricField, period } from './define.ts'

const amount = z.number({ error: 'A number.' }).min(-1e12).max(1e12)

/** One number on an arc, with the limits where it turns yellow and red. */
export default defineKind({
  label: 'Gauge',
  about: 'A value between nought and a goal, with the limits where it turns yellow and red.',
  icon: 'gauge',
  fields: {
    metric: metricField,
    max: amount.positive('More than 0.').optional(),
    warn: amount.optional(),
    crit: amount.optional(),
    ...period,
  },
  widths: [3, 4, 6],
  heights: ['m', 'l'],
  metrics: ({ metric }) => [metric],
  check: ({ metric, max }, find) =>
    max === undefined && endOf(find(metric).unit) === undefined
      ? [{ path: ['max'], message: `Where does the arc end? ${metric} has no natural end.` }]
      : [],
  title: ({ metric }, find) => find(metric).label,
  load: ({ deps, filters }, { metric }) => summary(deps, [metricKey(metric)], askOf(filters)),
})

/** Where the arc ends by itself. */
export const endOf = (unit: string): number | undefined => (unit === 'percent' || unit === 'score' ? 100 : undefined)
