-- kind: identities
-- watermark: since
-- key: anonymous_id
-- requires: sessions
select
  'visitor ' || token as anonymous_id,
  token as user_id,
  requested_at as since
from sessions
where requested_at is not null
