import { converted, rateOn } from '../rates/convert.ts'
import { clearDays, days, type FoldBuckets } from './buckets.ts'
import { scopes } from './fragments.ts'

/** What campaigns cost by day, of which kind they are and through which channel; each at the rate of its day. */
export const foldSpendDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  const base = context.config.currency
  await clearDays(context, 'spend_days', buckets)
  await tx`
    with spent as (
      select s.day, s.currency, s.amount_minor,
        case when s.currency <> ${base} then
          ${converted(tx, tx`s.amount_minor`, rateOn(tx, base, tx`s.currency`, tx`s.day`))} end as amount_reported,
        coalesce(c.kind, 'other') as kind, coalesce(c.channel, '') as channel,
        coalesce(c.tenant_id, '') as tenant_id
      from (${days(context, buckets)}) d join campaign_spend s using (day) left join campaigns c using (campaign_id)
    )
    insert into spend_days
    select scope, day, kind, channel, currency, sum(amount_minor), sum(amount_reported)
    from spent cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5`
}
