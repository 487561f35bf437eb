import type { Fragment } from './metric.ts'

/** What a tagged statement of postgres.js is made of; fragments are statements inside statements. */
interface Tagged {
  strings: readonly string[]
  args: readonly unknown[]
}

/** A statement as a person would type it, values written out: what is shown can be run in psql as it stands. */
export function sqlText(statement: Fragment): string {
  return indent(flat(statement as unknown as Tagged))
}

function flat({ strings, args }: Tagged): string {
  return strings.map((text, i) => (i === 0 ? text : valueText(args[i - 1]) + text)).join('')
}

function valueText(value: unknown): string {
  if (isTagged(value)) return flat(value)
  if (Array.isArray(value)) {
    if (value.some(isTagged)) return value.map(valueText).join('')
    return value.length ? `array[${value.map(valueText).join(', ')}]` : "'{}'"
  }
  // sql('name') is an identifier: postgres.js keeps it quoted.
  if (isIdentifier(value)) return value.value
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return `timestamptz '${value.toISOString()}'`
  return `'${String(value).replaceAll("'", "''")}'`
}

const isTagged = (value: unknown): value is Tagged =>
  typeof value === 'object' && value !== null && 'strings' in value && 'args' in value

const isIdentifier = (value: unknown): value is { value: string } =>
  typeof value === 'object' && value !== null && value.constructor.name === 'Identifier' && 'value' in value

/** One indent for what follows the first line, whatever depth the fragments had in their files. */
function indent(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '')
  return lines.map((line, i) => (i === 0 ? line.trim() : line.replace(/^ {4}/, ''))).join('\n')
}
