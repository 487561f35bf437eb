import type { Row } from 'postgres'
import type { FoldContext } from './types.ts'

/** The instants whose days have to be folded anew. */
export interface SubscriptionChanges {
  spans: Date[]
  accounts: Date[]
}

/**
 * Works out anew, for subscriptions of which states were told, what they were since when, and when their accounts began
 * and ceased to have any. Answers the instants at which that differs from what it was.
 */
export async function foldSubscriptionSpans(context: FoldContext): Promise<SubscriptionChanges> {
  const ids = await takeDirtySubscriptions(context)
  if (ids.length === 0) return { spans: [], accounts: [] }
  const old = await context.tx`delete from subscription_spans where subscription_id = any(${ids}::text[]) returning *`
  const fresh = await insertSpans(context, ids)
  return { spans: differing(transitions(old), transitions(fresh)), accounts: await foldAccounts(context, old, fresh) }
}

async function takeDirtySubscriptions({ tx }: FoldContext): Promise<string[]> {
  const taken = await tx<{ subscription_id: string }[]>`delete from dirty_subscriptions returning subscription_id`
  return [...new Set(taken.map((row) => row.subscription_id))]
}

/**
 * A trial is over when it says so, and a cancelled subscription ends with what is paid for, though nobody may ever come
 * to tell. What expired after it had been cancelled was cancelled.
 */
function insertSpans({ tx }: FoldContext, ids: string[]) {
  return tx`
    with numbered as (
      select *, count(*) filter (where status <> 'expired') over (partition by subscription_id order by ts) as lives
      from subscription_states where subscription_id = any(${ids}::text[])
    ),
    s as (
      select subscription_id, ts, coalesce(nullif(tenant_id, ''), user_id) as customer_id, tenant_id, plan, status,
        coalesce(currency, '') as currency, mrr_minor, trial_ends_at, ends_at,
        first_value(status) over (partition by subscription_id, lives order by ts) as lived_as,
        lead(ts) over w as until,
        coalesce((array_agg(mrr_minor) filter (where status <> 'trialing')
          over (w rows between 1 following and unbounded following))[1] > 0, false) as next_pays,
        coalesce((array_agg(cancel_reason) filter (where cancel_reason is not null)
          over (w rows between current row and unbounded following))[1], '') as cancel_reason
      from numbered
      window w as (partition by subscription_id order by ts)
    ),
    told as (
      select subscription_id, ts as since, customer_id, tenant_id, plan, currency, mrr_minor, cancel_reason,
        mrr_minor > 0 as pays_next,
        case
          when status = 'cancelled' and ends_at > ts then 'cancelling'
          when status = 'expired' and lived_as = 'cancelled' then 'cancelled'
          when status = 'trialing' and trial_ends_at <= ts then 'expired'
          else status end as status
      from s
      union all
      select subscription_id, trial_ends_at, customer_id, tenant_id, plan, currency, 0, cancel_reason, next_pays, 'expired'
      from s where status = 'trialing' and trial_ends_at > ts and (until is null or trial_ends_at < until)
      union all
      select subscription_id, ends_at, customer_id, tenant_id, plan, currency, 0, cancel_reason, next_pays, 'cancelled'
      from s where status = 'cancelled' and ends_at > ts and (until is null or ends_at < until)
    ),
    reasoned as (
      select subscription_id, since, customer_id, tenant_id, plan, status, currency, mrr_minor,
        case when status in ('cancelling', 'cancelled') then cancel_reason else '' end as cancel_reason, pays_next
      from told
    ),
    changes as (
      select *, lag(row(customer_id, tenant_id, plan, status, currency, mrr_minor, cancel_reason)) over w as before
      from reasoned
      window w as (partition by subscription_id order by since)
    )
    insert into subscription_spans
    select subscription_id, since, customer_id, tenant_id, plan, status, currency, mrr_minor, cancel_reason, pays_next
    from changes
    where row(customer_id, tenant_id, plan, status, currency, mrr_minor, cancel_reason) is distinct from before
    returning *`
}

/** An account has a subscription as long as any of its own has not ended. */
async function foldAccounts({ tx }: FoldContext, old: readonly Row[], fresh: readonly Row[]): Promise<Date[]> {
  const owners = new Map([...old, ...fresh].map((row) => [`${row.customer_id}\0${row.tenant_id}`, row]))
  const customers = [...owners.values()].map((row) => row.customer_id as string)
  const tenants = [...owners.values()].map((row) => row.tenant_id as string)
  const owned = tx`(customer_id, tenant_id) in (select * from unnest(${customers}::text[], ${tenants}::text[]))`
  const before = await tx`delete from account_changes where ${owned} returning *`
  const after = await tx`
    with spans as (
      select *, lead(since) over (partition by subscription_id order by since) as until from subscription_spans
      where subscription_id in (select subscription_id from subscription_spans where ${owned})
    ),
    ends as (
      select customer_id, tenant_id, at, d from spans cross join lateral (values (since, 1), (until, -1)) v (at, d)
      where status not in ('cancelled', 'expired') and at is not null and ${owned}
    ),
    levels as (
      select customer_id, tenant_id, at, sum(sum(d)) over (partition by customer_id, tenant_id order by at) as n
      from ends group by 1, 2, 3
    ),
    changes as (
      select *, lag(n, 1, 0) over (partition by customer_id, tenant_id order by at) as n_before from levels
    )
    insert into account_changes
    select customer_id, tenant_id, at, case when n > 0 then 1 else -1 end from changes
    where (n > 0) <> (n_before > 0)
    returning *`
  return differing(byText(before), byText(after))
}

const byText = (rows: readonly Row[]): Map<string, Date> => new Map(rows.map((row) => [JSON.stringify(row), row.at]))

/** Each span with all that a day's sums are made of: what it followed, too. */
function transitions(rows: readonly Row[]): Map<string, Date> {
  const inOrder = [...rows].sort((a, b) => a.since.getTime() - b.since.getTime())
  const last = new Map<string, Row>()
  return new Map(
    inOrder.map((row): [string, Date] => {
      const before = last.get(row.subscription_id)
      last.set(row.subscription_id, row)
      return [JSON.stringify([row, before && { ...before, since: null }]), row.since]
    }),
  )
}

function differing(a: Map<string, Date>, b: Map<string, Date>): Date[] {
  const without = (one: Map<string, Date>, other: Map<string, Date>) =>
    [...one].filter(([key]) => !other.has(key)).map(([, at]) => at)
  return [...without(a, b), ...without(b, a)]
}
