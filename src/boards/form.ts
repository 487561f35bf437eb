import { parseQuantity, quantityText } from '../metrics/quantity.ts'
import type { BoardCard } from './doc.ts'
import { cardId, checkCard, titleField } from './doc.ts'
import type { Height, Width } from './kinds/define.ts'
import { configSchema, type KindName, kindOf } from './kinds/index.ts'
import { type Catalogue, listMetrics, metricKey } from './metrics.ts'

/** The form of a card, as it was entered; `card` where it is one. */
export interface CardForm {
  kind: KindName
  values: Record<string, string>
  /** By field; '' of the form as a whole. */
  errors: Record<string, string>
  /** In which money is typed. */
  currency: string
  card?: BoardCard
}

/** At most so many fields for metrics. */
export const METRIC_FIELDS = 6
export const metricName = (place: number): string => `metric-${place}`

/** Reads the fields of a form; nothing that was entered is lost where something is wrong. */
export function readCardForm(
  catalogue: Catalogue,
  kind: KindName,
  fields: Record<string, string>,
  { id, taken, currency }: { id?: string; taken: ReadonlySet<string>; currency: string },
): CardForm {
  const values = withKeys(catalogue, fields)
  const { amounts, errors } = kind === 'gauge' ? readAmounts(catalogue, values, currency) : NO_AMOUNTS()
  const read = configSchema(kind).safeParse({ ...configOf(kind, values), ...amounts })
  const title = titleField.safeParse(values.title ?? '')
  for (const { path, message } of read.error?.issues ?? []) errors[fieldAt(path)] ??= message
  if (title.error) errors.title = title.error.issues[0]?.message ?? 'Not a title.'
  const size = sizeOf(kind, values)
  if (!read.success || !title.success) return { kind, values, errors, currency }
  const config = read.data as Record<string, unknown>
  for (const { path, message } of checkCard(catalogue, { kind, config })) errors[fieldAt(path)] ??= message
  if (Object.keys(errors).length > 0) return { kind, values, errors, currency }
  const named = id ?? cardId({ kind, config }, taken)
  return { kind, values, errors, currency, card: { id: named, kind, title: title.data, ...size, config } }
}

/** The limits of a gauge as people write values of its metric, "4 s"; without a metric they are plain numbers. */
function readAmounts(catalogue: Catalogue, values: Record<string, string>, currency: string): Amounts {
  const found: Amounts = NO_AMOUNTS()
  const key = values[metricName(0)] ?? ''
  if (!catalogue.has(key)) return found
  const { unit } = catalogue.of(metricKey(key))
  for (const name of AMOUNTS) {
    const text = values[name] ?? ''
    if (text === '') continue
    const read = parseQuantity(text, unit, currency)
    if (read.ok) found.amounts[name] = read.value
    else {
      found.errors[name] = read.reason
      // What is told already is not told again by the shape.
      found.amounts[name] = undefined
    }
  }
  return found
}

interface Amounts {
  amounts: Record<string, number | undefined>
  errors: Record<string, string>
}
const NO_AMOUNTS = (): Amounts => ({ amounts: {}, errors: {} })
const AMOUNTS = ['max', 'warn', 'crit'] as const

/** The form that a card was made with. */
export function formOf(card: BoardCard, catalogue: Catalogue, currency: string): CardForm {
  const { kind, title, width, height, config } = card
  const values: Record<string, string> = { title, width: String(width), height }
  for (const [name, value] of Object.entries(config)) {
    if (name === 'metric') values[metricName(0)] = String(value)
    else if (name === 'metrics')
      for (const [i, key] of (value as string[]).entries()) values[metricName(i)] = String(key)
    else if (value !== undefined && value !== false) values[name] = value === true ? 'on' : String(value)
  }
  const key = values[metricName(0)] ?? ''
  for (const name of kind === 'gauge' && catalogue.has(key) ? AMOUNTS : [])
    if (typeof config[name] === 'number')
      values[name] = quantityText(config[name], catalogue.of(metricKey(key)).unit, currency)
  return { kind, values, errors: {}, currency, card }
}

/** The metrics of a form that are there, in their order. */
export function metricsIn(catalogue: Catalogue, { values }: Pick<CardForm, 'values'>): string[] {
  const given = Array.from({ length: METRIC_FIELDS }, (_, i) => values[metricName(i)] ?? '')
  return given.filter((key) => catalogue.has(key))
}

/** A metric may be named by its label too. */
function withKeys(catalogue: Catalogue, fields: Record<string, string>): Record<string, string> {
  const labels = new Map(listMetrics(catalogue).map(({ key, metric }) => [metric.label.toLowerCase(), key]))
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const text = name === 'text' ? value : value.trim()
      const known = !name.startsWith('metric-') || catalogue.has(text)
      return [name, known ? text : (labels.get(text.toLowerCase()) ?? text)]
    }),
  )
}

const NUMBERS = new Set(['top', 'limit', 'max', 'warn', 'crit'])

function configOf(kind: KindName, values: Record<string, string>): Record<string, unknown> {
  const metrics = Array.from({ length: METRIC_FIELDS }, (_, i) => values[metricName(i)] ?? '').filter(Boolean)
  const entries = Object.keys(kindOf(kind).fields).map((name): [string, unknown] => {
    if (name === 'metrics') return [name, metrics]
    if (name === 'metric') return [name, metrics[0] ?? '']
    if (name === 'notable') return [name, values.notable === 'on' ? true : undefined]
    const text = values[name] ?? ''
    if (text === '') return [name, undefined]
    // What is no number stays what it is, so that the message is about it.
    return [name, NUMBERS.has(name) && text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : text]
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** A size that the kind does not have becomes its first one. */
function sizeOf(kind: KindName, { width, height }: Record<string, string>): { width: Width; height: Height } {
  const { widths, heights } = kindOf(kind)
  const wide = widths.find((one) => String(one) === width) ?? widths[0] ?? 6
  return { width: wide, height: heights.find((one) => one === height) ?? heights[0] ?? 'm' }
}

function fieldAt([first, second]: readonly PropertyKey[]): string {
  if (first === 'metric') return metricName(0)
  if (first === 'metrics') return metricName(typeof second === 'number' ? second : 0)
  return String(first ?? '')
}
