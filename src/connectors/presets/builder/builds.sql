-- kind: jobs
-- watermark: updated_at
-- key: id
-- requires: builds
select
  id::text as id,
  'build' as kind,
  case status when 'building' then 'running' when 'completed' then 'succeeded' else status end as status,
  session_token as user_id,
  attempt,
  error_message as error,
  queued_at as enqueued_at,
  started_at,
  completed_at as finished_at,
  updated_at
from builds
