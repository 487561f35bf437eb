import type { z } from 'zod'
import { jsonSchema } from '../api/json-schema.ts'
import { CONTRACT_PATH, doneAnswer, HEADERS, refusal, wouldAnswer } from './contract.ts'
import { contractAddress } from './paths.ts'
import { productAnswer, STATE_PATH } from './product/contract.ts'
import { actions, schemaOf } from './registry.ts'
import type { Action, SubjectKind } from './types.ts'

const ABOUT = `What the main app of a product answers, so that admins can act on its users, and on the product as a whole, from Quarterdeck.

**Signature.** Each request has \`${HEADERS.timestamp}\` (seconds since 1970) and \`${HEADERS.signature}: v1=HEX\`. HEX is the HMAC-SHA256, with MAIN_APP_SECRET, of five lines joined by a line feed: the method, the path with its query, the timestamp, the Idempotency-Key (an empty line where there is none), and the hex SHA-256 of the body. Refuse with 401 what does not fit, and what is more than five minutes old.

**Idempotency.** Remember each \`Idempotency-Key\` that was acted on, with its answer, for 24 hours at least, in the transaction that acts. The same key again gets the same answer, and nothing is done. While the first is still at work: 202. A dry run has a key of its own that nobody needs to remember.

**What is set.** Flags, maintenance mode and rate limits are the main app’s own: Quarterdeck keeps none of them, and asks for them whenever somebody looks. A part that the product does not have is left out of the answer.

**Answers.** 200 with what was done, or with what would be. 202: at it, ask again with the same key. 4xx: nothing was done, with the reason in \`detail\`, which the admin reads; after an attempt that may have arrived only such an answer counts, as one without \`detail\` may be a gateway’s. 5xx or silence: Quarterdeck does not know whether it was done, says so, and asks again with the same key.`

/** What a main app has to answer, made of the actions that there are. */
export function contractOf() {
  return {
    openapi: '3.1.0',
    info: { title: 'Main app, as Quarterdeck asks it', version: '1', description: ABOUT },
    servers: [{ url: '{MAIN_APP_URL}', variables: { MAIN_APP_URL: { default: 'https://app.example.com' } } }],
    paths: {
      [`${CONTRACT_PATH}/health`]: { get: HEALTH },
      [`${CONTRACT_PATH}${STATE_PATH}`]: { get: STATE },
      ...Object.fromEntries(actions.map((action) => [addressOf(action), { post: operationOf(action) }])),
    },
    components: {
      schemas: {
        Would: jsonSchema(wouldAnswer, 'input'),
        Done: jsonSchema(doneAnswer, 'input'),
        Product: jsonSchema(productAnswer, 'input'),
        Refusal: jsonSchema(refusal, 'input'),
      },
      parameters: {
        Signature: header(HEADERS.signature, 'v1=HEX'),
        Timestamp: header(HEADERS.timestamp, 'Seconds since 1970.'),
        Key: header(HEADERS.key, 'One for each act.'),
      },
    },
  }
}

const namesUser = ({ on, creates }: Action): boolean => on === 'user' && !creates
const addressOf = (action: Action): string => contractAddress(namesUser(action) ? '{user_id}' : '', action.name)

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })
const content = (schema: unknown) => ({ 'application/json': { schema } })

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
})

const HEALTH = {
  operationId: 'health',
  summary: 'Whether the app is there',
  parameters: [ref('parameters', 'Signature'), ref('parameters', 'Timestamp')],
  responses: {
    200: {
      description: 'It is.',
      content: content({ type: 'object', required: ['status'], properties: { status: { const: 'ok' } } }),
    },
  },
}

const STATE = {
  operationId: 'product',
  summary: 'What is set for the whole product: feature flags, maintenance mode, rate limits',
  parameters: [ref('parameters', 'Signature'), ref('parameters', 'Timestamp')],
  responses: {
    200: { description: 'As it is now.', content: content(ref('schemas', 'Product')) },
    404: { description: 'This product has none of it.' },
  },
}

const NOT_FOUND: Record<SubjectKind, string> = {
  user: 'no such user, or no such action here',
  product: 'no such action here',
}

function operationOf(action: Action) {
  const { on, name, label, about, destructive } = action
  return {
    operationId: name,
    summary: label,
    description: `${about}${destructive ? ' An admin has to give a reason.' : ''}`,
    parameters: [
      ...(namesUser(action) ? [{ name: 'user_id', in: 'path', required: true, schema: { type: 'string' } }] : []),
      ref('parameters', 'Signature'),
      ref('parameters', 'Timestamp'),
      ref('parameters', 'Key'),
    ],
    requestBody: { required: true, content: content(bodySchema(schemaOf(action))) },
    responses: {
      200: {
        description: 'Done; or, with dry_run, what would be.',
        content: content({ oneOf: [ref('schemas', 'Done'), ref('schemas', 'Would')] }),
      },
      202: { description: 'At it: ask again with the same key.' },
      '4XX': {
        description: `Not done, and why. 404: ${NOT_FOUND[on]}. 409: it cannot be done now.`,
        content: { 'application/problem+json': { schema: ref('schemas', 'Refusal') } },
      },
    },
  }
}

const bodySchema = (fields: z.ZodObject) => ({
  type: 'object',
  required: ['dry_run', 'fields', 'by'],
  properties: {
    dry_run: { type: 'boolean', description: 'true: say what would change, and do nothing.' },
    fields: jsonSchema(fields, 'output'),
    reason: { type: 'string', description: 'What the admin gave as the reason.' },
    by: {
      type: 'object',
      required: ['id', 'name'],
      properties: { id: { type: 'string' }, name: { type: 'string' } },
      description: 'Who asks: “admin:…” or “key:…”, and what they are called.',
    },
  },
})
