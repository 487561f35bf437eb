import type { Sql } from 'postgres'
import { hourPrices, tokenPrices } from './defaults.ts'

/** Puts the known list prices into `model_prices`; what is there already, edited or not, is left alone. */
export async function seedPrices(sql: Sql): Promise<void> {
  const rows = [
    ...tokenPrices.map(([provider, model, since, input, output, cached]) => ({
      provider,
      model,
      since,
      input_per_mtok: input,
      output_per_mtok: output,
      cached_input_per_mtok: cached,
    })),
    ...hourPrices.map(([provider, model, since, hour]) => ({ provider, model, since, per_hour: hour })),
  ]
  await sql`
    insert into model_prices (provider, model, since, input_per_mtok, output_per_mtok, cached_input_per_mtok, per_hour, note)
    select provider, model, since at time zone 'UTC', input_per_mtok, output_per_mtok, cached_input_per_mtok, per_hour, 'list price'
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(
      provider text, model text, since timestamp, input_per_mtok numeric, output_per_mtok numeric,
      cached_input_per_mtok numeric, per_hour numeric)
    on conflict do nothing`
}
