-- kind: subscriptions
-- watermark: updated_at
-- key: id
-- requires: user_subscriptions
select
  id::text as id,
  user_id,
  organization_id as tenant_id,
  plan,
  case status when 'trial' then 'trialing' when 'canceled' then 'cancelled' else status end as status,
  price_cents as amount,
  currency,
  case billing_interval when 'yearly' then 'year' else 'month' end as interval,
  seats as quantity,
  payment_provider as provider,
  trial_ends_at,
  current_period_end,
  case when status in ('canceled', 'expired') then coalesce(current_period_end, canceled_at, updated_at) end as ends_at,
  json_strip_nulls(json_build_object('cancel_reason', cancel_reason)) as properties,
  created_at as started_at,
  updated_at
from user_subscriptions
