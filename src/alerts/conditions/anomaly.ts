import { z } from 'zod'
import { type At, defineCondition } from './define.ts'
import { median, spread } from './stats.ts'

const DAY = 1_440
const LOOK_BACK_DAYS = 28
/** Of fewer windows nobody can say what is usual. */
const LEAST_KNOWN = 5
/** A number that never moved is not unusual for moving by a hair: its band is at least so much of it. */
const LEAST_BAND = 0.05

const schema = z.strictObject({
  kind: z.literal('anomaly'),
  op: z.enum(['above', 'below', 'outside'], { error: 'It is above, below or outside.' }),
  times: z
    .number({ error: 'Deviations are a number, such as 4.' })
    .min(1, 'At least 1.')
    .max(20, 'At most 20.')
    .meta({ description: 'How many deviations from the median are still usual: 3 is watchful, 6 is patient.' }),
})
type Anomaly = z.output<typeof schema>

/**
 * A value outside what is usual: the median of the same time on the last 28 days of its sort (working days, or days of the
 * weekend), give or take some deviations. Median and deviation are robust: an outage of last week does not widen them.
 */
export default defineCondition<Anomaly>({
  label: 'is unusual for the time',
  schema,
  compares: true,
  byClock: () => true,
  earlier: (_, { weekday }: At) =>
    Array.from({ length: LOOK_BACK_DAYS }, (_, i) => i + 1)
      .filter((days) => isWeekend(weekday - days) === isWeekend(weekday))
      .map((days) => days * DAY),
  judge: ({ op, times }, { now: value, earlier }) => {
    const known = earlier.filter((one) => one !== null)
    if (known.length < LEAST_KNOWN) return { verdict: 'unknown', value, low: null, high: null }
    const middle = median(known)
    const band = Math.max(times * spread(known), LEAST_BAND * Math.abs(middle))
    // What was never negative is not expected to be.
    const floor = known.every((one) => one >= 0) ? 0 : Number.NEGATIVE_INFINITY
    const low = op === 'above' ? null : Math.max(floor, middle - band)
    const high = op === 'below' ? null : middle + band
    if (value === null) return { verdict: 'unknown', value, low, high }
    const beyond = (low !== null && value < low) || (high !== null && value > high)
    return { verdict: beyond ? 'breach' : 'ok', value, low, high }
  },
  words: ({ op, times }) => `${op} what is usual for the time, ${times} deviations`,
  title: (_, { value, low, high }, { value: text }) => `is ${text(value)}, usual ${usual(low, high, text)}`,
  others: (condition) =>
    [3, 4, 6]
      .filter((times) => times !== condition.times)
      .map((times) => ({ condition: { ...condition, times }, limit: times })),
})

const isWeekend = (weekday: number): boolean => [0, 6].includes(((weekday % 7) + 7) % 7)

function usual(low: number | null, high: number | null, text: (value: number) => string): string {
  if (low === null) return high === null ? 'unknown' : `up to ${text(high)}`
  return high === null ? `from ${text(low)}` : `${text(low)} to ${text(high)}`
}
