-- kind: users
-- watermark: updated_at
-- key: id
-- requires: sessions
select
  token as id,
  email,
  plan,
  country,
  referrer,
  host(ip_address) as ip,
  status as stage,
  site_type,
  industry,
  requested_at as created_at,
  updated_at
from sessions
where requested_at is not null
