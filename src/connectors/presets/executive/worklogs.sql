-- kind: objects
-- watermark: updated_at
-- key: id
select
  'worklog' as kind,
  id::text as id,
  tenant_id::text as tenant_id,
  user_id::text as user_id,
  project as name,
  case when deleted_at is not null then 'deleted' else 'logged' end as status,
  -- Hours; of one that was taken back none.
  case when deleted_at is null then round(minutes / 60.0, 2) else 0 end as quantity,
  work_date::text as work_date,
  created_at,
  coalesce(updated_at, created_at) as updated_at,
  deleted_at as closed_at
from worklogs
