import type { ModelPrice } from './types.ts'

export interface CostInput {
  status?: 'ok' | 'error'
  tokens_in?: number
  tokens_out?: number
  tokens_cached?: number
  instance_hours?: number
  cost?: number
}

export interface Cost {
  /** In the price table's currency, 8 decimals; null is unknown, which is not zero. */
  amount: number | null
  source: 'sent' | 'price' | 'hours' | null
  estimate: boolean
}

const UNKNOWN: Cost = { amount: null, source: null, estimate: false }

/**
 * What an AI call cost: what the caller sent, else tokens × the price of that model on that day, else instance hours ×
 * price (an estimate). A failed call without tokens costs nothing where the model has a price.
 */
export function costOf(call: CostInput, price: ModelPrice | undefined): Cost {
  if (call.cost !== undefined) return { amount: round(call.cost), source: 'sent', estimate: false }
  if (!price) return UNKNOWN
  if (call.instance_hours !== undefined && price.perHour !== null)
    return { amount: round(call.instance_hours * price.perHour), source: 'hours', estimate: true }
  return costOfTokens(call, price)
}

function costOfTokens(call: CostInput, price: ModelPrice): Cost {
  if (call.tokens_in === undefined && call.tokens_out === undefined)
    return call.status === 'error' ? { amount: 0, source: 'price', estimate: false } : UNKNOWN
  if (price.inputPerMtok === null || (price.outputPerMtok === null && (call.tokens_out ?? 0) > 0)) return UNKNOWN
  const cached = Math.min(call.tokens_cached ?? 0, call.tokens_in ?? 0)
  const fresh = (call.tokens_in ?? 0) - cached
  const perMillion =
    fresh * price.inputPerMtok +
    cached * (price.cachedInputPerMtok ?? price.inputPerMtok) +
    (call.tokens_out ?? 0) * (price.outputPerMtok ?? 0)
  return { amount: round(perMillion / 1e6), source: 'price', estimate: false }
}

const round = (amount: number): number => Math.round(amount * 1e8) / 1e8
