-- kind: messages
-- watermark: ts
-- key: id
-- requires: sessions
select
  s.token || ' ' || m.n as id,
  (m.message ->> 'at')::timestamptz as ts,
  s.token as user_id,
  'chat' as channel,
  case m.message ->> 'role' when 'user' then 'in' else 'out' end as direction,
  'sent' as status,
  m.message ->> 'content' as text
from sessions s,
lateral jsonb_array_elements(case jsonb_typeof(s.messages) when 'array' then s.messages else '[]' end)
  with ordinality m (message, n)
where s.requested_at is not null and m.message ->> 'at' ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d'
