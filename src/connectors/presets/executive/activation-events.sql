-- kind: events
-- watermark: _created_at
-- key: id
select
  id::text as id,
  case when event_name in ('user.login', 'logged_in') then 'login' else event_name end as name,
  user_id::text as user_id,
  tenant_id::text as tenant_id,
  session_id,
  -- A phone that was offline tells later what happened then.
  coalesce(occurred_at, created_at) as ts,
  case when jsonb_typeof(metadata) = 'object' then metadata end as properties,
  created_at as _created_at
from activation_events
