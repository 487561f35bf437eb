import { series } from '../../metrics/query.ts'
import { metricKey } from '../metrics.ts'
import {
  addsOverRange,
  addsUp,
  askedPeriod,
  checkDimension,
  choice,
  daysOf,
  defineKind,
  type Issue,
  metricField,
  period,
  wholeNumber,
} from './define.ts'

/** Largest values shown by themselves; with the rest that is what a stack and its legend can hold. */
export const MAX_TOP = 5
/** A donut is read up to four parts. */
export const DONUT_TOP = 3

/** One metric by the values of a dimension. */
export default defineKind({
  label: 'Breakdown',
  about: 'One metric by plan, country, model …: the largest, and the rest.',
  icon: 'chart-bar',
  fields: {
    metric: metricField,
    by: metricField,
    draw: choice('The drawing', ['area', 'bar', 'line', 'donut']),
    top: wholeNumber(1, MAX_TOP).optional(),
    ...period,
  },
  widths: [6, 4, 8, 12],
  heights: ['m', 'l'],
  metrics: ({ metric }) => [metric],
  check: ({ metric, by, draw, top }, find) => {
    const found = find(metric)
    const issues: Issue[] = checkDimension(by, [metric], find)
    if (draw === 'donut' && !addsOverRange(found))
      issues.push({
        path: ['draw'],
        message: `The parts of ${metric} do not add up over days: a donut would be wrong.`,
      })
    else if (draw !== 'line' && !addsUp(found))
      issues.push({ path: ['draw'], message: `The parts of ${metric} do not add up: draw them as lines.` })
    if (draw === 'donut' && top !== undefined && top > DONUT_TOP)
      issues.push({ path: ['top'], message: `A donut has at most ${DONUT_TOP} parts and the rest.` })
    return issues
  },
  title: ({ metric, by }, find) => `${find(metric).label} by ${by}`,
  load: ({ deps, filters }, { metric, by }) => series(deps, metricKey(metric), { ...daysOf(filters), by }),
  question: ({ metric, by, draw, ...period }) => ({ metrics: [metric], by, chart: draw, ...askedPeriod(period) }),
})
