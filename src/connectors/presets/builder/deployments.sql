-- kind: objects
-- watermark: updated_at
-- key: id
-- requires: deployments
select
  'deployment' as kind,
  id::text as id,
  session_token as user_id,
  url as name,
  status,
  url,
  build_id::text as build_id,
  finished_at as created_at,
  removed_at as closed_at,
  updated_at
from deployments
where status in ('live', 'removed') and finished_at is not null
