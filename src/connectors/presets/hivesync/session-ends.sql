-- kind: events
-- watermark: _ended_at
-- key: id
-- The user was there until last_seen_at; the session may have been closed hours later, by nobody.
select
  id::text as id,
  'session_end' as name,
  user_id::text as user_id,
  id::text as session_id,
  greatest(last_seen_at, started_at) as ts,
  host(ip) as ip,
  user_agent,
  device,
  ended_at as _ended_at
from sessions
where ended_at is not null
