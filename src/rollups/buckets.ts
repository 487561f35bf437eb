import type { Tag } from '../db/tag.ts'
import { addDays, dayOf, startOfDay } from '../lib/time.ts'
import { converted, rateOn } from '../rates/convert.ts'
import { scopes } from './fragments.ts'
import type { FoldContext, Fragment } from './types.ts'

/** ISO text: the driver takes an array of dates for a single one. */
export type Instant = string

/**
 * Roll-ups of facts that change: their marked hours or days are deleted and folded anew. `buckets` are the starts of
 * hours, or of local days, as instants.
 */
export type FoldBuckets = (context: FoldContext, buckets: Instant[]) => Promise<void>

/** Jobs by the hour they were enqueued in, and finished in. */
export const foldJobHours: FoldBuckets = async ({ tx }, buckets) => {
  const zeros = tx`0::bigint`
  await tx`delete from job_hours where hour = any(${buckets}::timestamptz[])`
  await tx`
    with b as (select distinct unnest(${buckets}::timestamptz[]) as hour),
    parts as (
      select j.tenant_id, b.hour, j.kind, count(*) as enqueued, ${zeros} as succeeded, ${zeros} as failed,
        ${zeros} as cancelled, ${zeros} as run_n, 0::float8 as run_ms, ${zeros} as wait_n, 0::float8 as wait_ms,
        null::int as bucket, null::int as wait_bucket
      from b join jobs j on j.enqueued_at >= b.hour and j.enqueued_at < b.hour + interval '1 hour'
      group by 1, 2, 3
      union all
      select j.tenant_id, b.hour, j.kind, 0, count(*) filter (where j.status = 'succeeded'),
        count(*) filter (where j.status = 'failed'), count(*) filter (where j.status = 'cancelled'),
        count(r.run_ms), coalesce(sum(r.run_ms), 0), count(r.wait_ms), coalesce(sum(r.wait_ms), 0),
        hist_bucket(r.run_ms), hist_bucket(r.wait_ms)
      from b join jobs j on j.finished_at >= b.hour and j.finished_at < b.hour + interval '1 hour',
        ${jobTimes(tx)} r
      group by 1, 2, 3, hist_bucket(r.run_ms), hist_bucket(r.wait_ms)
    )
    insert into job_hours (scope, hour, kind, enqueued, succeeded, failed, cancelled, run_n, run_ms, wait_n, wait_ms, run_hist,
      wait_hist)
    select scope, hour, kind, sum(enqueued), sum(succeeded), sum(failed), sum(cancelled), sum(run_n), sum(run_ms),
      sum(wait_n), sum(wait_ms), hist_of(array_agg(bucket), array_agg(run_n)),
      hist_of(array_agg(wait_bucket), array_agg(wait_n))
    from parts cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3`
}

/** How long a finished job `j` ran and waited; the rows beneath a number say the same. */
export function jobTimes(tx: Tag): Fragment {
  return tx`
        lateral (select
          -- Clocks of different machines differ: nothing ran or waited for less than no time.
          case when j.status <> 'cancelled'
            then extract(epoch from greatest(j.finished_at, j.started_at) - j.started_at)::float8 * 1000 end as run_ms,
          extract(epoch from j.started_at - least(j.enqueued_at, j.started_at))::float8 * 1000 as wait_ms)`
}

/** The local days of the marked instants, with their bounds: those of the zone now, whatever it was at the mark. */
export function days({ tx, config }: FoldContext, buckets: Instant[]): Fragment {
  const zone = config.timeZone
  const marked = [...new Set(buckets.map((at) => dayOf(new Date(at), zone)))]
  const starts = marked.map((day) => startOfDay(day, zone).toISOString())
  const ends = marked.map((day) => startOfDay(addDays(day, 1), zone).toISOString())
  return tx`
    select day, start, until
    from unnest(${marked}::text[]::date[], ${starts}::timestamptz[], ${ends}::timestamptz[]) d(day, start, until)`
}

