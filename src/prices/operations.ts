import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { priceBody } from './store.ts'

const price = z.strictObject({
  provider: z.string().describe('Empty: of whichever provider.'),
  model: z.string(),
  since: z.iso.date().describe('A day of UTC.'),
  input_per_mtok: z.number().nullable(),
  output_per_mtok: z.number().nullable(),
  cached_input_per_mtok: z.number().nullable(),
  per_hour: z.number().nullable(),
  currency: z.string(),
  note: z.string().nullable().describe('Where it is from.'),
})

export const readPrices = operation({
  method: 'get',
  path: '/api/model-prices',
  tag: 'Metrics',
  summary: 'Prices of models, each from its day on',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      currency: z.string().describe('Of costs; a price in another one counts as unknown.'),
      prices: z.array(price),
    }),
  },
})

export const postPrice = operation({
  method: 'post',
  path: '/api/model-prices',
  tag: 'Metrics',
  summary: 'Enters the price of a model from a day on',
  details:
    'The price of the same model and day is replaced. What calls have cost stays as it was worked out when they came in; all processes go by the new price within a minute.',
  body: priceBody,
  answer: {
    type: 'application/json',
    schema: z.strictObject({ replaced: z.boolean().describe('Whether there was a price of this day.') }),
  },
})

export const priceOperations = [readPrices, postPrice]
