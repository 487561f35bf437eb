-- kind: users
-- watermark: updated_at
-- key: id
select
  id::text as id,
  email,
  username,
  plan,
  case
    when deleted_at is not null then 'deleted'
    when status in ('suspended', 'banned') then status
    else 'active'
  end as status,
  auth_provider as provider,
  country,
  time_zone,
  referrer,
  created_at,
  coalesce(updated_at, created_at) as updated_at
from users
