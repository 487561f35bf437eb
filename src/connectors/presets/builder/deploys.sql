-- kind: jobs
-- watermark: updated_at
-- key: id
-- requires: deployments
select
  'deploy ' || id as id,
  'deploy' as kind,
  case status
    when 'pending' then 'queued'
    when 'deploying' then 'running'
    when 'failed' then 'failed'
    else 'succeeded'
  end as status,
  session_token as user_id,
  error_message as error,
  created_at as enqueued_at,
  started_at,
  finished_at,
  id::text as object_id,
  build_id::text as build_id,
  updated_at
from deployments
