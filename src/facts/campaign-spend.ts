import { z } from 'zod'
import { currency, id, instant, int, requiredDay, requiredMinor } from './fields.ts'
import { each, newest, type StateChange, upsertStates, withDefaults } from './states.ts'
import { defineFact } from './types.ts'

const FOLDED = ['amount_minor', 'currency', 'impressions', 'clicks', 'conversions']
const isSpentOtherwise = ({ before, after }: StateChange): boolean =>
  FOLDED.some((name) => (before?.[name] ?? null) !== (after[name] ?? null))

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
    async (tx, changes, batch) => {
      const days = [...new Set(changes.filter(isSpentOtherwise).map(({ after }) => after.day as string))]
      await tx`
        insert into dirty_buckets
        select 'spend_days', (day + interval '12 hours') at time zone ${batch.timeZone} from unnest(${days}::text[]::date[]) day`
    },
  ),
})
