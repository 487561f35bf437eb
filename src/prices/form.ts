import { type PriceEntry, priceBody } from './store.ts'

export const PRICE_FIELDS = [
  'provider',
  'model',
  'since',
  'input_per_mtok',
  'output_per_mtok',
  'cached_input_per_mtok',
  'per_hour',
  'note',
] as const
export type PriceField = (typeof PRICE_FIELDS)[number]

const AMOUNTS: readonly string[] = ['input_per_mtok', 'output_per_mtok', 'cached_input_per_mtok', 'per_hour']

/** A price out of what was typed, or the first field that is wrong. */
export function readPriceForm(
  fields: Record<string, string>,
): { entry: PriceEntry } | { bad: PriceField; why: string } {
  const given: Record<string, unknown> = {}
  for (const name of PRICE_FIELDS) {
    const text = (fields[name] ?? '').trim()
    if (text === '') continue
    if (!AMOUNTS.includes(name)) given[name] = text
    else if (/^\d{1,7}(\.\d{1,10})?$/.test(text)) given[name] = Number(text)
    else return { bad: name, why: 'An amount such as 2.50.' }
  }
  const { data, error } = priceBody.safeParse({ model: '', since: '', ...given })
  if (data) return { entry: data }
  const [issue] = error.issues
  const bad = PRICE_FIELDS.find((name) => name === issue?.path[0]) ?? 'model'
  return { bad, why: WHY[bad] ?? issue?.message ?? '' }
}

const WHY: Partial<Record<PriceField, string>> = {
  model: 'The name of the model, as calls have it.',
  since: 'A day such as 2026-12-01.',
}
