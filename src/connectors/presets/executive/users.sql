-- kind: users
-- watermark: updated_at
-- key: id
select
  id::text as id,
  tenant_id::text as tenant_id,
  email,
  full_name as username,
  case when deactivated_at is not null then 'deactivated' else coalesce(status, 'active') end as status,
  signup_source as provider,
  role,
  created_at,
  coalesce(updated_at, created_at) as updated_at
from users
