import type { Tag } from '../db/tag.ts'
import type { Fragment } from '../rollups/types.ts'

/**
 * How many minor units of `base` one minor unit of a currency is worth on a day; null without a rate. The rate that holds
 * is the newest of that day or before.
 */
export function rateOn(tx: Tag, base: string, currency: Fragment, day: Fragment): Fragment {
  return tx`(select x.per_minor from exchange_rates x
      where x.base = ${base} and x.currency = ${currency} and x.day <= ${day} order by x.day desc limit 1)`
}

/** Minor units of another currency in those of the reporting one, each amount rounded by itself; null without a rate. */
export function converted(tx: Tag, amount: Fragment, perMinor: Fragment): Fragment {
  return tx`round(${amount} * ${perMinor})::bigint`
}
