-- kind: users
-- watermark: updated_at
-- key: id
-- requires: user_subscriptions
select
  user_id as id,
  (array_agg(email order by updated_at desc, id desc) filter (where email is not null))[1] as email,
  (array_agg(organization_id order by updated_at desc, id desc) filter (where organization_id is not null))[1] as tenant_id,
  (array_agg(plan order by updated_at desc, id desc))[1] as plan,
  (array_agg(country order by updated_at desc, id desc) filter (where country is not null))[1] as country,
  (array_agg(referral_source order by created_at, id) filter (where referral_source is not null))[1] as referrer,
  min(created_at) as created_at,
  max(updated_at) as updated_at
from user_subscriptions
group by user_id
