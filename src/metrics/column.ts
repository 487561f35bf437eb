import { formatValue, grouped, MINUS, minorDigits, symbolOf } from './format.ts'

/** Digits of a fraction of the smallest coin: a call costs less than a cent. */
const SMALL_MONEY_DIGITS = 4

/**
 * The values of one column of a table as people read them: all with as many decimals as the others, so that they can
 * be compared by eye. Durations and sizes say their own unit and stay as they are. Unknown is "—".
 */
export function formatColumn(values: readonly (number | null | undefined)[], unit: string, currency = 'USD'): string[] {
  const known = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
  const digits = digitsOf(known.map(Math.abs), unit, currency)
  return values.map((value) => {
    if (digits === undefined || value === null || value === undefined || !Number.isFinite(value))
      return formatValue(value, unit, 'table', currency)
    return valueWith(value, digits, unit, currency)
  })
}

/** Decimals of a column by the sizes in it; undefined where each value is read by itself. */
function digitsOf(sizes: number[], unit: string, currency: string): number | undefined {
  const largest = Math.max(0, ...sizes)
  switch (unit) {
    case 'money': {
      const coins = minorDigits(currency)
      return coins > 0 && largest > 0 && largest < 1 ? SMALL_MONEY_DIGITS : coins
    }
    case 'percent': {
      const close = sizes.some((size) => (size >= 99 && size < 100) || (size > 0 && size < 0.1))
      return close ? 2 : sizes.every(Number.isInteger) ? 0 : 1
    }
    case 'ratio':
      return largest < 100 ? 2 : 1
    case 'ms':
    case 'bytes':
    case 'score':
    case 'shift':
      return undefined
    default:
      return sizes.every((size) => Number.isInteger(size) || size >= 100) ? 0 : 1
  }
}

function valueWith(value: number, digits: number, unit: string, currency: string): string {
  const size = Math.abs(value)
  const least = 10 ** -digits
  // What is there is not shown as nothing.
  const tiny = size > 0 && size < least / 2
  const number = grouped(tiny ? least : size, digits, digits)
  const sign = value < 0 && /[1-9]/.test(number) ? MINUS : ''
  const text = sign + (unit === 'money' ? symbolOf(currency) : '') + number + (SUFFIXES[unit] ?? '')
  return tiny ? `${value < 0 ? '>' : '<'} ${text}` : text
}

const SUFFIXES: Record<string, string> = { percent: '%', ratio: '×' }
