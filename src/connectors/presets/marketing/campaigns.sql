-- kind: campaigns
-- watermark: updated_at
-- key: id
-- requires: campaigns
select
  id::text as id,
  name,
  user_id,
  organization_id as tenant_id,
  channel,
  -- A customer's campaign is no acquisition of the product's own.
  case
    when type in ('engagement', 'content') then type
    when type = 'acquisition' and user_id is null then type
    else 'other'
  end as kind,
  type,
  status,
  tags,
  budget_cents as budget,
  currency,
  starts_at as started_at,
  ends_at as ended_at,
  impressions,
  clicks,
  conversions,
  revenue_cents as revenue,
  updated_at
from campaigns
