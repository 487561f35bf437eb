-- kind: gauges
-- watermark: ts
-- key: id
-- requires: api_rate_limits
-- A row that changes is a new sample: its instant is part of the key.
select
  'rate_limit ' || id || ' ' || extract(epoch from updated_at) as id,
  'quota.left' as name,
  round(100.0 * greatest(0, limit_value - used) / limit_value, 2)::float8 as value,
  updated_at as ts,
  organization_id as tenant_id,
  json_strip_nulls(json_build_object(
    'provider', provider, 'endpoint', endpoint, 'user', user_id, 'window_seconds', window_seconds
  )) as labels
from api_rate_limits
where limit_value > 0
