-- kind: gauges
-- watermark: _watermark
-- key: id
-- requires: usage_aggregations
-- Sums of whole days, to hold beside what was counted: they are never calls. A day is read when it has been over for a
-- day, so that whoever sums it up has had the time.
select
  to_char(d.period_start, 'YYYY-MM-DD') || ' ' || g.name as id,
  'source.aggregated_' || g.name as name,
  g.value,
  -- Noon, so that the day is the same in the zone that figures are counted in.
  (d.period_start + time '12:00') at time zone 'UTC' as ts,
  ((d.period_start + 2)::timestamp at time zone 'UTC') as _watermark
from (
  select period_start, sum(request_count) as requests, sum(error_count) as errors, sum(total_cost) as cost
  from usage_aggregations
  where period = 'day' and period_start < (now() at time zone 'UTC')::date - 1
  group by period_start
) d,
lateral (values ('requests', d.requests::float8), ('errors', d.errors::float8), ('cost', d.cost::float8)) g (name, value)
where g.value is not null
