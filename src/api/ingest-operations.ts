import { z } from 'zod'
import { factKinds } from '../facts/index.ts'
import type { FactDef } from '../facts/types.ts'
import { type JsonSchema, jsonSchema } from './json-schema.ts'
import { type Operation, operation } from './operation.ts'

export const outcome = z.strictObject({
  accepted: z.number(),
  duplicate: z.number().describe('Facts whose id was seen before: they changed nothing.'),
  rejected: z.number(),
  errors: z
    .array(z.looseObject({ index: z.number(), reason: z.string() }))
    .optional()
    .describe('Each rejected fact, by its place in the request, with the reason.'),
})

/** The typed doors, one operation a kind; their bodies are described by factSchema. */
export const ingestOperations: (Operation & { fact: FactDef })[] = Object.values(factKinds).map((fact) => ({
  ...operation({
    method: 'post',
    path: `/ingest/${fact.path}`,
    tag: 'Ingest',
    summary: fact.doc,
    details: 'One fact, an array of them, or NDJSON; gzipped or not.',
    answer: { type: 'application/json', schema: outcome },
  }),
  fact,
}))

/** A kind of fact as JSON Schema, made of what its fields say when they are given what is none of theirs. */
export function factSchema({ schema, content }: FactDef): JsonSchema {
  const { shape } = schema as z.ZodObject
  const fields = Object.entries(shape).map(([name, field]) => {
    const { expected, required } = probed(field as z.ZodType)
    const about = content?.includes(name) ? { description: `${expected}; kept only with STORE_CONTENT=1` } : {}
    return { name, required, schema: { description: expected, ...typed(expected), ...about } }
  })
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ name, schema: one }) => [name, one])),
    required: fields.flatMap(({ name, required }) => (required ? [name] : [])),
    additionalProperties: takesMore(schema),
  }
}

/** Fields parse for themselves (a number may come as text), so that zod alone cannot say what they take. */
function probed(field: z.ZodType): { expected: string; required: boolean } {
  const refused = field.safeParse(Number.NaN).error?.issues[0]?.message ?? ''
  return { expected: refused.replace(/^expected /, ''), required: !field.safeParse(undefined).success }
}

const TYPES: [RegExp, (match: RegExpExecArray) => JsonSchema][] = [
  [/^text of at most (\d+) characters/, ([, max]) => ({ type: 'string', maxLength: Number(max) })],
  [
    /^a whole number from (-?\d+) to (\d+)/,
    ([, low, high]) => ({ type: 'integer', minimum: Number(low), maximum: Number(high) }),
  ],
  [
    /^a number from (\S+) to (\S+)/,
    ([, low, high]) => ({ type: 'number', minimum: Number(low), maximum: Number(high) }),
  ],
  [/^minor units up to (\d+)/, ([, max]) => ({ type: 'integer', maximum: Number(max) })],
  [/^one of (.+)/, ([, choices = '']) => ({ type: 'string', enum: choices.split(', ') })],
  [/^true or false/, () => ({ type: 'boolean' })],
  [/^an object/, () => ({ type: 'object' })],
  [/^a date and time/, () => ({ type: 'string', format: 'date-time' })],
  [/^a day/, () => ({ type: 'string', format: 'date' })],
  [
    /^a list of at most (\d+) texts/,
    ([, max]) => ({ type: 'array', items: { type: 'string' }, maxItems: Number(max) }),
  ],
  [/^a three-letter currency code/, () => ({ type: 'string', pattern: '^[A-Za-z]{3}$' })],
]

function typed(expected: string): JsonSchema {
  for (const [form, of] of TYPES) {
    const match = form.exec(expected)
    if (match) return of(match)
  }
  return {}
}

const takesMore = (schema: z.ZodType): boolean => jsonSchema(schema, 'output').additionalProperties !== false
