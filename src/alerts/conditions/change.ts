import { z } from 'zod'
import { median } from '../../lib/stats.ts'
import { WINDOWS } from '../windows.ts'
import { type At, defineCondition, finite } from './define.ts'

const DAY = 1_440
export const BASES = {
  before: 'the same time before it',
  day: 'a day before',
  week: 'a week before',
  mean8: 'the mean of the 8 before',
  usual: 'the median of the same hour, 14 days',
} as const
type Base = keyof typeof BASES

const schema = z.strictObject({
  kind: z.literal('change'),
  op: z.enum(['rises', 'falls'], { error: 'It rises or falls.' }),
  by: z.number(finite('The change')).positive('The change is more than nothing.').meta({
    description: 'Per cent; of metrics that are percentages or scores themselves, points.',
  }),
  base: z
    .enum(Object.keys(BASES) as [Base, ...Base[]], { error: `One of ${Object.keys(BASES).join(', ')}.` })
    .meta({ description: 'What it is compared with.' }),
})
type Change = z.output<typeof schema>

const EARLIER: Record<Base, (minutes: number) => number[]> = {
  before: (minutes) => [minutes],
  day: () => [DAY],
  week: () => [7 * DAY],
  mean8: (minutes) => Array.from({ length: 8 }, (_, i) => (i + 1) * minutes),
  usual: () => Array.from({ length: 14 }, (_, i) => (i + 1) * DAY),
}
const BY_CLOCK: readonly Base[] = ['day', 'week', 'usual']
/** Of several earlier windows at least half are known, or nobody knows what is usual. */
const LEAST_KNOWN = 0.5

/** A value that has moved against an earlier one. */
export default defineCondition<Change>({
  label: 'changes against an earlier time',
  schema,
  compares: true,
  byClock: ({ base }) => BY_CLOCK.includes(base),
  earlier: ({ base }, { window }: At) => EARLIER[base](WINDOWS[window].minutes),
  judge: ({ op, by, base }, { now: value, earlier }, points) => {
    const before = baseOf(base, earlier)
    const sign = op === 'rises' ? 1 : -1
    const limit = before === null ? null : points ? before + sign * by : before + sign * Math.abs(before) * (by / 100)
    const edges = { low: op === 'falls' ? limit : null, high: op === 'rises' ? limit : null }
    // From nothing everything is a rise without end: there is nothing to compare with.
    if (value === null || limit === null || (before === 0 && !points)) return { verdict: 'unknown', value, ...edges }
    const beyond = op === 'rises' ? value > limit : value < limit
    return { verdict: beyond ? 'breach' : 'ok', value, ...edges }
  },
  words: ({ op, by, base }, { points }) => `${op} by over ${by}${points ? ' points' : '%'} against ${BASES[base]}`,
  title: ({ op, by, base }, judged, { value, points }) =>
    `${op === 'rises' ? 'rose' : 'fell'} to ${value(judged.value)}, over ${by}${points ? ' points' : '%'} against ${BASES[base]}`,
  others: (condition) =>
    [0.5, 1.5, 2].map((times) => {
      const by = Number((condition.by * times).toPrecision(2))
      return { condition: { ...condition, by }, limit: by }
    }),
})

function baseOf(base: Base, earlier: readonly (number | null)[]): number | null {
  const known = earlier.filter((one) => one !== null)
  if (known.length === 0 || known.length < earlier.length * LEAST_KNOWN) return null
  return base === 'mean8' ? known.reduce((sum, one) => sum + one, 0) / known.length : median(known)
}
