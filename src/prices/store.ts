import { z } from 'zod'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { addDays, today } from '../lib/time.ts'
import { currencyText, dayText } from '../rates/parse.ts'
import { notePriceChange } from './version.ts'

/** What a model costs from a day on, until its next price. */
export interface ListedPrice {
  provider: string
  model: string
  /** A day of UTC, as providers change their lists. */
  since: string
  input_per_mtok: number | null
  output_per_mtok: number | null
  cached_input_per_mtok: number | null
  per_hour: number | null
  currency: string
  /** Where it is from. */
  note: string | null
}

const named = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line')
const amount = z.number().min(0).max(1_000_000).nullable().default(null)

export const priceBody = z
  .strictObject({
    provider: named(100)
      .toLowerCase()
      .default('')
      .meta({ description: 'Empty: of whichever provider.', examples: ['openai'] }),
    model: named(200)
      .toLowerCase()
      .min(1, 'is needed')
      .meta({ examples: ['gpt-5'] }),
    since: dayText.meta({ description: 'From which day (of UTC) it holds.', examples: ['2026-12-01'] }),
    input_per_mtok: amount.meta({ description: 'Per million tokens in.' }),
    output_per_mtok: amount.meta({ description: 'Per million tokens out.' }),
    cached_input_per_mtok: amount.meta({ description: 'Per million tokens in that were cached.' }),
    per_hour: amount.meta({ description: 'An hour of the instance, for models on machines of one’s own.' }),
    currency: currencyText
      .optional()
      .meta({ description: 'Default: CURRENCY. A price in another one counts as unknown.' }),
    note: named(200).optional().meta({ description: 'Where it is from.' }),
  })
  .refine(({ input_per_mtok, per_hour }) => input_per_mtok !== null || per_hour !== null, {
    error: 'A price is of a million tokens in, or of an hour.',
    path: ['input_per_mtok'],
  })

export type PriceEntry = z.output<typeof priceBody>

/** How far ahead a price may be entered. */
const DAYS_AHEAD = 366

/** Every price, by model, the newest first. */
export async function listPrices({ db: { sql } }: Pick<Deps, 'db'>): Promise<ListedPrice[]> {
  return await sql<ListedPrice[]>`
    select provider, model, (since at time zone 'UTC')::date::text as since, input_per_mtok::float8, output_per_mtok::float8,
      cached_input_per_mtok::float8, per_hour::float8, currency, note
    from model_prices
    order by provider, model, model_prices.since desc`
}

/**
 * Enters a price; the same model's of the same day is replaced. What calls have cost so far stays: it was worked out when
 * they came in. @throws Problem 422 of a day too far ahead, Forbidden for who is bound to tenants
 */
export async function enterPrice(deps: Deps, who: Who, entry: PriceEntry): Promise<{ replaced: boolean }> {
  requireAllTenants(who, 'Prices of models are')
  if (entry.since > addDays(today(deps.now(), 'UTC'), DAYS_AHEAD))
    throw new Problem(422, 'Too far ahead', 'The day is more than a year ahead.').at('since')
  const { provider, model, since, note = 'entered' } = entry
  const currency = entry.currency ?? deps.config.currency
  const { input_per_mtok: input, output_per_mtok: output, cached_input_per_mtok: cached, per_hour: hour } = entry
  const entered = (await deps.db.sql.begin(async (tx) => {
    const [before] = await tx<ListedPrice[]>`
      select input_per_mtok::float8, output_per_mtok::float8, cached_input_per_mtok::float8, per_hour::float8, currency
      from model_prices
      where provider = ${provider} and model = ${model} and since = ${since}::date::timestamp at time zone 'UTC'
      for update`
    await tx`
      insert into model_prices
        (provider, model, since, input_per_mtok, output_per_mtok, cached_input_per_mtok, per_hour, currency, note)
      values (${provider}, ${model}, ${since}::date::timestamp at time zone 'UTC', ${input}, ${output}, ${cached}, ${hour},
        ${currency}, ${note})
      on conflict (provider, model, since) do update
      set input_per_mtok = excluded.input_per_mtok, output_per_mtok = excluded.output_per_mtok,
        cached_input_per_mtok = excluded.cached_input_per_mtok, per_hour = excluded.per_hour,
        currency = excluded.currency, note = excluded.note`
    const after = {
      input_per_mtok: input,
      output_per_mtok: output,
      cached_input_per_mtok: cached,
      per_hour: hour,
      currency,
    }
    await audit(tx, {
      actor: actorOf(who),
      action: 'price.enter',
      target: `model:${model}`,
      detail: { before: before ?? null, after, provider, since },
    })
    return { replaced: before !== undefined }
  })) as { replaced: boolean }
  notePriceChange()
  return entered
}
