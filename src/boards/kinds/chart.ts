import { summary } from '../../metrics/query.ts'
import { metricKey } from '../metrics.ts'
import { askedPeriod, askOf, choice, defineKind, metricsField, period } from './define.ts'

/** What is drawn: named at the end of the line up to four. */
export const MAX_METRICS = 4
/** An axis for each, one above the other. */
export const MAX_UNITS = 2

/** Metrics by day. */
export default defineKind({
  label: 'Chart',
  about: 'Up to four metrics by day, as lines, areas or bars.',
  icon: 'chart-line',
  fields: { metrics: metricsField(MAX_METRICS), draw: choice('The drawing', ['line', 'area', 'bar']), ...period },
  widths: [6, 4, 8, 12],
  heights: ['m', 'l'],
  metrics: ({ metrics }) => metrics,
  check: ({ metrics }, find) => {
    const units = [...new Set(metrics.map((key) => find(key).unit))]
    if (units.length <= MAX_UNITS) return []
    const message = `These have ${units.length} units (${units.join(', ')}); a chart has room for ${MAX_UNITS}.`
    return [{ path: ['metrics'], message }]
  },
  title: ({ metrics }, find) => metrics.map((key) => find(key).label).join(', '),
  load: ({ deps, filters }, { metrics }) => summary(deps, metrics.map(metricKey), askOf(filters)),
  question: ({ metrics, draw, ...period }) => ({ metrics, by: null, chart: draw, ...askedPeriod(period) }),
})
