-- kind: api-calls
-- watermark: ts
-- key: id
-- requires: api_usage_log
select
  id::text as id,
  created_at as ts,
  request_id,
  session_token as user_id,
  true as ai,
  operation as service,
  provider,
  model,
  operation as feature,
  case when success then 'ok' else 'error' end as status,
  case when not success and error_type in ('provider', 'timeout', 'safety', 'rate_limit', 'client', 'server')
    then error_type end as error_kind,
  duration_ms as latency_ms,
  input_tokens as tokens_in,
  output_tokens as tokens_out,
  cost,
  build_id::text as job_id
from api_usage_log
