import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { boardSchema, MAX_CARDS } from './doc.ts'

const params = z.object({
  slug: z.string().max(80).meta({ description: 'The board, as in its address; with “.yaml” behind it as a file.' }),
})
const version = z
  .string()
  .regex(/^\d{1,9}$/, 'It is a whole number.')
  .transform(Number)
  .optional()
  .meta({
    type: 'integer',
    description: 'The version that was read; where another one came meanwhile the answer is 409.',
  })

const card = z.looseObject({
  id: z.string(),
  kind: z.string(),
  width: z.number(),
  height: z.string(),
})
const board = z.strictObject({
  board: z.string().describe('Its address.'),
  name: z.string(),
  description: z.string(),
  filters: z.union([z.literal('bar'), z.record(z.string(), z.string())]).describe('bar, or those it opens with.'),
  shared: z.boolean(),
  by: z.string().describe('Whose it is.'),
  version: z.number(),
  updated_at: z.string(),
  cards: z.array(card),
})

const YAML = 'The body may be YAML too, with the content type application/yaml.'
const one = { type: 'application/json' as const, schema: board }

export const listBoardsOperation = operation({
  method: 'get',
  path: '/api/boards',
  tag: 'Boards',
  summary: 'The boards that may be seen: of an admin their own and the shared ones, of a key the shared ones',
  answer: {
    type: 'application/json',
    schema: z.strictObject({ boards: z.array(board.omit({ cards: true }).extend({ cards: z.number() })) }),
  },
})

export const readBoardOperation = operation({
  method: 'get',
  path: '/api/boards/:slug',
  tag: 'Boards',
  summary: 'A board with its cards; also as YAML',
  details: 'With “.yaml” behind the name it is a file that can be kept, reviewed and imported again.',
  params,
  answer: one,
})

export const makeBoardOperation = operation({
  method: 'post',
  path: '/api/boards',
  tag: 'Boards',
  summary: `Makes a board of at most ${MAX_CARDS} cards`,
  details: `An admin’s board is their own until it is shared; that of a key is shared. ${YAML}`,
  body: boardSchema,
  answer: { ...one, status: 201 },
})

export const putBoardOperation = operation({
  method: 'put',
  path: '/api/boards/:slug',
  tag: 'Boards',
  summary: 'Replaces what a board says; its address, and who may see it, stay',
  details: YAML,
  params,
  query: z.object({ version }),
  body: boardSchema,
  answer: one,
})

export const deleteBoardOperation = operation({
  method: 'delete',
  path: '/api/boards/:slug',
  tag: 'Boards',
  summary: 'Deletes a board',
  params,
  query: z.object({ version }),
  answer: { type: 'application/json', schema: z.strictObject({ board: z.string(), deleted: z.boolean() }) },
})

export const boardOperations = [
  listBoardsOperation,
  readBoardOperation,
  makeBoardOperation,
  putBoardOperation,
  deleteBoardOperation,
]
