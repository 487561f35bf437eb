import { z } from 'zod'
import { defineCondition } from './define.ts'

const schema = z.strictObject({
  kind: z.literal('source'),
  source: z.string().max(200).meta({ description: 'A source such as redis or preset:hivesync; empty = each of them.' }),
})

/** A source of data does not answer. Its readings are 1 while it is away and 0 while it is up. */
export default defineCondition<z.output<typeof schema>>({
  label: 'A source is away',
  schema,
  compares: false,
  earlier: () => [],
  judge: (_, { now: value }) => ({
    verdict: value === null ? 'unknown' : value > 0 ? 'breach' : 'ok',
    value,
    low: null,
    high: null,
  }),
  words: ({ source }) => (source === '' ? 'any source is away' : `${source} is away`),
  title: () => 'is away',
})
