import { clearDays, days, type FoldBuckets } from './buckets.ts'
import { scopes } from './fragments.ts'

/** Invitations by the day they were sent, with those of them accepted since, and by the day they were accepted. */
export const foldInviteDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'invite_days', buckets)
  await tx`
    with d as materialized (${days(context, buckets)}),
    parts as (
      select i.tenant_id, d.day, coalesce(i.channel, '') as channel, 1 as sent, (i.accepted_at is not null)::int as sent_accepted,
        null::float8 as hours
      from d join invites i on i.sent_at >= d.start and i.sent_at < d.until
      union all
      select i.tenant_id, d.day, coalesce(i.channel, ''), 0, 0,
        extract(epoch from greatest(i.accepted_at, i.sent_at) - i.sent_at)::float8 / 3600
      from d join invites i on i.accepted_at >= d.start and i.accepted_at < d.until
    )
    insert into invite_days (scope, day, channel, sent, sent_accepted, accepted, hours)
    select scope, day, channel, sum(sent), sum(sent_accepted), count(hours),
      coalesce(array_agg(hours order by hours) filter (where hours is not null), '{}')
    from parts cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3`
}
