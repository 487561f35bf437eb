import { Document, parseDocument } from 'yaml'
import { z } from 'zod'
import { Problem } from '../lib/errors.ts'
import { customInput, fieldsOfInput } from './input.ts'
import type { CustomMetric } from './read.ts'
import type { Wanted } from './store.ts'

/** Each alias is a copy; a list of metrics needs none. */
const MAX_ALIASES = 10

const file = z.strictObject({ custom_metrics: z.array(customInput).max(300) })

/** Custom metrics as a file that can be reviewed and read again; archived ones are left out. */
export function customMetricsToYaml(rows: readonly CustomMetric[]): string {
  const written = rows
    .filter(({ archivedAt }) => archivedAt === null)
    .map(({ key, label, formula, unit, good, definition, action, warn, crit }) => ({
      key,
      label,
      formula,
      unit,
      good,
      definition,
      ...(action && { action }),
      ...(warn !== null && { warn }),
      ...(crit !== null && { crit }),
    }))
  return new Document({ custom_metrics: written }).toString({ lineWidth: 0 })
}

/** Reads such a file. @throws Problem 422 with all that is wrong with it */
export function customMetricsFromYaml(text: string): Wanted[] {
  const document = parseDocument(text, { prettyErrors: true })
  if (document.errors.length > 0) throw refused(document.errors.map(({ message }) => message.split('\n')[0] ?? ''))
  const { success, data, error } = file.safeParse(plainOf(document))
  if (!success) throw refused(error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`))
  const keys = data.custom_metrics.map(({ key }) => key)
  const twice = keys.find((key, i) => keys.indexOf(key) !== i)
  if (twice) throw refused([`${twice} is there twice.`])
  return data.custom_metrics.map(({ key, ...fields }) => ({ key, fields: fieldsOfInput(fields) }))
}

function plainOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (error) {
    throw refused([(error as Error).message])
  }
}

const refused = (messages: string[]) => new Problem(422, 'The file is not valid', messages.slice(0, 20).join('; '))
