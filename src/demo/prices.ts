import type { Sql } from 'postgres'
import { setModelPolicy } from '../prices/policies.ts'
import type { Calendar } from './calendar.ts'
import { DAY_MS } from './calendar.ts'
import { CHANGED_PRICE, TASKS } from './models.ts'

/** Enters the story's price change into the price table: calls before that instant keep what they cost. */
export async function enterPriceChange(sql: Sql, calendar: Calendar): Promise<void> {
  const { provider, model, inputPerMtok, outputPerMtok } = CHANGED_PRICE
  await sql`
    insert into model_prices (provider, model, since, input_per_mtok, output_per_mtok, note)
    values (${provider}, ${model}, ${new Date(calendar.modelPriceChangeMs)}, ${inputPerMtok}, ${outputPerMtok},
      'negotiated: a quarter off')
    on conflict do nothing`
}

/** Acme Studio's policy: each task goes to the model that it uses most. */
export async function enterPolicies(sql: Sql, { anchorMs, firstDay }: Calendar): Promise<void> {
  const since = new Date(anchorMs + firstDay * DAY_MS)
  for (const { feature: task, models } of TASKS) {
    const preferred = [...models].sort((a, b) => b.weight - a.weight)[0]
    if (preferred) await setModelPolicy(sql, { task, provider: preferred.provider, model: preferred.model, since })
  }
}
