-- kind: campaign-spend
-- watermark: updated_at
-- key: _key
-- requires: campaigns, campaign_daily
select
  d.campaign_id || ' ' || to_char(d.day, 'YYYY-MM-DD') as _key,
  d.campaign_id::text as campaign_id,
  to_char(d.day, 'YYYY-MM-DD') as day,
  d.spend_cents as amount,
  c.currency,
  d.impressions,
  d.clicks,
  d.conversions,
  d.updated_at
from campaign_daily d join campaigns c on c.id = d.campaign_id
