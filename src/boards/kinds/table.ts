import { manySeries } from '../../metrics/query.ts'
import { metricKey } from '../metrics.ts'
import {
  askedPeriod,
  checkDimension,
  daysOf,
  defineKind,
  metricField,
  metricsField,
  period,
  wholeNumber,
} from './define.ts'

export const TABLE_METRICS = 6
export const TABLE_ROWS = 25

/** Metrics as columns, values of a dimension or days as rows. */
export default defineKind({
  label: 'Table',
  about: 'Metrics side by side, by the values of a dimension or by day.',
  icon: 'table',
  fields: {
    metrics: metricsField(TABLE_METRICS),
    by: metricField,
    limit: wholeNumber(1, TABLE_ROWS).optional(),
    ...period,
  },
  widths: [6, 4, 8, 12],
  heights: ['m', 'l'],
  metrics: ({ metrics }) => metrics,
  check: ({ metrics, by }, find) => (by === 'day' ? [] : checkDimension(by, metrics, find)),
  title: ({ metrics, by }, find) =>
    metrics.length === 1 ? `${find(metrics[0] ?? '').label} by ${by}` : `${metrics.length} metrics by ${by}`,
  load: ({ deps, filters }, { metrics, by }) =>
    manySeries(deps, metrics.map(metricKey), { ...daysOf(filters), ...(by === 'day' ? {} : { by }) }),
  question: ({ metrics, by, ...period }) => ({
    metrics,
    by: by === 'day' ? null : by,
    chart: 'table',
    ...askedPeriod(period),
  }),
})
