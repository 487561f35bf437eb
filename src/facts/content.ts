import type { FactDef } from './types.ts'

/** The row without what people wrote and models answered, unless that may be kept. */
export function allowedContent(
  { content }: FactDef,
  row: Record<string, unknown>,
  storeContent: boolean | undefined,
): Record<string, unknown> {
  if (!content || storeContent || !isObject(row)) return row
  const { properties } = row
  const kept = without(row, content)
  return isObject(properties) ? { ...kept, properties: without(properties, content) } : kept
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const without = (row: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
