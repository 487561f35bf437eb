import type { Unit } from '../../../src/metrics/metric.ts'

/** Units that stand in the text of a value, or that have no word. */
const SAYS_ITSELF: readonly Unit[] = ['money', 'percent', 'ratio', 'ms', 'bytes', 'shift', 'score']

/** What is counted, small behind a known number: "34 customers". */
export const UnitWord = ({ value, unit }: { value: number | null | undefined; unit: Unit }) =>
  value === null || value === undefined || SAYS_ITSELF.includes(unit) ? null : (
    <small class="q-unit-word"> {unit}</small>
  )
