-- kind: tenants
-- watermark: updated_at
-- key: id
select
  id::text as id,
  name,
  plan,
  country_code as country,
  status,
  created_at,
  coalesce(updated_at, created_at) as updated_at
from tenants
