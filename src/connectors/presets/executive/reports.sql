-- kind: objects
-- watermark: updated_at
-- key: id
select
  'report' as kind,
  id::text as id,
  tenant_id::text as tenant_id,
  user_id::text as user_id,
  title as name,
  status,
  report_type,
  format,
  created_at,
  coalesce(updated_at, created_at) as updated_at
from reports
-- What is being made may fail, and is no report then.
where status not in ('pending', 'failed')
