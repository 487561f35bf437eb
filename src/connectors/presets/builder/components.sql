-- kind: components
-- watermark: updated_at
-- key: id
-- requires: components
select
  id::text as id,
  name,
  kind,
  category,
  version::text as version,
  quality_score as quality,
  is_system as system,
  status,
  code,
  created_at,
  updated_at
from components
