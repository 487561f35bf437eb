import { minorUnits } from '../lib/currency.ts'
import { isObject, type Json, numberIn, textIn } from './webhook-values.ts'

/** An event of Stripe, opened. */
export interface Reading {
  type: string
  at: Date
  object: Json
  /** The values before, of what the event changed. */
  previous: Json
}

/** Unix seconds as an ISO instant; null where Stripe says null, undefined where it says nothing. */
export function instantOf(seconds: unknown): string | null | undefined {
  if (seconds === null) return null
  const number = numberIn(seconds)
  return number === undefined || Math.abs(number) > 8e12 ? undefined : new Date(number * 1000).toISOString()
}

/** The object as it was before the event. Lists are told whole, objects by their changed parts. */
export function formerOf(object: Json, previous: Json): Json {
  const former = { ...object }
  for (const [key, was] of Object.entries(previous)) {
    const now = former[key]
    former[key] = isObject(was) && isObject(now) ? formerOf(now, was) : was
  }
  return former
}

const ZERO_DECIMALS = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
const THREE_DECIMALS = new Set('BHD JOD KWD OMR TND'.split(' '))

export const currencyIn = (value: unknown): string | undefined => textIn(value)?.toUpperCase()

/**
 * Stripe's smallest unit as ours. They agree on most currencies (yen are yen in both); on a few, Stripe keeps two
 * decimals that nobody uses any more (ISK, UGX, HUF …).
 */
export function minorOf(amount: unknown, currency: string | undefined): number | undefined {
  const number = numberIn(amount)
  if (number === undefined) return undefined
  const code = currency ?? 'USD'
  const stripeUnits = ZERO_DECIMALS.has(code) ? 1 : THREE_DECIMALS.has(code) ? 1000 : 100
  return Math.round((number * minorUnits(code)) / stripeUnits)
}
