import { CURRENCY_SYMBOLS, symbolOf } from './format.ts'
import type { Unit } from './metric.ts'

/** What somebody typed as a value of a metric, in the metric's own unit; or why it is none. */
export type Quantity = { ok: true; value: number } | { ok: false; reason: string }

/** A word for a unit, and how many of the metric's unit it is. */
type Words = Readonly<Record<string, number>>

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const TIME: Words = {
  ...words(1, 'ms', 'msec', 'millisecond', 'milliseconds'),
  ...words(SECOND, 's', 'sec', 'secs', 'second', 'seconds'),
  ...words(MINUTE, 'm', 'min', 'mins', 'minute', 'minutes'),
  ...words(HOUR, 'h', 'hr', 'hrs', 'hour', 'hours'),
  ...words(DAY, 'd', 'day', 'days'),
  ...words(7 * DAY, 'w', 'week', 'weeks'),
}
/** In steps of 1,024, as sizes are shown. */
const SIZE: Words = {
  ...words(1, 'b', 'byte', 'bytes'),
  ...words(1_024, 'k', 'kb', 'kib'),
  ...words(1_024 ** 2, 'm', 'mb', 'mib'),
  ...words(1_024 ** 3, 'g', 'gb', 'gib'),
  ...words(1_024 ** 4, 't', 'tb', 'tib'),
  ...words(1_024 ** 5, 'p', 'pb', 'pib'),
}
const THOUSANDS: Words = { k: 1e3, m: 1e6, bn: 1e9, b: 1e9 }
const SPANS: Words = words(1, 'month', 'months')

const EXAMPLES: Partial<Record<Unit, string>> = {
  ms: '250 ms, 4 s, 1 h 30 m or 2 d',
  bytes: '512 KB, 1.5 GB or 2 TB',
  percent: '80 or 99.5 %',
  ratio: '1.5 or 3×',
  months: '12 or 18 months',
  hours: '4 or 7.5 hours',
  score: '70 or 72.5',
  shift: '0.1',
}

/**
 * Reads a value as people write it: "4h", "1 h 30 m", "1.5 GB", "80 %", "$1,200", "1.2M".
 * The point is the decimal mark and commas part thousands; where a comma could be either, it is refused, not guessed.
 */
export function parseQuantity(text: string, unit: Unit, currency = 'USD'): Quantity {
  const plain = text.normalize('NFKC').replaceAll('\u2212', '-').replace(/\s+/g, ' ').trim()
  if (plain.length === 0 || plain.length > 60) return refuse(unit, currency)
  const negative = plain.startsWith('-')
  const size = sizeOf(plain.slice(negative ? 1 : 0).trim(), unit, currency)
  if (typeof size === 'string') return { ok: false, reason: size }
  return Number.isFinite(size) ? { ok: true, value: negative && size !== 0 ? -size : size } : refuse(unit, currency)
}

/** The same value as people write it, to the last digit: `parseQuantity` reads it back as it was. */
export function quantityText(value: number, unit: Unit, currency = 'USD'): string {
  const size = Math.abs(value)
  return (value < 0 ? '\u2212' : '') + sizeText(size, unit, currency)
}

/** "such as 250 ms, 4 s or 2 d": what can be typed in a field of the unit. */
export function quantityExample(unit: Unit, currency = 'USD'): string {
  if (unit === 'money') return `${moneyText(1_200, currency)} or ${moneyText(0.05, currency)}`
  return EXAMPLES[unit] ?? '12, 1,200 or 1.5M'
}

