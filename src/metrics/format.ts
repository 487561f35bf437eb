// Nothing but this file and the digits of currencies is needed to format: the browser bundle takes them as they are.
import { minorUnits } from '../lib/currency.ts'

export type Form = 'tile' | 'tight' | 'table'
export type Meaning = 'better' | 'worse' | 'neutral'

export const MINUS = '\u2212'
const UNKNOWN = '—'
export const CURRENCY_SYMBOLS: Record<string, string> = {
  USD: '$',
  EUR: '€',
  GBP: '£',
  JPY: '¥',
  INR: '₹',
  KRW: '₩',
  BRL: 'R$',
}

/** A value as people read it. `tile` is short, `tight` shorter, `table` (and tooltips) full. */
export function formatValue(value: number | null | undefined, unit: string, form: Form, currency = 'USD'): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return UNKNOWN
  switch (unit) {
    case 'money':
      return money(value, form, currency)
    case 'percent':
      return `${percent(value)}%`
    case 'ratio':
      return `${signed(value, (v) => grouped(v, v < 100 ? 2 : 0))}×`
    case 'ms':
      return duration(value)
    case 'bytes':
      return bytes(value)
    case 'score':
      return signed(value, (v) => grouped(v, 1))
    // Layout shift has no unit and lies around 0.1.
    case 'shift':
      return signed(value, (v) => grouped(v, 3))
    default:
      return count(value, form)
  }
}

/** A change: percentages in points, from zero "new", without a base "—". The sign is the direction's. */
export function formatChange(
  { value, previous, change }: { value: number | null; previous: number | null; change: number | null },
  unit: string,
  good: 'up' | 'down' | 'neutral',
): { text: string; direction: 'up' | 'down' | 'flat' | 'none'; meaning: Meaning } {
  if (value === null || previous === null) return { text: UNKNOWN, direction: 'none', meaning: 'neutral' }
  if (change === null) {
    return { text: value === 0 ? UNKNOWN : 'new', direction: 'none', meaning: 'neutral' }
  }
  const text = changeText(Math.abs(change), unit)
  if (/^0(\.0)? ?(%|pp|$)/.test(text)) return { text, direction: 'flat', meaning: 'neutral' }
  const direction = change > 0 ? 'up' : 'down'
  return { text, direction, meaning: good === 'neutral' ? 'neutral' : good === direction ? 'better' : 'worse' }
}

function changeText(size: number, unit: string): string {
  if (unit === 'percent') return `${grouped(size, size < 0.1 ? 2 : 1)} pp`
  if (unit === 'score') return grouped(size, 1)
  if (size >= 10) return `${grouped(size + 1, 0)}×`
  return `${grouped(size * 100, 1)}%`
}

function count(value: number, form: Form): string {
  return signed(value, (v) => {
    if (form !== 'table' && v >= 999_995) return compact(v)
    if (form === 'tight' && v >= 10_000) return compact(v)
    return grouped(v, Number.isInteger(v) || v >= 100 ? 0 : 1)
  })
}

function money(value: number, form: Form, currency: string): string {
  const symbol = symbolOf(currency)
  const cents = minorDigits(currency)
  return signed(value, (v) => {
    // Per call: four digits where two would say nothing.
    if (v > 0 && v < 1 && cents > 0) return symbol + grouped(v, v < 0.1 ? 4 : form === 'table' ? 4 : 2, 2)
    if (form === 'table') return symbol + grouped(v, cents, cents)
    if (form === 'tight' && v >= 10_000) return symbol + compact(v, 1)
    if (v >= 999_500) return symbol + compact(v, CURRENCY_SYMBOLS[currency] ? 2 : 1)
    return symbol + grouped(v, v < 100 ? cents : 0, v < 100 ? cents : 0)
  })
}

/** 25.8; from 99 two decimals, so that 99.95 is not 100. */
function percent(value: number): string {
  return signed(value, (v) => grouped(v, v >= 99 && v < 1_000 ? 2 : v > 0 && v < 0.1 ? 2 : 1))
}

function duration(ms: number): string {
  return signed(ms, (v) => {
    if (v < 999.5) return `${grouped(v, v < 10 ? 1 : 0)} ms`
    const seconds = v / 1_000
    if (seconds < 59.95) return `${seconds.toFixed(1)} s`
    const whole = Math.round(seconds)
    if (whole < 3_600) return `${Math.floor(whole / 60)} m ${whole % 60} s`
    const minutes = Math.round(seconds / 60)
    if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`
    return `${grouped(seconds / 86_400, 0)} d`
  })
}

/** 1.2 GB, in steps of 1,024. */
function bytes(value: number): string {
  return signed(value, (v) => {
    const step = v < 1 ? 0 : Math.min(5, Math.floor(Math.log2(v) / 10))
    const scaled = v / 1_024 ** step
    return `${grouped(scaled, step === 0 || scaled >= 100 ? 0 : 1)} ${['B', 'KB', 'MB', 'GB', 'TB', 'PB'][step]}`
  })
}

/** 1.24M, 91.9k: three figures at the most. */
function compact(value: number, digits = 2): string {
  const steps: [number, string][] = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ]
  for (const [size, suffix] of steps) {
    // 999,950 is 1M and not 1000k.
    if (value < size * 0.9995) continue
    const scaled = value / size
    return `${grouped(scaled, Math.min(digits, scaled < 10 ? 2 : scaled < 100 ? 1 : 0))}${suffix}`
  }
  return grouped(value, 0)
}

/** Zero has no sign, and a value that rounds to zero neither. */
function signed(value: number, text: (size: number) => string): string {
  const shown = text(Math.abs(value))
  return value < 0 && /[1-9]/.test(shown) ? MINUS + shown : shown
}

/** By their digits: to make one takes many times as long as to use it. */
const formats = new Map<string, Intl.NumberFormat>()

export function grouped(value: number, digits: number, least = 0): string {
  const key = `${least} ${digits}`
  const format =
    formats.get(key) ??
    new Intl.NumberFormat('en-US', {
      maximumFractionDigits: digits,
      minimumFractionDigits: Math.min(least, digits),
    })
  formats.set(key, format)
  return format.format(value)
}

export const minorDigits = (currency: string): number => Math.round(Math.log10(minorUnits(currency)))

/** Before an amount; a currency without a sign is told by its code. */
export const symbolOf = (currency: string): string => CURRENCY_SYMBOLS[currency] ?? `${currency} `
