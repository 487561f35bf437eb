import type { Rule } from '../auth/guards.ts'
import type { FactDef } from '../facts/types.ts'
import { factSchema } from './ingest-operations.ts'
import { type JsonSchema, jsonSchema } from './json-schema.ts'
import { type Answer, type Operation, TAGS } from './operation.ts'
import { operations } from './operations.ts'
import { isList } from './query.ts'
import { SIGNED } from './signature.ts'
import { isSignable } from './signed-urls.ts'

export interface Parameter {
  name: string
  in: 'path' | 'query'
  description?: string
  required?: boolean
  schema: JsonSchema
}

export interface OperationObject {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: JsonSchema }> }
  responses: Record<string, JsonSchema>
  security: Record<string, string[]>[]
}

/** An operation as the pages show it. */
export interface ShownOperation extends OperationObject {
  method: string
  path: string
}

export interface OpenApi {
  openapi: '3.1.0'
  paths: Record<string, Record<string, OperationObject>>
  [more: string]: unknown
}

/** A route, with who may use it; undefined = anybody. */
export interface GuardedRoute {
  method: string
  path: string
  rule: Rule | undefined
}

/** The description of the API: made of the operations, and of the guards of the routes that serve them. */
export function openapiOf(routes: GuardedRoute[], baseUrl: string): OpenApi {
  const rules = new Map(routes.map(({ method, path, rule }) => [`${method} ${path}`, rule]))
  const paths: OpenApi['paths'] = {}
  for (const one of operations) {
    const route = 'fact' in one ? '/ingest/:kind' : one.path
    const rule = rules.get(`${one.method.toUpperCase()} ${route}`)
    const path = one.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [one.method]: operationObject(one, rule) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Quarterdeck', version: '1', description: ABOUT },
    servers: [{ url: baseUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      responses: { Problem: PROBLEM_ANSWER },
      securitySchemes: schemesOf(baseUrl),
    },
  }
}

const ABOUT =
  'Every metric, every table and every door at a stable address. Days are those of the configured time zone; unknown is null, which is not zero.'

function operationObject(one: Operation, rule: Rule | undefined): OperationObject {
  const { method, path, tag, summary, details, answer } = one
  const description = [details, whoMay(rule)].filter(Boolean).join(' ')
  const parameters = [...parametersOf(one.params, 'path'), ...parametersOf(one.query, 'query')]
  return {
    operationId: `${method}${path.replace(/\W+/g, '_')}`,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(one),
    responses: {
      [answer.status ?? 200]: answerObject(answer),
      default: { $ref: '#/components/responses/Problem' },
    },
    security: securityOf(one, rule),
  }
}

function whoMay(rule: Rule | undefined): string {
  const { scope, role } = rule ?? {}
  const parts = [scope && `a key with the scope ${scope}`, role && `the role ${role}`].filter(Boolean)
  return parts.length > 0 ? `Needs ${parts.join(' or ')}.` : ''
}

function parametersOf(shape: Operation['query'], place: Parameter['in']): Parameter[] {
  if (!shape) return []
  const { properties } = jsonSchema(shape, 'input') as { properties: Record<string, JsonSchema> }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    ...(description !== undefined && { description: String(description) }),
    ...(place === 'path' && { required: true }),
    // Our lists are a,b; they may also be given as name=a&name=b.
    ...(shape.shape[name] && isList(shape.shape[name]) && { style: 'form', explode: false }),
    schema,
  }))
}

function bodyOf(one: Operation & { fact?: FactDef }): Pick<OperationObject, 'requestBody'> {
  if (one.fact) {
    const schema = factSchema(one.fact)
    return {
      requestBody: {
        content: {
          'application/json': { schema: { anyOf: [schema, { type: 'array', items: schema }] } },
          'application/x-ndjson': { schema },
        },
      },
    }
  }
  return one.body ? { requestBody: { content: { 'application/json': { schema: jsonSchema(one.body, 'input') } } } } : {}
}

function answerObject(answer: Answer): JsonSchema {
  if (answer.type !== 'application/json')
    return { description: answer.doc, content: { [answer.type]: { schema: { type: 'string' } } } }
  return { description: 'The answer.', content: { [answer.type]: { schema: jsonSchema(answer.schema, 'output') } } }
}

/** Any one of them will do. */
function securityOf({ method, path }: Operation, rule: Rule | undefined): Record<string, string[]>[] {
  if (!rule) return []
  return [
    ...(rule.scope ? [{ bearer: [] }, { basic: [] }] : []),
    ...(rule.role ? [{ session: [] }] : []),
    ...(method === 'get' && isSignable(path) ? [{ link: [] }] : []),
  ]
}

const schemesOf = (baseUrl: string) => ({
  bearer: { type: 'http', scheme: 'bearer', description: 'A key (qd_…), or the token of a sign-in.' },
  basic: { type: 'http', scheme: 'basic', description: 'The key as user, without a password.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: baseUrl.startsWith('https:') ? '__Host-qd_session' : 'qd_session',
    description: 'A browser that is signed in.',
  },
  link: { type: 'apiKey', in: 'query', name: SIGNED.signature, description: 'A signed link; see /api/signed-urls.' },
})

const PROBLEM = {
  type: 'object',
  description: 'What was wrong, and what would be right (RFC 9457).',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    requestId: { type: 'string', description: 'Under which the log has it.' },
  },
}

const PROBLEM_ANSWER = {
  description: 'It did not work.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}