/** A number, NaN where it is none, or a text that says what is wrong with it. */
function sizeOf(text: string, unit: Unit, currency: string): number | string {
  if (unit === 'ms') return summed(text, TIME) ?? needsUnit(text, '250 ms, 4 s or 4 h')
  if (unit === 'bytes') return summed(text, SIZE) ?? needsUnit(text, '512 KB or 1.5 GB')
  const bare = unit === 'money' ? withoutCurrency(text, currency) : text
  if (bare === undefined) return `Money is in ${currency} here, such as ${quantityExample(unit, currency)}.`
  const [, number = '', word = ''] = /^([\d., '’]*\d\.?) ?([^\d., ]*)$/.exec(bare) ?? []
  const factor = factorOf(word.toLowerCase(), unit)
  if (number === '' || factor === undefined) return Number.NaN
  const read = numberOf(number)
  return typeof read === 'string' ? read : scaled(read, factor)
}

/** "1 h 30 m": parts that add up. undefined = a number without a unit, NaN = no such thing. */
function summed(text: string, units: Words): number | string | undefined {
  if (/^0+(\.0*)?$/.test(text)) return 0
  const parts = [...text.matchAll(/(\d[\d.,'’]*(?: \d{3}(?!\d))*) ?([a-z]*)/gi)]
  if (
    parts.length === 0 ||
    parts
      .map(([part]) => part)
      .join('')
      .replaceAll(' ', '') !== text.replaceAll(' ', '')
  )
    return Number.NaN
  let sum = 0
  for (const [, number = '', word = ''] of parts) {
    if (word === '') return undefined
    const factor = Object.hasOwn(units, word.toLowerCase()) ? units[word.toLowerCase()] : undefined
    const read = numberOf(number)
    if (typeof read === 'string') return read
    if (factor === undefined) return Number.NaN
    sum += scaled(read, factor)
  }
  return sum
}

/** How many of the unit a word behind the number makes; undefined = it does not belong there. */
function factorOf(word: string, unit: Unit): number | undefined {
  if (word === '') return 1
  if (unit === 'percent') return word === '%' || word === 'percent' ? 1 : undefined
  if (unit === 'ratio') return word === '×' || word === 'x' ? 1 : undefined
  if (unit === 'score' || unit === 'shift') return undefined
  if (unit === 'months') return { ...SPANS, year: 12, years: 12 }[word]
  if (unit === 'hours') return { h: 1, hour: 1, hours: 1, d: 24, day: 24, days: 24 }[word]
  if (Object.hasOwn(THOUSANDS, word)) return THOUSANDS[word]
  return unit !== 'money' && (word === unit || word === unit.replace(/s$/, '')) ? 1 : undefined
}

/** 1,200 and 1 200 are thousands; 1,5 and 1.200,50 are not guessed. */
function numberOf(text: string): number | string {
  if (/^\d+\.?\d*$/.test(text)) return Number(text)
  const whole = /^\d{1,3}([, '’])\d{3}(\1\d{3})*(\.\d*)?$/.test(text)
  if (whole) return Number(text.replace(/[, '’]/g, ''))
  const decimal = /^\d+,\d{1,}$/.test(text)
  if (decimal)
    return `Is ${text} meant as ${text.replace(',', '.')}? Write the decimals after a point; a comma only parts thousands, as in 1,200.`
  if (/[.,]/.test(text))
    return `“${text}” can be read in two ways. Write it with a point and without commas, such as 1200.50.`
  return Number.NaN
}

function withoutCurrency(text: string, currency: string): string | undefined {
  const marks = [CURRENCY_SYMBOLS[currency], currency].filter((one) => one !== undefined)
  const before = marks.find((mark) => text.toUpperCase().startsWith(mark.toUpperCase()))
  if (before) return text.slice(before.length).trim()
  const after = marks.find((mark) => text.toUpperCase().endsWith(mark.toUpperCase()))
  if (after) return text.slice(0, -after.length).trim()
  return /\p{Sc}|\b[a-z]{3}\b/iu.test(text) ? undefined : text
}

const needsUnit = (text: string, example: string): string =>
  `${text.slice(0, 20)} of what? Write the unit with it, such as ${example}.`

const refuse = (unit: Unit, currency: string): Quantity => ({
  ok: false,
  reason: `This is not a value such as ${quantityExample(unit, currency)}.`,
})

function sizeText(size: number, unit: Unit, currency: string): string {
  switch (unit) {
    case 'ms':
      return timeText(size)
    case 'bytes':
      return byteText(size)
    case 'money':
      return moneyText(size, currency)
    case 'percent':
      return `${digits(size)}%`
    case 'ratio':
      return `${digits(size)}×`
    default:
      return digits(size)
  }
}

const TIME_STEPS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'm'],
  [SECOND, 's'],
] as const

/** 1 h 30 m; under a minute with decimals, so that 1,500 ms is 1.5 s. */
function timeText(ms: number): string {
  if (ms === 0) return '0 s'
  if (ms % SECOND !== 0) return secondsText(ms) ?? `${digits(ms)} ms`
  let rest = ms
  const parts = TIME_STEPS.flatMap(([step, word]) => {
    const n = Math.floor(rest / step)
    rest -= n * step
    return n === 0 ? [] : [`${digits(n)} ${word}`]
  })
  return parts.join(' ')
}

/** Seconds with up to three decimals, where they say just the same. */
function secondsText(ms: number): string | undefined {
  const text = `${digits(ms / SECOND)} s`
  const isShort = ms >= SECOND && ms < MINUTE && /^\d+(\.\d{1,3})? /.test(text)
  return isShort && summed(text, TIME) === ms ? text : undefined
}

function byteText(bytes: number): string {
  for (const [i, word] of ['PB', 'TB', 'GB', 'MB', 'KB'].entries()) {
    const size = bytes / 1_024 ** (5 - i)
    const text = `${digits(size)} ${word}`
    if (size >= 1 && /^[\d,]+(\.\d{1,3})? /.test(text) && summed(text, SIZE) === bytes) return text
  }
  return `${digits(bytes)} B`
}

function moneyText(size: number, currency: string): string {
  return symbolOf(currency) + digits(size)
}

/** All the digits that there are, with thousands parted; 1e-7 written out. */
function digits(size: number): string {
  const [mantissa = '', exponent = '0'] = String(size).split('e')
  const [whole = '', decimals = ''] = mantissa.split('.')
  const moved = Number(exponent)
  const all = moved < 0 ? '0'.repeat(-moved) + whole + decimals : whole + decimals.padEnd(moved, '0')
  const point = moved < 0 ? whole.length : whole.length + moved
  const rest = all.slice(point)
  return all.slice(0, point).replace(/\B(?=(\d{3})+$)/g, ',') + (rest === '' ? '' : `.${rest}`)
}

/** 1.1 × 3 in decimal, not 3.3000000000000003. */
const scaled = (value: number, factor: number): number =>
  factor === 1 ? value : Number((value * factor).toPrecision(15))

function words(size: number, ...names: string[]): Words {
  return Object.fromEntries(names.map((name) => [name, size]))
}
