import type { z } from 'zod'
import { type CustomKey, isCustomKey } from '../metrics/catalogue.ts'
import type { Unit } from '../metrics/metric.ts'
import { parseQuantity, quantityText } from '../metrics/quantity.ts'
import type { CustomEntry } from './catalogue.ts'
import { type CustomInput, customInput } from './input.ts'
import { UNITS } from './units.ts'

/** The fields of the form, as they are typed. `name` is what follows "custom." in the key. */
export const DRAFT_FIELDS = [
  'formula',
  'label',
  'name',
  'unit',
  'good',
  'definition',
  'action',
  'warn',
  'crit',
] as const
export type DraftField = (typeof DRAFT_FIELDS)[number]
export type Draft = Record<DraftField, string>

export function draftOf(fields: Readonly<Record<string, string>>): Draft {
  return Object.fromEntries(DRAFT_FIELDS.map((name) => [name, fields[name] ?? ''])) as Draft
}

/** What is stored, as the form shows it. */
export function draftOfEntry(entry: CustomEntry, currency: string): Draft {
  const { key, label, formula, unit, good, definition, action, warn, crit } = entry
  const name = key.slice('custom.'.length)
  const text = (value: number | null) => (value === null ? '' : quantityText(value, unit, currency))
  return { formula, label, name, unit, good, definition, action, warn: text(warn), crit: text(crit) }
}

/** The unit that was chosen; undefined = as the formula says. */
export function chosenUnit({ unit }: Draft): Unit | undefined {
  return Object.hasOwn(UNITS, unit) ? (unit as Unit) : undefined
}

export type Errors = Partial<Record<DraftField, string>>
export type ReadDraft = { ok: true; input: CustomInput } | { ok: false; errors: Errors }

/** The form as a metric; what is wrong with it is said by its field. @param likely the unit where none was chosen */
export function readDraft(draft: Draft, likely: Unit | undefined, currency: string): ReadDraft {
  const { name, warn, crit, unit, ...texts } = draft
  const errors: Errors = {}
  const limitOf = (field: 'warn' | 'crit'): number | null => {
    if (draft[field].trim() === '') return null
    const read = parseQuantity(draft[field], chosenUnit(draft) ?? likely ?? 'ratio', currency)
    if (read.ok) return read.value
    errors[field] = read.reason
    return null
  }
  const read = customInput.safeParse({
    ...texts,
    key: keyOf(draft),
    unit: unit || likely || 'ratio',
    good: draft.good || undefined,
    warn: limitOf('warn'),
    crit: limitOf('crit'),
  })
  if (read.success && Object.keys(errors).length === 0) return { ok: true, input: read.data }
  return { ok: false, errors: { ...(read.error && errorsOf(read.error)), ...errors } }
}

/** Without a name of its own the key is made of the label. */
export function keyOf({ name, label }: Pick<Draft, 'name' | 'label'>): string {
  const slug = (name.trim() || label).toLowerCase().replace(/^custom\./, '')
  if (name.trim()) return `custom.${slug}`
  const plain = slug.normalize('NFKD').replace(/[^a-z0-9]+/g, '_')
  return `custom.${plain.replace(/^[\d_]+|_+$/g, '').slice(0, 60)}`
}

/** The key that a draft will have, where it can have one. */
export function customKeyOf(draft: Pick<Draft, 'name' | 'label'>): CustomKey | undefined {
  const key = keyOf(draft)
  return isCustomKey(key) ? key : undefined
}

function errorsOf(error: z.ZodError): Errors {
  const found: Errors = {}
  for (const { path, message } of error.issues) {
    const field = path[0] === 'key' ? 'name' : (path[0] as DraftField)
    found[field] ??= message
  }
  if (found.name && found.label) delete found.name
  return found
}
