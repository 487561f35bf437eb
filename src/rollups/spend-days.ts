import { clearDays, days, type FoldBuckets } from './buckets.ts'
import { scopes } from './fragments.ts'

/** What campaigns cost by day, of which kind they are and through which channel. */
export const foldSpendDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'spend_days', buckets)
  await tx`
    with spent as (
      select s.day, s.currency, s.amount_minor, coalesce(c.kind, 'other') as kind, coalesce(c.channel, '') as channel,
        coalesce(c.tenant_id, '') as tenant_id
      from (${days(context, buckets)}) d join campaign_spend s using (day) left join campaigns c using (campaign_id)
    )
    insert into spend_days
    select scope, day, kind, channel, currency, sum(amount_minor) from spent cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5`
}