/** What a fold of days begins with. */
export async function clearDays({ tx, config }: FoldContext, table: string, buckets: Instant[]): Promise<void> {
  await tx`
    delete from ${tx(table)}
    where day in (select (b at time zone ${config.timeZone})::date from unnest(${buckets}::timestamptz[]) b)`
}

/** Payments by day, provider and outcome; of another currency also in the reporting one, each at the rate of its day. */
export const foldPaymentDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'payment_days', buckets)
  await tx`
    insert into payment_days
    select scope, day, provider, status, currency, count(*), sum(amount_minor), sum(fee_minor), sum(fee_waived_minor),
      sum(refunded_minor), coalesce(sum(amount_minor) filter (where subscription_id is not null), 0),
      count(*) filter (where fee_waived_minor > 0), sum(amount_reported), sum(fee_reported), sum(fee_waived_reported),
      sum(refunded_reported), sum(subscription_reported)
    from (
      select d.day, p.*, ${reportedPayment(tx)}
      from (${days(context, buckets)}) d join payments p on p.ts >= d.start and p.ts < d.until
        ${paymentRate(tx, context.config.currency)}
    ) p cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4, 5`
}

/** The rate of a payment `p` on its day `d.day`: null for the reporting currency itself, which needs none. */
export const paymentRate = (tx: Tag, base: string): Fragment => tx`
        cross join lateral (
          select case when p.currency <> ${base} then ${rateOn(tx, base, tx`p.currency`, tx`d.day`)} end as per_minor
        ) x`

/** What a payment `p` is in the reporting currency at the rate `x`. */
export const reportedPayment = (tx: Tag): Fragment => tx`
        ${converted(tx, tx`p.amount_minor`, tx`x.per_minor`)} as amount_reported,
        ${converted(tx, tx`p.fee_minor`, tx`x.per_minor`)} as fee_reported,
        ${converted(tx, tx`p.fee_waived_minor`, tx`x.per_minor`)} as fee_waived_reported,
        ${converted(tx, tx`p.refunded_minor`, tx`x.per_minor`)} as refunded_reported,
        case when p.subscription_id is null then 0 * x.per_minor
          else ${converted(tx, tx`p.amount_minor`, tx`x.per_minor`)} end::bigint as subscription_reported`

/** Sign-ups by day, sign-up provider, country and where they came from. */
export const foldSignupDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'signup_days', buckets)
  await tx`
    insert into signup_days (scope, day, provider, country, n, referrer)
    select scope, day, coalesce(provider, ''), coalesce(country, ''), count(*), referral_source(referrer)
    from (${days(context, buckets)}) d join users u on u.created_at >= d.start and u.created_at < d.until
      cross join ${scopes(tx)}
    where scope is not null and u.status <> 'deleted'
    group by 1, 2, 3, 4, 6`
}

/** How many users joined and left each plan class, by day. */
export const foldPlanDays: FoldBuckets = async (context, buckets) => {
  const { tx } = context
  await clearDays(context, 'plan_days', buckets)
  await tx`
    with changes as (
      select p.user_id, p.tenant_id, d.day, p.class, p.plan, before.class as old_class, before.plan as old_plan
      from (${days(context, buckets)}) d join user_plans p on p.since >= d.start and p.since < d.until
        ${planBefore(tx)}
    ),
    parts as (
      select tenant_id, day, class, plan, 1 as delta from changes
      union all
      select tenant_id, day, old_class, old_plan, -1 from changes where old_class is not null
    )
    insert into plan_days
    select scope, day, class, plan, sum(delta) from parts cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4
    having sum(delta) <> 0`
}

/** The class and plan that a user of `p` had before. */
export function planBefore(tx: Tag): Fragment {
  return tx`
        left join lateral (
          select class, plan from user_plans b where b.user_id = p.user_id and b.since < p.since
          order by b.since desc limit 1
        ) before on true`
}
