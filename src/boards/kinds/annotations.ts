import { annotationsFor } from '../../annotations/read.ts'
import { defineKind, period, wholeNumber } from './define.ts'

export const MAX_MARKS = 25
export const DEFAULT_MARKS = 10

/** What is marked on the time charts. */
export default defineKind({
  label: 'Annotations',
  about: 'Deploys, price changes, incidents and notes of the period.',
  icon: 'flag',
  fields: { limit: wholeNumber(1, MAX_MARKS).optional(), range: period.range },
  widths: [4, 6, 8, 12],
  heights: ['m', 'l'],
  metrics: () => [],
  title: () => 'What happened',
  load: ({ deps, filters: { scope, from, to } }) => annotationsFor(deps, { scope, from, to }),
})
