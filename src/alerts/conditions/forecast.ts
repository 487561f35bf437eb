import { z } from 'zod'
import { type Crossing, crossingOf } from '../../forecast/crossing.ts'
import { type Ahead, forecast } from '../../forecast/forecast.ts'
import { Lru } from '../../lib/lru.ts'
import { defineCondition, finite, HISTORY_DAYS, type Wording } from './define.ts'

const DAY = 1_440
const MOST_DAYS = 60
/** An alert ends only when the limit is that much further away than it takes to begin one. */
const SLACK = 1.25
const LOOK_AHEAD = Math.ceil(MOST_DAYS * SLACK)

const schema = z.strictObject({
  kind: z.literal('forecast'),
  op: z.enum(['above', 'below'], { error: 'It is above or below.' }),
  limit: z.number(finite('The limit')).meta({ description: 'In the unit of the metric; percentages as 0-100.' }),
  within: z
    .int('Days are a whole number, such as 14.')
    .min(1, 'At least a day ahead.')
    .max(MOST_DAYS, `At most ${MOST_DAYS} days ahead.`)
    .meta({ description: 'So many days ahead it looks.' }),
})
type Forecast = z.output<typeof schema>

/** A value that is going to be beyond a limit, if it goes on as it did on the days before. */
export default defineCondition<Forecast>({
  label: 'is forecast to pass a limit',
  schema,
  compares: true,
  daily: true,
  earlier: () => Array.from({ length: HISTORY_DAYS - 1 }, (_, i) => (i + 1) * DAY),
  judge: ({ op, limit, within }, { now: value, earlier }) => {
    const days = forecastOf([...earlier].reverse().concat(value))
    // Too short a history is not known to pass anything.
    if (!days) return { verdict: 'unknown', value, low: null, high: null }
    const edges = { low: op === 'below' ? limit : null, high: op === 'above' ? limit : null }
    const beyond = value !== null && (op === 'above' ? value > limit : value < limit)
    const ahead: Crossing | undefined = beyond ? { likely: 0, first: 0, last: 0 } : crossingOf(days, op, limit)
    if (!ahead) return { verdict: 'ok', value, ...edges }
    const verdict = ahead.likely <= within ? 'breach' : ahead.likely <= within * SLACK ? 'near' : 'ok'
    return { verdict, value, ...edges, ahead }
  },
  words: ({ op, limit, within }, { value }) =>
    `is forecast ${op} ${value(limit)} within ${within} ${within === 1 ? 'day' : 'days'}`,
  title: ({ op, limit }, { value: now, ahead }, wording) =>
    ahead && ahead.likely > 0
      ? `is likely ${op} ${wording.value(limit)} on ${wording.day(ahead.likely)}${spanText(ahead, wording)}`
      : `is ${wording.value(now)}, ${op} ${wording.value(limit)} already`,
  others: (condition) =>
    [7, 14, 30, MOST_DAYS]
      .filter((within) => within !== condition.within)
      .map((within) => ({ condition: { ...condition, within }, limit: within })),
})

/** " (between 2 Dec and 5 Dec)": where four of five such forecasts have it. */
function spanText({ first, last }: Crossing, { day }: Wording): string {
  if (last === null) return ` (${day(first)} at the earliest)`
  return first === last ? '' : ` (between ${day(first)} and ${day(last)})`
}

/** The days of a series change once a day, while rules are checked every minute. */
const kept = new Lru<{ days: Ahead[] | undefined }>(400)

const forecastOf = (values: readonly (number | null)[]): Ahead[] | undefined =>
  kept.of(values.join(), () => ({ days: forecast(values, LOOK_AHEAD) })).days
