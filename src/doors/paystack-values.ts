import { minorUnits } from '../lib/currency.ts'
import { parseTimestamp } from '../lib/timestamp.ts'
import type { Telling } from './webhook-provider.ts'
import { isObject, type Json, numberIn, objectIn, ownerIn, textIn } from './webhook-values.ts'

/** An event of Paystack, opened. `at` is the time of what it is about, as near as it tells. */
export interface Reading {
  type: string
  data: Json
  at: Date
  receivedAt: Date
}

/** The first of the named fields that holds an instant. */
export function firstInstant(data: Json, ...names: string[]): Date | undefined {
  for (const name of names) {
    const at = parseTimestamp(data[name])
    if (at && at.getUTCFullYear() >= 1990 && at.getUTCFullYear() < 2200) return at
  }
  return undefined
}

export const currencyIn = (...candidates: unknown[]): string | undefined =>
  candidates
    .map(textIn)
    .find((one) => one !== undefined)
    ?.toUpperCase()

/** Paystack counts in hundredths of every currency, also of those which have none. */
export function minorOf(amount: unknown, currency: string | undefined): number | undefined {
  const number = numberIn(amount)
  return number === undefined ? undefined : Math.round((number * minorUnits(currency ?? 'NGN')) / 100)
}

/** Metadata, which comes as an object, as JSON text, or as nothing. */
export function metadataIn(value: unknown): Json {
  if (typeof value !== 'string' || !value.startsWith('{')) return objectIn(value)
  try {
    return objectIn(JSON.parse(value))
  } catch {
    return {}
  }
}

/** The customer's code, and what is told of who that is. */
export function payerIn(data: Json, at: Date): { payer: string | undefined; tellings: Telling[] } {
  const customer = objectIn(data.customer)
  const payer = textIn(customer.customer_code)
  if (payer === undefined || !isObject(data.customer)) return { payer, tellings: [] }
  const owner = ownerIn(metadataIn(customer.metadata), metadataIn(data.metadata))
  const fields = { ...owner, email: textIn(customer.email) }
  return { payer, tellings: [{ kind: 'payer', id: payer, order: { phase: 0, at, rank: 0 }, fields }] }
}
