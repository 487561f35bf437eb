import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { MAX_REASON } from './draft.ts'
import { actions, actionsOn, schemaOf } from './registry.ts'
import { RUN_STATES } from './runs.ts'

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
const changes = z.array(z.strictObject({ label: z.string(), now: value, after: value }))

/** A run as programs get it. */
export const run = z.strictObject({
  id: z.uuid().describe('Sent to the main app as Idempotency-Key.'),
  action: z.string(),
  user_id: z.string().nullable(),
  state: z.enum(RUN_STATES).describe('unknown: nobody knows whether it was done; it is asked again.'),
  message: z.string().nullable().describe('What the main app says was done.'),
  problem: z.string().nullable().describe('Why it is refused, failed or unknown.'),
  changes,
  undo: z
    .strictObject({ action: z.string(), fields: z.record(z.string(), value), until: z.iso.datetime().nullable() })
    .nullable()
    .describe('The action that takes it back, where that is possible and nobody has.'),
  fields: z.record(z.string(), value),
  reason: z.string().nullable(),
  by: z.string(),
  at: z.iso.datetime(),
  settled_at: z.iso.datetime().nullable(),
  attempts: z.number(),
  next_at: z.iso.datetime().nullable().describe('When it is asked again by itself.'),
  undo_of: z.string().nullable(),
  url: z.string().optional().describe('To impersonate: the link that opens once. It is in this one answer only.'),
})

const would = z.strictObject({
  state: z.literal('dry_run'),
  action: z.string(),
  user_id: z.string().nullable(),
  message: z.string().nullable(),
  changes,
})

const userId = z.string().meta({ description: 'Id of the user.', examples: ['usr_1'] })
const params = z.object({ id: userId })
export const reason = z
  .string()
  .trim()
  .max(MAX_REASON)
  .regex(/^\P{Cc}*$/u, 'Text that can be read.')
  .optional()
  .describe('Kept in the audit log. Some actions need one.')

/** What is sent with any action. */
export const actionBody = z.strictObject({
  fields: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  reason,
  dry_run: z.boolean().default(false).describe('true: the main app says what would change, and nothing is done.'),
  undo_of: z.uuid().optional().describe('The run that this takes back.'),
})

export const tag = 'Actions'
export const KEY =
  'With the header `Idempotency-Key` the same request, sent again, is done once. 202 and `unknown` mean that the main app has not said what came of it: follow the run at `Location`. What the main app refuses is 409 with its own words, what could not be asked 502.'
export const answer = { type: 'application/json', schema: z.union([run, would]) } as const

/** What is done to a user who is there. */
const onOne = actionsOn('user')
  .filter(({ creates }) => !creates)
  .map(({ name }) => name)

export const doAction = operation({
  method: 'post',
  path: '/api/users/:id/actions/:action',
  tag,
  summary: 'Ask the main app to do something with a user',
  details: KEY,
  params: params.extend({
    action: z.enum(onOne, { error: `It is one of ${onOne.join(', ')}.` }),
  }),
  body: actionBody,
  answer,
})

export const listRuns = operation({
  method: 'get',
  path: '/api/users/:id/actions',
  tag,
  summary: 'What was done with a user, the newest first',
  params,
  answer: { type: 'application/json', schema: z.strictObject({ actions: z.array(run) }) },
})

const ofRun = z.object({ run: z.string() })

export const readRun = operation({
  method: 'get',
  path: '/api/actions/:run',
  tag,
  summary: 'What became of an action',
  params: ofRun,
  answer: { type: 'application/json', schema: run },
})

export const askRun = operation({
  method: 'post',
  path: '/api/actions/:run/ask',
  tag,
  summary: 'Ask the main app again what became of an action, with the same key',
  details: 'Of a run that is settled nothing is asked: it is answered as it is.',
  params: ofRun,
  answer: { type: 'application/json', schema: run },
})

const fieldsOf = (name: string) => schemaOf(actions.find((one) => one.name === name) ?? { fields: {} }).shape
const more = { reason, dry_run: actionBody.shape.dry_run }

export const createUser = operation({
  method: 'post',
  path: '/api/users',
  tag,
  summary: 'Make a user in the main app',
  details: KEY,
  body: z.strictObject({ ...fieldsOf('create'), ...more }),
  answer,
})

export const changeUser = operation({
  method: 'patch',
  path: '/api/users/:id',
  tag,
  summary: 'Change e-mail address or name of a user in the main app',
  details: KEY,
  params,
  body: z.strictObject({ ...fieldsOf('edit'), ...more }),
  answer,
})

export const deleteUser = operation({
  method: 'delete',
  path: '/api/users/:id',
  tag,
  summary: 'Delete a user in the main app',
  details: `${KEY} The reason is needed.`,
  params,
  body: z.strictObject(more).optional(),
  answer,
})

export const mainAppContract = operation({
  method: 'get',
  path: '/api/main-app-contract.json',
  tag,
  summary: 'What a main app has to answer so that actions work, as OpenAPI 3.1',
  answer: {
    type: 'application/json',
    schema: z.looseObject({ openapi: z.literal('3.1.0'), paths: z.looseObject({}) }),
  },
})

export const actionOperations = [
  doAction,
  listRuns,
  readRun,
  askRun,
  createUser,
  changeUser,
  deleteUser,
  mainAppContract,
]
