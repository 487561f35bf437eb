-- kind: feedback
-- watermark: ts
-- key: id
-- requires: sessions
select
  'rating ' || token as id,
  rated_at as ts,
  token as user_id,
  'rating' as kind,
  rating as score,
  5 as max,
  rating_comment as comment
from sessions
where rated_at is not null and rating is not null
