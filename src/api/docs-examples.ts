import type { JsonSchema } from './json-schema.ts'
import type { Parameter } from './openapi.ts'
import { operations } from './operations.ts'

interface Shown {
  method: string
  path: string
  tags: string[]
}

/** A command that can be pasted; KEY is set before. */
export function curlOf({ method, path, tags }: Shown, baseUrl: string, body: JsonSchema | undefined): string {
  const address = `${baseUrl}${path}${query(path)}`
  if (method === 'get') return `curl -sS -u "$KEY:" "${address}"`
  const verb = method === 'post' ? '' : ` -X ${method.toUpperCase()}`
  const key = tags.includes('Access') || path === '/auth/login' ? '' : ' -H "Authorization: Bearer $KEY"'
  const sent = body ? ` \\\n  -H 'Content-Type: application/json' -d '${JSON.stringify(sample(body))}'` : ''
  return `curl -sS${verb || (sent ? '' : ' -X POST')}${key} "${address}"${sent}`
}

/** Where a browser that is signed in can look at the answer. */
export function tryHref({ method, path }: Shown): string | undefined {
  return method === 'get' && !path.includes('{') ? path + query(path) : undefined
}

function query(path: string): string {
  const example = operations.find((one) => one.path === path)?.example
  return example ? `?${example}` : ''
}

/** The fields of a body: of the one fact, where it may be a list of them. */
export function fieldsOf(body: JsonSchema): Parameter[] {
  const one = (Array.isArray(body.anyOf) ? body.anyOf[0] : body) as JsonSchema
  const required = (one.required ?? []) as string[]
  return Object.entries((one.properties ?? {}) as Record<string, JsonSchema>).map(
    ([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      ...(description !== undefined && { description: String(description) }),
      schema,
    }),
  )
}

/** A body with what is required, in the form of its fields. */
function sample(body: JsonSchema): unknown {
  const required = fieldsOf(body).filter((field) => field.required)
  return Object.fromEntries(required.map(({ name, schema }) => [name, valueOfType(schema)]))
}

function valueOfType({ type, format, enum: choices, examples }: JsonSchema): unknown {
  if (Array.isArray(examples)) return examples[0]
  if (Array.isArray(choices)) return choices[0]
  if (format === 'date') return '2026-11-20'
  if (format === 'date-time') return '2026-11-20T12:00:00Z'
  if (type === 'integer' || type === 'number') return 1
  return type === 'boolean' ? true : '…'
}
