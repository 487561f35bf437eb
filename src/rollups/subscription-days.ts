import type { Tag } from '../db/tag.ts'
import { converted, rateOn } from '../rates/convert.ts'
import { clearDays, days, type FoldBuckets } from './buckets.ts'
import { scopes } from './fragments.ts'
import type { Fragment } from './types.ts'

/** Subscriptions, and what they are worth a month, that came into a status and left it, by day; trials that ended. */
export const foldSubscriptionDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'subscription_days', buckets)
  await tx`
    with d as (${days(context, buckets)}),
    ${subscriptionParts(tx, context.config)}
    insert into subscription_days
    select scope, day, plan, status, currency, cancel_reason, sum(delta), sum(mrr_minor), sum(cancelled), sum(ended),
      sum(converted), sum(mrr_reported), sum(dunning_ended), sum(dunning_recovered)
    from parts cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5, 6
    having sum(delta) <> 0 or sum(mrr_minor) <> 0 or sum(cancelled) + sum(ended) + sum(dunning_ended) > 0`
}

/**
 * How subscriptions came into a status (+1) and left it (-1) on the days `d`: `parts`. The rows beneath a number of
 * subscriptions are these, one by one.
 */
export function subscriptionParts(
  tx: Tag,
  { currency: base, timeZone }: { currency: string; timeZone: string },
): Fragment {
  // A state's MRR is converted at the rate of the day it began, when it comes and when it goes: what is left is nothing.
  const reported = (amount: Fragment, currency: Fragment, since: Fragment) => tx`case when ${currency} <> ${base} then
          ${converted(tx, amount, rateOn(tx, base, currency, tx`(${since} at time zone ${timeZone})::date`))} end`
  return tx`
    changes as (
      select d.day, s.*, b.tenant_id as old_tenant_id, b.plan as old_plan, b.status as old_status,
        b.currency as old_currency, b.cancel_reason as old_reason, b.mrr_minor as old_minor, b.customer_id as old_customer, b.since as old_since
      from d join subscription_spans s on s.since >= d.start and s.since < d.until
        left join lateral (
          select * from subscription_spans b where b.subscription_id = s.subscription_id and b.since < s.since
          order by b.since desc limit 1
        ) b on true
    ),
    parts as (
      select tenant_id, day, plan, status, currency, cancel_reason, 1 as delta, mrr_minor,
        (status in ('cancelling', 'cancelled')
          and coalesce(old_status not in ('cancelling', 'cancelled', 'expired'), false))::int as cancelled,
        0 as ended, 0 as converted, subscription_id, customer_id, since,
        ${reported(tx`mrr_minor`, tx`currency`, tx`since`)} as mrr_reported, 0 as dunning_ended,
        0 as dunning_recovered
      from changes
      union all
      select old_tenant_id, day, old_plan, old_status, old_currency, old_reason, -1, -old_minor, 0,
        (old_status = 'trialing' and status <> 'trialing')::int,
        (old_status = 'trialing' and status <> 'trialing' and pays_next)::int, subscription_id, old_customer, since,
        -${reported(tx`old_minor`, tx`old_currency`, tx`old_since`)},
        (old_status = 'past_due' and status <> 'past_due')::int, (old_status = 'past_due' and status = 'active')::int
      from changes where old_status is not null
    )`
}

/** Accounts that came to have a subscription, less those that were left without. */
export const foldAccountDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'account_days', buckets)
  await tx`
    insert into account_days
    select scope, day, sum(delta)
    from (${days(context, buckets)}) d join account_changes a on a.at >= d.start and a.at < d.until
      cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2
    having sum(delta) <> 0`
}
