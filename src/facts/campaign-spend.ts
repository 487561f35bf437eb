import { z } from 'zod'
import { currency, id, instant, int, requiredDay, requiredMinor } from './fields.ts'
import { each, newest, upsertStates, withDefaults } from './states.ts'
import { defineFact } from './types.ts'

export default defineFact({
  kind: 'campaign_spend',
  path: 'campaign-spend',
  mode: 'upsert',
  keepsRow: false,
  doc: 'What a campaign cost and brought on a day: campaign_id, day, amount in minor units, impressions, clicks, conversions.',
  schema: z.looseObject({
    campaign_id: id(),
    day: requiredDay(),
    amount: requiredMinor(),
    currency: currency(),
    impressions: int(),
    clicks: int(),
    conversions: int(),
    updated_at: instant(),
  }),
  ts: (row) => row.updated_at,
  store: (row, { ts, currency: reporting }) =>
    withDefaults(
      {
        campaign_id: row.campaign_id,
        day: row.day,
        amount_minor: row.amount,
        currency: row.currency,
        impressions: row.impressions,
        clicks: row.clicks,
        conversions: row.conversions,
        updated_at: ts,
      },
      { currency: reporting },
    ),
  write: upsertStates(
    'campaign_spend',
    ['campaign_id', 'day'],
    each(newest, 'amount_minor', 'currency', 'impressions', 'clicks', 'conversions'),
  ),
})
