import type { Expr } from '../../metrics/metric.ts'
import { callSums } from '../../rollups/api-calls.ts'
import { cost, dayAt, during, isFolded, ms, number, ofScope, placeOf, type RowSource, text, time } from '../source.ts'

/** Calls, each weighed by the fold's own words. */
export const callsThat = (which: Expr, unpriced: RowSource['facts']): RowSource => ({
  noun: 'call',
  partitioned: 'api_calls',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, f.ts as at, ${placeOf(q, 'f')} as id, ${dayAt(q, 'f.ts')} as day, f.user_id,
      f.tenant_id, f.request_id, f.ai, f.service, f.provider, f.model, f.endpoint, f.status, f.error_kind, f.http_status,
      f.latency_ms as took_ms, f.content_type, f.feature as task, f.country, f.campaign_id, f.temperature, f.top_p, f.max_tokens,
      extract(hour from f.ts at time zone ${q.zone})::int as local_hour, f.tokens_in as sent, f.tokens_out as written, f.cost as price, s.calls, s.requests, s.errors,
      s.err_provider, s.err_timeout, s.err_safety, s.err_rate_limit, s.err_client, s.err_server, s.retries, s.cached,
      s.tokens_in, s.tokens_out, s.cost, ${unpriced(q, span)} as cost_unknown, s.cost_estimated, s.latency_n, s.latency_ms,
      hist_of(array[hist_bucket(f.latency_ms)], array[s.latency_n]) as hist
    from api_calls f cross join lateral (select ${callSums(q.sql)} from (select f.*) one) s
    where ${which(q)} and ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`,
  columns: {
    time: time('Time', { from: 'at' }),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    service: text('Service'),
    provider: text('Provider'),
    model: text('Model'),
    endpoint: text('Endpoint'),
    request_id: text('Request'),
    status: text('Status'),
    error_kind: text('Error'),
    http_status: number('HTTP'),
    latency_ms: ms('Latency', { from: 'took_ms' }),
    tokens_in: number('Tokens in', { from: 'sent' }),
    tokens_out: number('Tokens out', { from: 'written' }),
    cost: cost('Cost', { from: 'price' }),
  },
})

const unpricedCall: RowSource['facts'] = ({ sql }) => sql`s.cost_unknown`

/** Whether no call of the model on that day had a price: the roll-up's row is judged as a whole. */
const unpricedModel: RowSource['facts'] = (
  q,
  { scope },
) => q.sql`(select case when sum(g.cost_unknown) < sum(g.calls) then 0 else 1 end
  from api_call_days g where g.scope = ${scope} and g.at = ${dayAt(q, 'f.ts')} and g.ai and g.service = f.service
    and g.provider = f.provider and g.model = f.model)`

export const calls = callsThat(({ sql }) => sql`true`, unpricedCall)
export const aiCalls = callsThat(({ sql }) => sql`ai`, unpricedCall)
/** For what is counted of models that have a price, calls of unknown cost among them. */
export const callsOfModels = callsThat(({ sql }) => sql`ai`, unpricedModel)
