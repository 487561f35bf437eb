import type { Tx } from '../facts/types.ts'
import { clearDays, days, type FoldBuckets } from './buckets.ts'
import { scopes } from './fragments.ts'
import type { Fragment } from './types.ts'

/** The campaign that brought a user `u`: the one that the referrer names, by its id or its name. */
export function campaignOf(tx: Tx): Fragment {
  return tx`
      lateral (
        select c.campaign_id from campaigns c
        where u.referrer is not null and lower(u.referrer) in (lower(c.campaign_id), lower(c.name))
        order by lower(c.campaign_id) = lower(u.referrer) desc, c.campaign_id limit 1
      ) c`
}

/** What campaigns cost, and what the users whom they brought signed up for and paid, by day. */
export const foldCampaignDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'campaign_days', buckets)
  const [some] = await tx`select exists (select from campaigns) or exists (select from campaign_spend) as found`
  if (!some?.found) return
  await tx`
    with d as materialized (${days(context, buckets)}),
    parts as (
      select coalesce(c.tenant_id, '') as tenant_id, d.day, s.campaign_id, s.currency, s.amount_minor as spend_minor,
        coalesce(s.impressions, 0) as impressions, coalesce(s.clicks, 0) as clicks,
        coalesce(s.conversions, 0) as conversions, 0 as signups, 0 as revenue_minor
      from d join campaign_spend s using (day) left join campaigns c using (campaign_id)
      union all
      select u.tenant_id, d.day, c.campaign_id, '', 0, 0, 0, 0, 1, 0
      from d join users u on u.created_at >= d.start and u.created_at < d.until cross join ${campaignOf(tx)}
      where u.status <> 'deleted'
      union all
      select p.tenant_id, d.day, c.campaign_id, p.currency, 0, 0, 0, 0, 0, p.amount_minor - p.refunded_minor
      from d join payments p on p.ts >= d.start and p.ts < d.until
        join users u on u.user_id = p.user_id cross join ${campaignOf(tx)}
      where p.user_id <> '' and p.status in ('succeeded', 'refunded')
    )
    insert into campaign_days
    select scope, day, campaign_id, currency, sum(spend_minor), sum(impressions), sum(clicks), sum(conversions),
      sum(signups), sum(revenue_minor)
    from parts cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4`
}
