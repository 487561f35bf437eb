-- kind: api-calls
-- watermark: ts
-- key: id
select
  id::text as id,
  created_at as ts,
  request_id,
  user_id::text as user_id,
  true as ai,
  'ai' as service,
  provider,
  model,
  feature,
  case status when 'success' then 'ok' else 'error' end as status,
  case status
    when 'success' then null
    when 'timeout' then 'timeout'
    when 'blocked' then 'safety'
    when 'rate_limited' then 'rate_limit'
    else 'provider'
  end as error_kind,
  http_status,
  latency_ms,
  prompt_tokens as tokens_in,
  completion_tokens as tokens_out,
  cached_tokens as tokens_cached,
  -- Null is unknown: the price table then says what it cost.
  cost_usd as cost,
  is_cached as cached,
  is_retry as retry,
  project_id::text as project_id
from ai_usage_events
