import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

/** A schema as it stands in the description: of what is sent ('input') or of what is answered ('output'). */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    // A format says it; its pattern is half a screen.
    override: ({ jsonSchema: made }) => {
      if (made.format) delete made.pattern
    },
  })
  return rest as JsonSchema
}

/** A schema as one reads it: its fields with their types, a line each. */
export function outline(schema: JsonSchema, indent = ''): string {
  const { properties, items, anyOf } = schema as { properties?: Fields; items?: JsonSchema; anyOf?: JsonSchema[] }
  if (items && Object.keys(items).length > 0) return `[ ${outline(items, indent)} ]`
  if (anyOf) return anyOf.map((one) => outline(one, indent)).join(' | ')
  if (!properties || Object.keys(properties).length === 0) return typeText(schema)
  const required = new Set((schema.required ?? []) as string[])
  const lines = Object.entries(properties).map(([name, one]) => {
    const about = one.description === undefined ? '' : `   // ${one.description}`
    return `${indent}  ${name}${required.has(name) ? '' : '?'}: ${outline(one, `${indent}  `)}${about}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

type Fields = Record<string, JsonSchema>

/** What a parameter or field takes, in a few words. */
export function typeText({ type, format, enum: choices, items, anyOf, const: only }: JsonSchema): string {
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(choices)) return choices.join(' | ')
  if (Array.isArray(type)) return type.join(' | ')
  if (type === 'array') return `list of ${typeText((items ?? {}) as JsonSchema)}`
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeText(one as JsonSchema)).join(' | ')
  return [format, type].find((part) => part !== undefined)?.toString() ?? 'any'
}
