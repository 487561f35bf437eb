import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { MAX_MINOR } from '../facts/fields.ts'
import { FINANCE_ITEMS, financeItems } from './inputs.ts'

const isMonth = (text: string): boolean => /^(199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])$/.test(text)
const month = z
  .string()
  .refine(isMonth, { error: ({ input }) => `“${String(input).slice(0, 40)}” is not a month such as 2026-11.` })
  .meta({ examples: ['2026-11'] })
const item = z.enum(financeItems).meta({
  description: Object.entries(FINANCE_ITEMS)
    .map(([name, text]) => `${name}: ${text}`)
    .join(' '),
})
const note = z.string().max(500)

/** A cost is never less than nothing; a burn is where cash grows. */
const entry = z
  .strictObject({
    month,
    item,
    amount: z
      .number()
      .int('must be whole minor units, such as 120000 for 1,200.00')
      .min(-MAX_MINOR)
      .max(MAX_MINOR)
      .nullable()
      .meta({ description: 'Minor units of CURRENCY; null takes the entry away.' }),
    note: note.nullish(),
  })
  .refine(({ item, amount }) => amount === null || amount >= 0 || item === 'burn', {
    path: ['amount'],
    error: 'must not be negative',
  })

export const financeBody = z.strictObject({
  inputs: z
    .array(entry)
    .min(1)
    .max(500)
    .refine((all) => new Set(all.map(({ month, item }) => `${month} ${item}`)).size === all.length, {
      error: 'names an item of a month twice',
    }),
})

const answer = {
  type: 'application/json' as const,
  schema: z.strictObject({
    currency: z.string(),
    inputs: z.array(
      z.strictObject({
        month: z.string(),
        item: z.string(),
        amount: z.number().describe('Minor units.'),
        currency: z.string(),
        note: z.string().nullable(),
        updated_at: z.string(),
        updated_by: z.string(),
      }),
    ),
  }),
}

export const listFinanceInputs = operation({
  method: 'get',
  path: '/api/finance/inputs',
  tag: 'Metrics',
  summary: 'What was entered by hand: cash, burn, hosting, other and acquisition costs, by month',
  query: z.object({ from: month.optional(), to: month.optional() }),
  example: 'from=2026-01&to=2026-12',
  answer,
})

export const putFinanceInputs = operation({
  method: 'put',
  path: '/api/finance/inputs',
  tag: 'Metrics',
  summary: 'Enters amounts of months; what is not named stays as it is',
  body: financeBody,
  answer,
})

export const financeOperations = [listFinanceInputs, putFinanceInputs]
