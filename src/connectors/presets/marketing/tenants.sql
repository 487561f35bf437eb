-- kind: tenants
-- watermark: updated_at
-- key: id
-- requires: user_subscriptions
select
  organization_id as id,
  min(created_at) as created_at,
  max(updated_at) as updated_at
from user_subscriptions
where organization_id is not null
group by organization_id
