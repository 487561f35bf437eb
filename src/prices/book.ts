import type { Sql } from 'postgres'
import type { ModelPrice } from '../facts/types.ts'
import { groupBy } from '../lib/group-by.ts'

export interface PriceBook {
  /** The price of a model at an instant; undefined where the table has none, which is not zero. */
  price(provider: string, model: string, at: Date): ModelPrice | undefined
  /** Reads the table anew: before the first use, and after a change of prices. */
  load(): Promise<void>
}

export interface DatedPrice extends ModelPrice {
  provider: string
  model: string
  since: Date
  /** In another currency than costs are reported in: what the model costs is then unknown. */
  foreign?: boolean
}

const RELOAD_MS = 60_000

/**
 * The price table in memory. A look-up never waits: once a minute it starts reading the table anew and meanwhile
 * answers from what it has. While the database is away it keeps the last prices.
 * @param currency what costs are reported in; a price in another is never converted, it counts as unknown
 */
export function createPriceBook(sql: Sql, currency: string): PriceBook {
  let find = priceFinder([])
  let loadedAt = Number.NEGATIVE_INFINITY
  const load = async () => {
    loadedAt = performance.now()
    find = priceFinder(await readPrices(sql, currency))
  }
  return {
    load,
    price(provider, model, at) {
      if (performance.now() - loadedAt > RELOAD_MS) load().catch(() => {})
      return find(provider, model, at)
    },
  }
}

const readPrices = (sql: Sql, currency: string) => sql<DatedPrice[]>`
  select lower(provider) as provider, lower(model) as model, since,
    input_per_mtok::float8 as "inputPerMtok", output_per_mtok::float8 as "outputPerMtok",
    cached_input_per_mtok::float8 as "cachedInputPerMtok", per_hour::float8 as "perHour",
    upper(currency) <> upper(${currency}) as "foreign"
  from model_prices`

// gpt-4o-2024-08-06, claude-sonnet-4-20250514, mistral-large-2411, gemini-1.5-pro-002, claude-3-5-haiku-latest
const VERSION = /-(?:\d{4}-\d\d-\d\d|\d{8}|\d{4}|\d{3}|latest)$/

/**
 * Looks prices up by exact provider and model, then by a model priced for any provider (provider ''), then the same
 * without the model's version suffix. A caller who names no provider gets the model's price if just one provider has it.
 * A foreign price hides older ones: those no longer hold.
 */
export function priceFinder(prices: DatedPrice[]): PriceBook['price'] {
  const newestFirst = [...prices].sort((a, b) => b.since.getTime() - a.since.getTime())
  const byName = groupBy(newestFirst, ({ provider, model }) => nameOf(provider, model))
  const byModel = groupBy(newestFirst, ({ model }) => model)
  const candidates = (provider: string, model: string): DatedPrice[] =>
    byName.get(nameOf(provider, model)) ??
    byName.get(nameOf('', model)) ??
    (provider === '' ? ofOneProvider(byModel.get(model)) : [])
  return (provider, model, at) => {
    if (model === '') return undefined
    const maker = provider.toLowerCase()
    const exact = model.toLowerCase()
    const found =
      atInstant(candidates(maker, exact), at) ?? atInstant(candidates(maker, exact.replace(VERSION, '')), at)
    return found?.foreign ? undefined : found
  }
}

const nameOf = (provider: string, model: string) => `${provider}\n${model}`
const atInstant = (newestFirst: DatedPrice[], at: Date) => newestFirst.find(({ since }) => since <= at)
const ofOneProvider = (prices: DatedPrice[] = []) =>
  prices.every(({ provider }) => provider === prices[0]!.provider) ? prices : []
