-- kind: jobs
-- watermark: updated_at
-- key: id
select
  id::text as id,
  job_type as kind,
  queue,
  tenant_id::text as tenant_id,
  user_id::text as user_id,
  case state
    when 'retrying' then 'queued'
    when 'completed' then 'succeeded'
    when 'error' then 'failed'
    when 'canceled' then 'cancelled'
    else state
  end as status,
  created_at as enqueued_at,
  started_at,
  completed_at as finished_at,
  left(error, 4000) as error,
  greatest(attempts, 1) as attempt,
  coalesce(updated_at, completed_at, started_at, created_at) as updated_at
from jobs
