-- kind: subscriptions
-- watermark: updated_at
-- key: id
select
  id::text as id,
  user_id::text as user_id,
  tier as plan,
  case status
    when 'trial' then 'trialing'
    when 'canceled' then 'cancelled'
    when 'unpaid' then 'past_due'
    else status
  end as status,
  case billing_interval when 'yearly' then 'year' else 'month' end as interval,
  seats as quantity,
  round(price * 100)::bigint as amount,
  currency,
  provider,
  coalesce(started_at, created_at) as started_at,
  trial_ends_at,
  current_period_end,
  case when status = 'canceled' then coalesce(current_period_end, canceled_at) end as ends_at,
  coalesce(updated_at, created_at) as updated_at
from subscriptions
-- A checkout that was never completed was no subscription.
where status <> 'incomplete'
