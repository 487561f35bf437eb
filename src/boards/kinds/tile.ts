import { summary } from '../../metrics/query.ts'
import { metricKey } from '../metrics.ts'
import { askedPeriod, askOf, defineKind, metricField, period } from './define.ts'

/** One number as on the Overview. */
export default defineKind({
  label: 'Number',
  about: 'A value, its change and its shape.',
  icon: 'number',
  fields: { metric: metricField, ...period },
  widths: [3, 4, 6],
  heights: ['s'],
  metrics: ({ metric }) => [metric],
  title: ({ metric }, find) => find(metric).label,
  load: ({ deps, filters }, { metric }) => summary(deps, [metricKey(metric)], askOf(filters)),
  question: ({ metric, ...period }) => ({ metrics: [metric], by: null, chart: 'tile', ...askedPeriod(period) }),
})
