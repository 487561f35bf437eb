import { errorKindOf, providerOf } from './ai-words.ts'
import { type Fields, type PosthogMessage, sharedFields, textOf } from './posthog-message.ts'

/** A call that PostHog's AI clients observed. The prompt and its answer ($ai_input …) are not taken along. */
export function aiCallOf(message: PosthogMessage): Fields {
  const { properties, event } = message
  const { user_id, tenant_id, ts, session_id } = sharedFields(message)
  const { $ai_latency: seconds, $ai_http_status: httpStatus } = properties
  return {
    user_id,
    tenant_id,
    ts,
    request_id: textOf(properties.$ai_trace_id),
    ai: true,
    provider: providerOf(properties.$ai_provider),
    model: textOf(properties.$ai_model),
    endpoint: event === '$ai_embedding' ? 'embeddings' : 'chat',
    ...errorOf(properties),
    http_status: textOf(httpStatus),
    latency_ms: typeof seconds === 'number' ? seconds * 1000 : undefined,
    tokens_in: textOf(properties.$ai_input_tokens),
    tokens_out: textOf(properties.$ai_output_tokens),
    tokens_cached: textOf(properties.$ai_cache_read_input_tokens),
    cost: textOf(properties.$ai_total_cost_usd),
    properties: { session_id },
  }
}

function errorOf({ $ai_is_error: isError, $ai_error: error, $ai_http_status: httpStatus }: Fields): Fields {
  if (isError !== true && isError !== 'true') return {}
  const words = typeof error === 'string' ? error : ''
  return { status: 'error', error_kind: errorKindOf(textOf(httpStatus), words) ?? 'provider' }
}
