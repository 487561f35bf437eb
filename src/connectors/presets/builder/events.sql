-- kind: events
-- watermark: ts
-- key: id
-- requires: sessions
select
  s.token || ' ' || e.name as id,
  e.name,
  e.ts,
  'visitor ' || s.token as anonymous_id,
  case when e.name <> 'visit' then s.token end as user_id,
  s.token as session_id,
  s.referrer,
  s.country,
  host(s.ip_address) as ip,
  s.user_agent
from sessions s,
lateral (values
  ('visit', s.created_at), ('request', s.requested_at), ('email_given', s.email_at), ('email_verified', s.verified_at)
) e (name, ts)
where e.ts is not null
