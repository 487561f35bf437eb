import { z } from 'zod'
import { type Ahead, usualNext } from '../../forecast/forecast.ts'
import { Lru } from '../../lib/lru.ts'
import { median, spread } from '../../lib/stats.ts'
import { isOneDay } from '../windows.ts'
import { type At, defineCondition, HISTORY_DAYS } from './define.ts'

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
    .meta({ description: 'How many deviations from what is expected are still usual: 3 is watchful, 6 is patient.' }),
})
type Anomaly = z.output<typeof schema>

/** The band of what is usual, around what was expected. */
interface Usual {
  middle: number
  deviation: number
}

/**
 * A value outside what is usual. Of one day as a whole that is what a forecast from the 12 weeks before it expects, with
 * its trend and its weekday, give or take some deviations of the forecast. Of hours, of several days and of the values of a
 * dimension it is the median of the same time on the last 28 days of its sort (working days, or days of the weekend), give
 * or take deviations from it; so it is of one day too as long as four weeks of them are not known. Neither is widened by an outage of last week: median and deviation are robust, and the
 * forecast takes such days for unknown.
 */
export default defineCondition<Anomaly>({
  label: 'is unusual for the time',
  schema,
  compares: true,
  byClock: () => true,
  earlier: (_, at: At) =>
    isForecast(at)
      ? Array.from({ length: HISTORY_DAYS - 1 }, (_, i) => (i + 1) * DAY)
      : Array.from({ length: LOOK_BACK_DAYS }, (_, i) => i + 1)
          .filter((days) => isWeekend(at.weekday - days) === isWeekend(at.weekday))
          .map((days) => days * DAY),
  judge: ({ op, times }, { now: value, earlier }) => {
    const known = earlier.filter((one) => one !== null)
    const usual = usualOf(earlier)
    if (!usual) return { verdict: 'unknown', value, low: null, high: null }
    // What was never negative is not expected to be.
    const floor = known.every((one) => one >= 0) ? 0 : Number.NEGATIVE_INFINITY
    const middle = Math.max(floor, usual.middle)
    const band = Math.max(times * usual.deviation, LEAST_BAND * Math.abs(middle))
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

/** One day, of the whole: days follow each other, and one more of them can be expected. */
const isForecast = ({ window, split }: At): boolean => !split && isOneDay(window)

/** Twelve weeks are asked for where a day is forecast; of too few known ones the last of them are like any others. */
function usualOf(earlier: readonly (number | null)[]): Usual | undefined {
  const isSeries = earlier.length === HISTORY_DAYS - 1
  return (isSeries ? forecastOf(earlier) : undefined) ?? medianOf(earlier.slice(0, LOOK_BACK_DAYS))
}

function medianOf(earlier: readonly (number | null)[]): Usual | undefined {
  const known = earlier.filter((one) => one !== null)
  return known.length < LEAST_KNOWN ? undefined : { middle: median(known), deviation: spread(known) }
}

/** The days before change once a day, while rules are checked every minute. */
const kept = new Lru<{ ahead: Ahead | undefined }>(400)

/** Of the days before, the newest first. */
function forecastOf(earlier: readonly (number | null)[]): Usual | undefined {
  const { ahead } = kept.of(earlier.join(), () => ({ ahead: usualNext(earlier.toReversed()) }))
  return ahead && { middle: ahead.value, deviation: ahead.deviation }
}

const isWeekend = (weekday: number): boolean => [0, 6].includes(((weekday % 7) + 7) % 7)

function usual(low: number | null, high: number | null, text: (value: number) => string): string {
  if (low === null) return high === null ? 'unknown' : `up to ${text(high)}`
  return high === null ? `from ${text(low)}` : `${text(low)} to ${text(high)}`
}
