-- kind: prompts
-- watermark: updated_at
-- key: id
-- requires: prompts
select
  id::text as id,
  created_at as ts,
  session_token as user_id,
  build_id::text as job_id,
  model,
  site_type,
  industry,
  case success when true then 'succeeded' when false then 'failed' else 'pending' end as status,
  generation_time_ms as duration_ms,
  library_used,
  prompt_text as text,
  updated_at
from prompts
