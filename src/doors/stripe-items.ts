import { monthsOf } from '../facts/mrr.ts'
import { currencyIn } from './stripe-values.ts'
import { idIn, type Json, listIn, numberIn, objectIn, textIn } from './webhook-values.ts'

export type Interval = 'day' | 'week' | 'month' | 'year'

/** One line of a subscription; money in Stripe's smallest unit, which for a price may be a fraction of it. */
export interface Item {
  id: string
  plan: string
  unit: number
  quantity: number
  interval: Interval
  intervalCount: number
  currency: string | undefined
}

/** The items that are paid for whatever is used; metered ones are no recurring revenue. */
export function itemsIn(subscription: Json): { items: Item[]; plan: string | undefined } {
  const listed = listIn(objectIn(subscription.items).data).map(objectIn)
  // Before there were items, a subscription had one plan.
  const lines: Json[] = listed.length > 0 ? listed : [{ plan: subscription.plan, quantity: subscription.quantity }]
  const items = lines.filter((line) => !isMetered(line)).map((line) => itemIn(line, subscription))
  return { items, plan: largest(items)?.plan ?? planOf(priceOf(lines[0] ?? {})) }
}

/** What all items cost together, per interval if they share one, else per month. */
export function sumOf(items: Item[]): { amount: number; interval: Interval; intervalCount: number } {
  const [first] = items
  if (first === undefined) return { amount: 0, interval: 'month', intervalCount: 1 }
  const { interval, intervalCount } = first
  const isShared = items.every((item) => item.interval === interval && item.intervalCount === intervalCount)
  if (isShared) return { amount: total(items.map(costOf)), interval, intervalCount }
  return { amount: total(items.map(monthlyOf)), interval: 'month', intervalCount: 1 }
}

const total = (amounts: number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)
const costOf = ({ unit, quantity }: Item): number => unit * quantity
const monthlyOf = (item: Item): number => costOf(item) / monthsOf(item.interval, item.intervalCount)

/** The item that costs most names the plan; of equals the one with the smaller id, which does not change. */
const largest = (items: Item[]): Item | undefined =>
  [...items].sort((a, b) => monthlyOf(b) - monthlyOf(a) || (a.id < b.id ? -1 : 1))[0]

export const priceOf = (line: Json): Json => objectIn(line.price ?? line.plan)
const recurringOf = (price: Json): Json => ('recurring' in price ? objectIn(price.recurring) : price)
const isMetered = (line: Json): boolean => recurringOf(priceOf(line)).usage_type === 'metered'

function itemIn(line: Json, subscription: Json): Item {
  const price = priceOf(line)
  const recurring = recurringOf(price)
  const taxes = [...listIn(line.tax_rates), ...listIn(subscription.default_tax_rates)]
  return {
    id: idIn(line) ?? '',
    plan: planOf(price) ?? '',
    unit: unitOf(price) / (1 + includedTax(taxes)),
    quantity: packagesOf(numberIn(line.quantity) ?? 1, price),
    interval: intervalIn(recurring.interval) ?? 'month',
    intervalCount: numberIn(recurring.interval_count) ?? 1,
    currency: currencyIn(price.currency ?? subscription.currency),
  }
}

/** In Stripe's smallest unit; a fraction of it comes as text. */
export const unitOf = (price: Json): number =>
  numberIn(price.unit_amount_decimal ?? price.amount_decimal) ?? numberIn(price.unit_amount ?? price.amount) ?? 0

/** Our name of a plan: what the price's metadata says, else the product, so that a new price is no new plan. */
export const planOf = (price: Json): string | undefined =>
  textIn(objectIn(price.metadata).plan) ?? idIn(price.product) ?? idIn(price)

const INTERVALS: readonly unknown[] = ['day', 'week', 'month', 'year']
export const intervalIn = (value: unknown): Interval | undefined =>
  INTERVALS.includes(value) ? (value as Interval) : undefined

/** Seats that are sold in packages of several. */
function packagesOf(quantity: number, price: Json): number {
  const { divide_by, round } = objectIn(price.transform_quantity)
  const size = numberIn(divide_by) ?? 0
  if (size <= 0) return quantity
  return round === 'down' ? Math.floor(quantity / size) : Math.ceil(quantity / size)
}

/** The share of tax in a price that has it included, as far as fixed rates tell. */
function includedTax(rates: unknown[]): number {
  const included = rates.map(objectIn).filter(({ inclusive }) => inclusive === true)
  return total(included.map(({ percentage }) => (numberIn(percentage) ?? 0) / 100))
}
