-- kind: jobs
-- watermark: updated_at
-- key: id
select
  id::text as id,
  'preview' as kind,
  'preview_queue' as queue,
  user_id::text as user_id,
  project_id::text as object_id,
  case
    when status in ('pending', 'queued') then 'queued'
    when status in ('building', 'running') then 'running'
    when status in ('success', 'completed', 'ready') then 'succeeded'
    when status in ('canceled', 'cancelled') then 'cancelled'
    else 'failed'
  end as status,
  queued_at as enqueued_at,
  started_at,
  finished_at,
  left(coalesce(error_message, case when status = 'timeout' then 'timeout' end), 4000) as error,
  greatest(attempts, 1) as attempt,
  coalesce(updated_at, finished_at, started_at, queued_at) as updated_at,
  worker
from preview_jobs
