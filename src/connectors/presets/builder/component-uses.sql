-- kind: component-uses
-- watermark: ts
-- key: id
-- requires: builds
select
  b.id || ' ' || b.attempt || ' ' || u.component_id as id,
  b.completed_at as ts,
  u.component_id,
  b.session_token as user_id,
  b.id::text as job_id,
  b.status = 'completed' as ok
from builds b,
lateral (select distinct c::text as component_id from unnest(b.component_ids) c where c is not null) u
where b.completed_at is not null
