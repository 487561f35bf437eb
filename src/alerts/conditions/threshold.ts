import { z } from 'zod'
import { defineCondition, finite } from './define.ts'

const schema = z.strictObject({
  kind: z.literal('threshold'),
  op: z.enum(['above', 'below'], { error: 'It is above or below.' }),
  limit: z.number(finite('The limit')).meta({ description: 'In the unit of the metric; percentages as 0-100.' }),
  /** Only beyond this it is well again; default: the limit. */
  end: z.number(finite('The limit of the end')).optional().meta({
    description: 'It ends only when the value is back beyond this one; default: the limit.',
  }),
})
type Threshold = z.output<typeof schema>

/** A value beyond a limit. */
export default defineCondition<Threshold>({
  label: 'is above or below a limit',
  schema,
  compares: false,
  earlier: () => [],
  judge: ({ op, limit, end = limit }, { now: value }) => {
    const beyond = (bound: number) => value !== null && (op === 'above' ? value > bound : value < bound)
    const verdict = value === null ? 'unknown' : beyond(limit) ? 'breach' : beyond(end) ? 'near' : 'ok'
    return { verdict, value, low: op === 'below' ? limit : null, high: op === 'above' ? limit : null }
  },
  words: ({ op, limit }, { value }) => `${op} ${value(limit)}`,
  title: ({ limit }, judged, { value }) => `is ${value(judged.value)}, limit ${value(limit)}`,
  others: (condition) =>
    [...new Set([0.75, 1.5, 2].map((times) => rounded(condition.limit * times)))]
      .filter((limit) => limit !== condition.limit)
      .map((limit) => ({ condition: { ...condition, limit, end: undefined }, limit })),
})

/** Two figures: a limit that a person would choose. */
function rounded(value: number): number {
  if (value === 0) return 0
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
  return Number((Math.round(value / step) * step).toPrecision(6))
}
