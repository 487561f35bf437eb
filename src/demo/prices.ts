import type { Sql } from 'postgres'
import type { Calendar } from './calendar.ts'
import { CHANGED_PRICE } from './models.ts'

/** Enters the story's price change into the price table: calls before that instant keep what they cost. */
export async function enterPriceChange(sql: Sql, calendar: Calendar): Promise<void> {
  const { provider, model, inputPerMtok, outputPerMtok } = CHANGED_PRICE
  await sql`
    insert into model_prices (provider, model, since, input_per_mtok, output_per_mtok, note)
    values (${provider}, ${model}, ${new Date(calendar.modelPriceChangeMs)}, ${inputPerMtok}, ${outputPerMtok},
      'negotiated: a quarter off')
    on conflict do nothing`
}
