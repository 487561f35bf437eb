import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import type { Metric, Unit } from '../metrics/metric.ts'
import { parseQuantity, quantityExample, quantityText } from '../metrics/quantity.ts'
import { type Point, type State, stateOf } from '../metrics/query.ts'
import { definedLimits } from './change.ts'
import { badSide, type Limits, limitsOf, limitsProblem, withLimits } from './limits.ts'

/** The days that a preview looks at. */
export const PREVIEW_DAYS = 30

export interface Preview {
  days: { day: string; state: State }[]
  yellow: number
  red: number
  known: number
}

/** How the days would have been coloured. */
export function previewOf(points: readonly Point[], metric: Metric, limits: Limits): Preview {
  const judged = withLimits(metric, limits)
  const days = points.map(({ day, value }) => ({ day, state: stateOf(judged, value) }))
  const count = (...states: State[]) => days.filter(({ state }) => states.includes(state)).length
  return { days, yellow: count('warn'), red: count('crit'), known: count('ok', 'warn', 'crit') }
}

/** "It would have been yellow on 4 and red on 1 of the last 30 days." */
export function previewText({ days, yellow, red, known }: Preview): string {
  if (known === 0) return `It is not known on any of the last ${days.length} days.`
  const unknown = days.length - known
  const rest = unknown > 0 ? `; it is not known on ${unknown} of them` : ''
  return `It would have been yellow on ${yellow} and red on ${red} of the last ${days.length} days${rest}.`
}

/** "Yellow under 20%, red under 10%." */
export function limitsText(deps: Deps, key: AnyKey, { warn, crit }: Limits): string {
  const { good, unit } = catalogueOf(deps).of(key)
  const part = (word: string, value: number | null) =>
    value === null ? [] : [`${word} ${badSide(good)} ${quantityText(value, unit, deps.config.currency)}`]
  const parts = [...part('yellow', warn), ...part('red', crit)]
  if (parts.length === 0) return 'None: this metric is never coloured.'
  const text = parts.join(', ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** The thresholds of a metric, and whether they are those of its definition. */
export function standingLimits(deps: Deps, key: AnyKey): { limits: Limits; defined: Limits; changed: boolean } {
  const catalogue = catalogueOf(deps)
  const limits = limitsOf(catalogue.of(key))
  const defined = definedLimits(catalogue, key)
  return { limits, defined, changed: limits.warn !== defined.warn || limits.crit !== defined.crit }
}

/** What somebody typed. */
export interface TypedLimits {
  warn: string
  crit: string
}

export type ReadLimits = { ok: true; limits: Limits } | { ok: false; field: keyof Limits; reason: string }

/** Reads what was typed, in the units that people use; an empty field is no threshold. */
export function readTyped(
  { config: { currency } }: Pick<Deps, 'config'>,
  metric: Pick<Metric, 'good' | 'unit'>,
  typed: TypedLimits,
): ReadLimits {
  const limits: Limits = { warn: null, crit: null }
  for (const field of ['warn', 'crit'] as const) {
    if (typed[field].trim() === '') continue
    const read = parseQuantity(typed[field], metric.unit, currency)
    if (!read.ok) return { ok: false, field, reason: read.reason }
    limits[field] = read.value
  }
  const wrong = limitsProblem(metric, limits)
  return wrong ? { ok: false, field: wrong.field, reason: wrong.text } : { ok: true, limits }
}

/** A threshold as it stands in a field: what is typed there again says the same. */
export const fieldText = (deps: Pick<Deps, 'config'>, { unit }: Pick<Metric, 'unit'>, value: number | null): string =>
  value === null ? '' : quantityText(value, unit, deps.config.currency)

/** What can be typed in a field: "such as 250 ms, 4 s or 2 d". */
export const exampleText = (deps: Pick<Deps, 'config'>, { unit }: Pick<Metric, 'unit'>): string =>
  `such as ${quantityExample(unit, deps.config.currency)}`

/** What the numbers of a unit are, for the label of a field. */
export function unitText(deps: Pick<Deps, 'config'>, { unit }: Pick<Metric, 'unit'>): string {
  if (unit === 'money') return deps.config.currency
  return UNIT_WORDS[unit] ?? unit
}

const UNIT_WORDS: Partial<Record<Unit, string>> = {
  percent: '%',
  ms: 'time',
  bytes: 'size',
  ratio: 'times',
  score: 'points',
  shift: 'layout shift',
}
