import { z } from 'zod'
import { operation } from '../../api/operation.ts'
import { actionBody, answer, KEY, run, tag } from '../operations.ts'
import { actionsOn } from '../registry.ts'
import { productAnswer } from './contract.ts'

export const readProductState = operation({
  method: 'get',
  path: '/api/product',
  tag,
  summary: 'What is set for the whole product: feature flags, maintenance mode, rate limits',
  details:
    'The main app is asked each time, as it is the owner of them; a part that it does not have is left out. Where it does not say, `product` is null, with the reason.',
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      product: productAnswer.nullable(),
      reason: z.string().nullable().describe('Why it is not known.'),
    }),
  },
})

const onProduct = actionsOn('product').map(({ name }) => name)

export const doProductAction = operation({
  method: 'post',
  path: '/api/product/actions/:action',
  tag,
  summary: 'Ask the main app to change a flag, maintenance mode or a rate limit',
  details: KEY,
  params: z.object({
    action: z.enum(onProduct, { error: `It is one of ${onProduct.join(', ')}.` }),
  }),
  body: actionBody,
  answer,
})

export const listProductRuns = operation({
  method: 'get',
  path: '/api/product/actions',
  tag,
  summary: 'What was changed for the whole product, the newest first',
  answer: { type: 'application/json', schema: z.strictObject({ actions: z.array(run) }) },
})

export const productOperations = [readProductState, doProductAction, listProductRuns]
