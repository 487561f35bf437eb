import { converted, rateOn } from '../rates/convert.ts'
import type { Expr, Fragment } from './metric.ts'
import { column, inScopes, type Rollup } from './rollup-kit.ts'
import { onDays } from './window.ts'

/** The dimensions of what has a campaign. */
export const OF_CAMPAIGN = { campaign: column('campaign'), channel: column('channel'), kind: column('kind') }

/** The rows of a table by campaign with what is known of the campaign itself. */
export const withCampaign =
  (table: string, more: Expr = ({ sql }) => sql``): Rollup['rows'] =>
  (q, w) =>
    q.sql`select d.*${more(q)}, coalesce(c.name, d.campaign_id) as campaign, coalesce(c.channel, '') as channel,
        coalesce(c.kind, 'other') as kind
      from ${q.sql(table)} d left join campaigns c using (campaign_id)
      where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`

/** What campaigns cost and brought by day; money of another currency at the rate of its day. */
export const campaignDayRows: Rollup['rows'] = withCampaign('campaign_days', (q) => {
  const tx = q.sql
  const isOther = q.sql`d.currency not in ('', ${q.currency})`
  const reported = (amount: Fragment) =>
    q.sql`case when ${isOther} then ${converted(tx, amount, rateOn(tx, q.currency, q.sql`d.currency`, q.sql`d.day`))} end`
  return q.sql`,
        ${reported(q.sql`d.spend_minor`)} as spend_reported, ${reported(q.sql`d.revenue_minor`)} as revenue_reported`
})
