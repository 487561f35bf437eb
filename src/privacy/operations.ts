import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { MAX_REASON } from './erase.ts'

const params = z.object({ id: z.string().meta({ description: 'Their id, or one that turned out to be theirs.' }) })

export const dataOfUser = operation({
  method: 'get',
  path: '/api/users/:id/data',
  tag: 'Users',
  summary: 'Everything that is held of a user',
  details:
    'Facts, roll-ups, scores, notes, tags, mails, actions and what the audit log says of them, as one JSON document. For owners and keys that act, of all tenants; each time is in the audit log. Not in privacy mode strict.',
  params,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      user_id: z.string(),
      ids: z.array(z.string()).describe('Theirs, and those that turned out to be theirs.'),
      exported_at: z.iso.datetime(),
      tables: z.record(z.string(), z.array(z.looseObject({}))).describe('Rows by the table that holds them.'),
    }),
  },
})

export const erasureBody = z.strictObject({
  confirm: z.string().meta({ description: 'The id once more.' }),
  reason: z
    .string()
    .meta({ description: `Stays in the audit log; at most ${MAX_REASON} characters, without id and address.` }),
})

export const eraseUserData = operation({
  method: 'delete',
  path: '/api/users/:id/data',
  tag: 'Users',
  summary: 'Erase a user',
  details:
    'From the answer on nothing new is stored under their ids; what is there is erased in the background, within a minute or as long as its facts take. It cannot be undone. For owners and keys that act, of all tenants.',
  params,
  body: erasureBody,
  answer: {
    type: 'application/json',
    status: 202,
    schema: z.strictObject({ erasure: z.string().describe('Stands in the audit log as erasure:….') }),
  },
})

export const privacyOperations = [dataOfUser, eraseUserData]
