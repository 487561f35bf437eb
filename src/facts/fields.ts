import { z } from 'zod'
import { parseTimestamp } from '../lib/timestamp.ts'

/**
 * What a client may send in a field. Numbers and booleans may come as text (CSV has nothing else); null and '' mean
 * "not sent". A value of the wrong kind is refused with a reason that names what was expected.
 */
const INVALID = Symbol('invalid')

function field<T>(expected: string, parse: (value: unknown) => T | typeof INVALID) {
  const given = z.transform((value: unknown, context): T | undefined => {
    if (isMissing(value)) return undefined
    const parsed = parse(value)
    if (parsed !== INVALID) return parsed
    context.addIssue({ code: 'custom', message: `expected ${expected}` })
    return z.NEVER
  })
  return given.optional()
}

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === ''

function required<T>(expected: string, parse: (value: unknown) => T | typeof INVALID) {
  return z.transform((value: unknown, context): T => {
    const missing = isMissing(value)
    const parsed = missing ? INVALID : parse(value)
    if (parsed !== INVALID) return parsed
    context.addIssue({ code: 'custom', message: missing ? 'is required' : `expected ${expected}` })
    return z.NEVER
  })
}

const parseText = (max: number) => (value: unknown) => {
  const string = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  return typeof string === 'string' && string.length <= max ? string : INVALID
}

// '*' is the name of "all tenants" as a scope, so no tenant may be called that.
const parseTenant = (value: unknown) => {
  const string = parseText(200)(value)
  return string === '*' ? INVALID : string
}

const parseNumber = (min: number, max: number, integer: boolean) => (value: unknown) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number) || number < min || number > max) return INVALID
  return integer && !Number.isInteger(number) ? INVALID : number
}

const BOOLEANS: Record<string, boolean> = { true: true, false: false, '1': true, '0': false, yes: true, no: false }
const parseBoolean = (value: unknown) => {
  if (typeof value === 'boolean') return value
  const known = BOOLEANS[String(value).toLowerCase()]
  return known === undefined ? INVALID : known
}

const parseObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : INVALID

const parseChoice =
  <T extends string>(choices: readonly T[]) =>
  (value: unknown) =>
    choices.includes(value as T) ? (value as T) : INVALID

// A year 1 or 9999 is a default of somebody's database, and would stretch every series by millennia.
const parseInstant = (value: unknown) => {
  const at = parseTimestamp(value)
  return at && at.getUTCFullYear() >= 1990 && at.getUTCFullYear() < 2200 ? at : INVALID
}

// A database's date comes as an instant, which the driver puts at midnight UTC.
const parseDay = (value: unknown) => {
  const day = value instanceof Date && parseInstant(value) !== INVALID ? value.toISOString().slice(0, 10) : value
  if (typeof day !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(day)) return INVALID
  return parseInstant(day) === INVALID ? INVALID : day
}

const MAX_LIST = 100
const parseTexts = (value: unknown) => {
  const texts = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value
  if (!Array.isArray(texts) || texts.length > MAX_LIST) return INVALID
  const given = texts.filter((one) => !isMissing(one))
  return given.every((one) => parseText(MAX_ID)(one) !== INVALID) ? given.map(String) : INVALID
}

/** The largest id and name that a btree index takes in any script. */
export const MAX_ID = 300
const MAX_INT = 2_147_483_647
export const MAX_MINOR = 1_000_000_000_000

export const id = () => required(`text of at most ${MAX_ID} characters`, parseText(MAX_ID))
export const optionalId = () => field(`text of at most ${MAX_ID} characters`, parseText(MAX_ID))
export const tenant = () => field("text of at most 200 characters, not '*'", parseTenant)
export const requiredTenant = () => required("text of at most 200 characters, not '*'", parseTenant)
export const text = (max = 2000) => field(`text of at most ${max} characters`, parseText(max))
export const requiredText = (max: number) => required(`text of at most ${max} characters`, parseText(max))
export const int = (min = 0, max = MAX_INT) =>
  field(`a whole number from ${min} to ${max}`, parseNumber(min, max, true))
export const number = (min: number, max: number) =>
  field(`a number from ${min} to ${max}`, parseNumber(min, max, false))
export const requiredNumber = (min: number, max: number) =>
  required(`a number from ${min} to ${max}`, parseNumber(min, max, false))
/** Money in minor units. */
/** "49.00" is a price in major units: taken for 49 cents it would be wrong a hundredfold, without a word. */
const parseMinor = (value: unknown) =>
  typeof value === 'string' && value.includes('.') ? INVALID : parseNumber(-MAX_MINOR, MAX_MINOR, true)(value)
const MINOR = `minor units up to ${MAX_MINOR}, such as 4900 for 49.00`

export const minor = () => field(MINOR, parseMinor)
export const requiredMinor = () => required(MINOR, parseMinor)
export const bool = () => field('true or false', parseBoolean)
export const requiredBool = () => required('true or false', parseBoolean)
export const object = () => field('an object', parseObject)
export const instant = () => field('a date and time from 1990 to 2199', parseInstant)
/** A calendar day, as text: it has neither time nor zone. */
export const requiredDay = () => required('a day such as 2026-11-20', parseDay)
/** A list of texts; of a CSV, one text with commas. */
export const texts = () => field(`a list of at most ${MAX_LIST} texts`, parseTexts)
/** What people wrote and models answered: as long as it is, within a request. */
export const content = () => text(2_000_000)
export const choice = <T extends string>(...choices: T[]) => field(`one of ${choices.join(', ')}`, parseChoice(choices))
export const requiredChoice = <T extends string>(...choices: T[]) =>
  required(`one of ${choices.join(', ')}`, parseChoice(choices))
const parseCurrency = (value: unknown) =>
  typeof value === 'string' && /^[A-Za-z]{3}$/.test(value) ? value.toUpperCase() : INVALID
export const currency = () => field('a three-letter currency code', parseCurrency)

/** The fields a client sent that the kind does not name, merged into its `properties`: nothing sent is dropped. */
export function withRest(known: ReadonlySet<string>, row: Record<string, unknown>, own: unknown): object | undefined {
  let rest: Record<string, unknown> | undefined
  for (const key in row) {
    if (known.has(key) || row[key] === undefined) continue
    rest ??= {}
    rest[key] = row[key]
  }
  if (!rest) return own as object | undefined
  return { ...(own as object | undefined), ...rest }
}
