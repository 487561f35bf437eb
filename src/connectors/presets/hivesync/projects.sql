-- kind: objects
-- watermark: updated_at
-- key: id
select
  'project' as kind,
  id::text as id,
  owner_id::text as user_id,
  name,
  case when deleted_at is not null then 'deleted' else status end as status,
  created_at,
  coalesce(updated_at, created_at) as updated_at,
  least(deleted_at, archived_at) as closed_at,
  visibility
from projects
