-- kind: events
-- watermark: ts
-- key: id
-- A session begins with a log-in.
select
  id::text as id,
  'login' as name,
  user_id::text as user_id,
  id::text as session_id,
  started_at as ts,
  host(ip) as ip,
  user_agent,
  device
from sessions
