import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { currencyText, dayText, rateText } from './parse.ts'

const entry = z.strictObject({
  currency: currencyText.meta({ examples: ['EUR'] }),
  day: dayText.meta({ description: 'From which day it holds, until the next rate.', examples: ['2026-11-01'] }),
  rate: rateText.nullable().meta({
    description: 'What one unit is worth in CURRENCY; null takes the rate of the day away.',
    examples: ['1.0834'],
  }),
})

export const ratesBody = z.strictObject({
  rates: z
    .array(entry)
    .min(1)
    .max(5_000)
    .refine((all) => new Set(all.map(({ currency, day }) => `${currency} ${day}`)).size === all.length, {
      error: 'names a day of a currency twice',
    }),
  recost: z
    .boolean()
    .default(false)
    .describe('Whether past days may change. Without it, what is told of them holds from today on.'),
  dry_run: z.boolean().default(false).describe('Only says what would change.'),
})

const change = z.strictObject({ before: z.number(), after: z.number() })
const rate = z.strictObject({
  currency: z.string(),
  day: z.iso.date(),
  rate: z.string(),
  source: z.enum(['entered', 'imported']),
  updated_at: z.string(),
  updated_by: z.string(),
})

export const listRates = operation({
  method: 'get',
  path: '/api/exchange-rates',
  tag: 'Metrics',
  summary: 'Exchange rates to the reporting currency, the newest first',
  query: z.object({
    currency: currencyText.optional(),
    from: dayText.optional(),
    to: dayText.optional(),
    limit: parameters.limit(5_000, 1_000),
  }),
  example: 'currency=EUR',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      currency: z.string().describe('The reporting currency.'),
      rates: z.array(rate),
      not_converted: z
        .array(z.strictObject({ what: z.string(), currency: z.string(), n: z.number(), amount: z.number() }))
        .describe('Money without a rate, in major units of its currency: it is in no metric.'),
    }),
  },
})

export const putRates = operation({
  method: 'put',
  path: '/api/exchange-rates',
  tag: 'Metrics',
  summary: 'Enters exchange rates, each from a day on',
  details:
    'A rate converts what comes from its day on, and revalues MRR on that day as the movement `fx`. Past days change only with `recost`; `dry_run` shows the difference first.',
  body: ratesBody,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      currency: z.string(),
      dry_run: z.boolean(),
      saved: z.number().describe('How many rates were stored or taken away.'),
      moved: z.number().describe('How many were told of past days which keep their numbers.'),
      difference: z.strictObject({
        customers: z.number(),
        mrr: change,
        payments: change,
        months: z.array(change.extend({ month: z.string() })),
      }),
    }),
  },
})

export const ratesOperations = [listRates, putRates]
