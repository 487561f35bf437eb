import { type Interval, intervalIn, planOf, unitOf } from './stripe-items.ts'
import { currencyIn, minorOf, type Reading } from './stripe-values.ts'
import type { FactOf, Telling } from './webhook-provider.ts'
import { idIn, type Json, numberIn, objectIn, textIn } from './webhook-values.ts'

/** product.*: a plan is a product, whatever prices it has. */
export function planTellings({ type, at, object }: Reading): Telling[] {
  const id = idIn(object)
  if (id === undefined) return []
  const fields = { name: textIn(object.name), default_price: idIn(object.default_price) ?? null }
  return [{ kind: 'plan', id, order: orderOf(type, at), fields }]
}

interface Price {
  amount: number | undefined
  currency: string | undefined
  interval: Interval | undefined
  isMetered: boolean
}

/** price.* and the older plan.*: what the plan costs. One that is archived or deleted stays known as null. */
export function priceTellings({ type, at, object }: Reading): Telling[] {
  const id = planOf(object)
  const price = idIn(object)
  if (id === undefined || price === undefined) return []
  const isGone = type.endsWith('.deleted') || object.active === false
  const fields: Record<string, unknown> = { [`price ${price}`]: isGone ? null : priceIn(object) }
  // A plan of our own naming has no product that would tell its name.
  if (textIn(objectIn(object.metadata).plan) !== undefined) fields.name = textIn(object.nickname)
  // Until the product is told, or if it never is, the price's own name is better than an id.
  fields.price_name = textIn(object.nickname) ?? textIn(object.lookup_key)
  return [{ kind: 'plan', id, order: orderOf(type, at), fields }]
}

const orderOf = (type: string, at: Date) => ({
  phase: type.endsWith('.deleted') ? 1 : 0,
  at,
  rank: type.endsWith('.created') ? 0 : 1,
})

function priceIn(price: Json): Price {
  const recurring = 'recurring' in price ? objectIn(price.recurring) : price
  const currency = currencyIn(price.currency)
  return {
    amount: minorOf(unitOf(price), currency),
    currency,
    // Of what is paid every three months there is no name here.
    interval: (numberIn(recurring.interval_count) ?? 1) === 1 ? intervalIn(recurring.interval) : undefined,
    isMetered: recurring.usage_type === 'metered',
  }
}

/** The plan fact: its default price, else its cheapest fixed one; a product of which no price is known is for sale. */
export const planFact: FactOf = (id, fields, { at }) => {
  const prices = Object.entries(fields)
    .filter(([name, price]) => name.startsWith('price ') && price !== null)
    .map(([name, price]) => [name.slice('price '.length), price as Price] as const)
  const fixed = prices.filter(([, { isMetered }]) => !isMetered).sort(byAmount)
  const [, price] = fixed.find(([name]) => name === fields.default_price) ?? fixed[0] ?? []
  const isPaid = prices.length === 0 || prices.some(([, { amount, isMetered }]) => isMetered || (amount ?? 0) > 0)
  return {
    kind: 'plans',
    row: {
      id,
      name: fields.name ?? fields.price_name,
      class: isPaid ? 'paid' : 'free',
      amount: price?.amount,
      currency: price?.currency,
      interval: price?.interval,
      updated_at: at,
    },
  }
}

const byAmount = ([a, one]: readonly [string, Price], [b, other]: readonly [string, Price]): number =>
  (one.amount ?? 0) - (other.amount ?? 0) || (a < b ? -1 : 1)
