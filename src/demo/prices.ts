import type { Sql } from 'postgres'
import { setModelPolicy } from '../prices/policies.ts'
import type { Calendar } from './calendar.ts'
import { DAY_MS } from './calendar.ts'
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

/** Which model the simple tasks are to go to; pages are left to whoever writes their prompts. */
const POLICIES = [
  { task: 'edit_section', provider: 'openai', model: 'gpt-5-mini' },
  { task: 'write_copy', provider: 'google', model: 'gemini-2.5-flash' },
  { task: 'describe_image', provider: 'google', model: 'gemini-2.5-flash' },
]

/** Acme Studio's policy, from the first day of the history on. */
export async function enterPolicies(sql: Sql, { anchorMs, firstDay }: Calendar): Promise<void> {
  const since = new Date(anchorMs + firstDay * DAY_MS)
  for (const policy of POLICIES) await setModelPolicy(sql, { ...policy, since })
}
