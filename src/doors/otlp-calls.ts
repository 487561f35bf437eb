import { errorKindOf, isBlocked, providerOf } from './ai-words.ts'
import { type Attributes, KIND_SERVER, type Span, STATUS_ERROR, type Value } from './otlp-span.ts'

type Row = Record<string, unknown>

/**
 * The API call that a span is: one of a model's provider (gen_ai.*), or one that the product served (kind SERVER).
 * Undefined for all others, whose time is within one of those.
 */
export function callOf(span: Span): Row | undefined {
  const { attributes } = span
  if (isModelCall(attributes)) return { ...sharedFields(span), ...modelCall(span) }
  return span.kind === KIND_SERVER ? { ...sharedFields(span), ...servedCall(span) } : undefined
}

/** Agents, tools and workflows are made of model calls, each with a span of its own: counting them too would double it. */
const NOT_A_MODEL = /^(create_agent|invoke_agent|invoke_workflow|execute_tool|retrieval|plan|agent|tool|workflow|task)$/

function isModelCall(attributes: Attributes): boolean {
  if (NOT_A_MODEL.test(String(attributes['gen_ai.operation.name'] ?? ''))) return false
  return MODEL_SIGNS.some((name) => attributes[name] !== undefined)
}

const PROVIDER = ['gen_ai.provider.name', 'gen_ai.system']
const MODEL = ['gen_ai.response.model', 'gen_ai.request.model']
const MODEL_SIGNS = [...PROVIDER, ...MODEL]
const TOKENS_IN = ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens']
const TOKENS_OUT = ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens']
const TOKENS_CACHED = ['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens']
const HTTP_STATUS = ['http.response.status_code', 'http.status_code']
const HTTP_METHOD = ['http.request.method', 'http.method']
const USER = ['enduser.id', 'user.id']
const FEATURE = ['app.feature', 'feature']

/**
 * A trace is what one request to the product set off. Its model calls are the calls of that one request, retries among
 * them, so the trace is the request, unless `request.id` says otherwise (a worker that serves many in one trace).
 */
function sharedFields(span: Span): Row {
  const { attributes, resource, startNanos, endNanos } = span
  return {
    ts: new Date(Number(startNanos / 1_000_000n)),
    latency_ms: Number(endNanos - startNanos) / 1e6,
    request_id: attributes['request.id'] ?? span.traceId,
    user_id: first(attributes, USER),
    tenant_id: attributes['tenant.id'] ?? resource['tenant.id'],
    service: resource['service.name'],
    feature: first(attributes, FEATURE),
    http_status: first(attributes, HTTP_STATUS),
    ip: attributes['client.address'],
    retry: Number(attributes['http.request.resend_count'] ?? 0) > 0,
  }
}

function modelCall(span: Span): Row {
  const { attributes } = span
  const blocked = finishReasons(attributes).some(isBlocked)
  const isError = blocked || hasFailed(span)
  return {
    ai: true,
    provider: providerOf(first(attributes, PROVIDER)),
    model: first(attributes, MODEL),
    endpoint: attributes['gen_ai.operation.name'],
    content_type: attributes['gen_ai.output.type'],
    tokens_in: first(attributes, TOKENS_IN),
    tokens_out: first(attributes, TOKENS_OUT),
    tokens_cached: first(attributes, TOKENS_CACHED),
    cost: attributes['gen_ai.usage.cost'],
    temperature: attributes['gen_ai.request.temperature'],
    top_p: attributes['gen_ai.request.top_p'],
    max_tokens: attributes['gen_ai.request.max_tokens'],
    ...(isError ? { status: 'error', error_kind: blocked ? 'safety' : errorKind(span, 'provider') } : { status: 'ok' }),
    properties: { ...properties(span), finish_reason: finishReasons(attributes)[0] },
  }
}

function servedCall(span: Span): Row {
  const { attributes } = span
  const route = attributes['http.route'] ?? rpcOf(attributes)
  return {
    ai: false,
    // Of a span without a route its name is what groups alike ones: the path would hold ids.
    endpoint: route === undefined ? span.name : [first(attributes, HTTP_METHOD), route].filter(Boolean).join(' '),
    ...(hasFailed(span) ? { status: 'error', error_kind: errorKind(span, 'server') } : { status: 'ok' }),
    properties: properties(span),
  }
}

const rpcOf = (attributes: Attributes): string | undefined =>
  attributes['rpc.service'] === undefined ? undefined : `${attributes['rpc.service']}/${attributes['rpc.method']}`

/** A server does not mark its 4xx as errors of its own; here they are errors of kind client. */
function hasFailed({ statusCode, attributes }: Span): boolean {
  return statusCode === STATUS_ERROR || Number(first(attributes, HTTP_STATUS) ?? 0) >= 400
}

function errorKind({ attributes, statusMessage }: Span, otherwise: 'provider' | 'server'): string {
  const type = String(attributes['error.type'] ?? '')
  // Where there is no status, clients give it as the type.
  const status = first(attributes, HTTP_STATUS) ?? (/^\d{3}$/.test(type) ? type : undefined)
  return errorKindOf(status, `${type} ${status === undefined ? statusMessage : ''}`) ?? otherwise
}

/** Of the rest only what helps to find the span again: attributes may hold prompts, queries and headers. */
function properties({ spanId, name, attributes, resource }: Span): Row {
  return {
    span: name,
    span_id: spanId,
    error_type: attributes['error.type'],
    session_id: attributes['session.id'],
    conversation_id: attributes['gen_ai.conversation.id'],
    version: resource['service.version'],
    environment: resource['deployment.environment.name'] ?? resource['deployment.environment'],
  }
}

function finishReasons(attributes: Attributes): string[] {
  const reasons = attributes['gen_ai.response.finish_reasons'] ?? []
  return (Array.isArray(reasons) ? reasons : [reasons]).map(String)
}

function first(attributes: Attributes, names: string[]): Value | undefined {
  for (const name of names) if (attributes[name] !== undefined) return attributes[name]
  return undefined
}
