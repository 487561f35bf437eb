-- kind: api-calls
-- watermark: ts
-- key: id
-- requires: api_usage
select
  id::text as id,
  created_at as ts,
  request_id,
  user_id,
  organization_id as tenant_id,
  (model is not null or input_tokens is not null) as ai,
  service,
  provider,
  model,
  endpoint,
  content_type,
  case when status_code >= 400 or error_type is not null then 'error' else 'ok' end as status,
  case when error_type in ('provider', 'timeout', 'safety', 'rate_limit', 'client', 'server') then error_type end as error_kind,
  case when status_code between 100 and 599 then status_code end as http_status,
  latency_ms,
  input_tokens as tokens_in,
  output_tokens as tokens_out,
  cost,
  cached,
  is_retry as retry,
  host(ip_address) as ip,
  campaign_id::text as campaign_id,
  parameters
from api_usage
