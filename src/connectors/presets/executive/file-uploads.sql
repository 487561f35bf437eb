-- kind: objects
-- watermark: updated_at
-- key: id
select
  'upload' as kind,
  id::text as id,
  tenant_id::text as tenant_id,
  user_id::text as user_id,
  left(filename, 1000) as name,
  case when deleted_at is not null then 'deleted' else status end as status,
  size_bytes as quantity,
  content_type,
  created_at,
  coalesce(updated_at, created_at) as updated_at,
  deleted_at as closed_at
from file_uploads
-- What is under way may break off, and comes to nothing then.
where status not in ('pending', 'failed')
