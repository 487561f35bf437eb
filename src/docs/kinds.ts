import type { Kind } from '../metrics/metric.ts'

/** What kind of number a metric is, in a few words and with how a range is totalled. */
export const KINDS: Record<Kind, { word: string; total: string }> = {
  sum: { word: 'sum over days', total: 'The days added up.' },
  last: { word: 'stock, end of the day', total: 'The last day of the range.' },
  max: { word: 'peak', total: 'The highest day.' },
  distinct: {
    word: 'distinct users',
    total: 'Each user once, however many days they came. The days do not add up to it.',
  },
  ratio: { word: 'ratio of sums', total: 'All numerators ÷ all denominators; never a mean of the days.' },
  percentile: {
    word: 'percentile of all calls',
    total: 'Of all calls of the range, from merged histograms; exact to a few per cent.',
  },
  perUser: { word: 'distribution over users', total: 'Over the days of all users who have any.' },
  derived: { word: 'formula of metrics', total: 'The formula of the totals of its parts.' },
  live: { word: 'reading now', total: 'The reading of this moment; past days show their last sample.' },
}
