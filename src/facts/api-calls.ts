import { z } from 'zod'
import { appendTo } from './append.ts'
import { askedWith } from './asked-with.ts'
import { costOf } from './cost.ts'
import { bool, choice, instant, int, number, object, optionalId, tenant, text, withRest } from './fields.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: optionalId(),
  ts: instant(),
  user_id: optionalId(),
  tenant_id: tenant(),
  request_id: optionalId(),
  ai: bool(),
  service: optionalId(),
  provider: optionalId(),
  model: optionalId(),
  endpoint: optionalId(),
  feature: optionalId(),
  content_type: optionalId(),
  status: choice('ok', 'error'),
  error_kind: choice('provider', 'timeout', 'safety', 'rate_limit', 'client', 'server'),
  http_status: int(100, 599),
  latency_ms: number(0, 86_400_000),
  tokens_in: int(0, 2_000_000_000),
  tokens_out: int(0, 2_000_000_000),
  tokens_cached: int(0, 2_000_000_000),
  cached: bool(),
  retry: bool(),
  cost: number(0, 1_000_000),
  estimate: bool(),
  instance_hours: number(0, 100_000),
  properties: object(),
  ip: text(100),
  user_agent: text(2000),
  country: text(100),
})
const KNOWN = new Set(Object.keys(schema.shape))
type Row = z.infer<typeof schema>

/** An error's kind where the caller did not say: by HTTP status, as far as that tells. */
function errorKind(row: Row, status: 'ok' | 'error'): string | undefined {
  if (status === 'ok') return undefined
  if (row.error_kind) return row.error_kind
  if (row.http_status === 429) return 'rate_limit'
  if (row.http_status === 408 || row.http_status === 504) return 'timeout'
  return row.http_status !== undefined && row.http_status < 500 ? 'client' : 'server'
}

export default defineFact({
  kind: 'api_calls',
  path: 'api-calls',
  mode: 'append',
  keepsRow: false,
  doc: 'One call that the product made or served, AI calls included; without `cost` it gets one from the price table.',
  schema,
  ts: (row) => row.ts,
  store: (row, { meta, enrich, price, ts }) => {
    const status = row.status ?? (row.error_kind || (row.http_status ?? 200) >= 400 ? 'error' : 'ok')
    const ai = row.ai ?? (row.model !== undefined || row.tokens_in !== undefined || row.tokens_out !== undefined)
    const cost = costOf({ ...row, status }, ai ? price(row.provider ?? '', row.model ?? '', ts) : undefined)
    return {
      user_id: row.user_id ?? '',
      tenant_id: row.tenant_id ?? '',
      request_id: row.request_id,
      first_of_request: true,
      ai,
      service: row.service ?? '',
      provider: row.provider ?? '',
      model: row.model ?? '',
      endpoint: row.endpoint ?? '',
      feature: row.feature ?? '',
      content_type: row.content_type ?? '',
      status,
      error_kind: errorKind(row, status),
      http_status: row.http_status,
      latency_ms: row.latency_ms,
      tokens_in: row.tokens_in,
      tokens_out: row.tokens_out,
      cached: row.cached ?? false,
      retry: row.retry ?? false,
      cost: cost.amount,
      cost_source: cost.source,
      estimate: row.estimate ?? cost.estimate,
      country: row.country ?? enrich(row.ip ?? meta.ip, undefined).country,
      properties: withRest(KNOWN, row, row.properties),
      ...askedWith(row),
    }
  },
  write: appendTo('api_calls'),
})
