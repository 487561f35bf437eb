import type { FactIn } from '../../src/facts/types.ts'

/** The doors that are measured, by the path that their clients use. */
export const PATHS = { typed: '/ingest/events', segment: '/v1/batch', posthog: '/batch/', otlp: '/v1/traces' } as const
export type Door = keyof typeof PATHS

/** The same traffic as each door's clients would send it. */
export const BODIES: Record<Door, (facts: FactIn[]) => unknown> = {
  typed: (facts) => (facts.length === 1 ? typedOf(facts[0]!) : facts.map(typedOf)),
  segment: (facts) => ({ sentAt: new Date(), batch: facts.map(segmentOf) }),
  posthog: (facts) => ({ sent_at: new Date(), batch: facts.map(posthogOf) }),
  otlp: (facts) => ({
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': 'bench', 'telemetry.sdk.language': 'nodejs' }) },
        scopeSpans: [{ scope: { name: 'bench' }, spans: facts.map(spanOf) }],
      },
    ],
  }),
}

const typedOf = ({ id, row }: FactIn) => ({ id, ...row })

const segmentOf = ({ id, row }: FactIn) => ({
  type: 'track',
  messageId: id,
  event: row.name,
  userId: row.user_id,
  timestamp: row.ts,
  properties: row.properties,
  context: { groupId: row.tenant_id, sessionId: row.session_id, library: { name: '@segment/analytics-node' } },
})

const posthogOf = ({ id, row }: FactIn) => ({
  event: row.name,
  distinct_id: row.user_id,
  uuid: id,
  timestamp: row.ts,
  properties: {
    ...(row.properties as object),
    $lib: 'posthog-node',
    $lib_version: '5.0.0',
    $geoip_disable: true,
    $session_id: row.session_id,
    $groups: { company: row.tenant_id },
  },
})

/** Every fourth is a model's, the others are requests that were served. */
function spanOf({ id, row, index }: FactIn) {
  const start = BigInt(new Date(String(row.ts)).getTime()) * 1_000_000n
  const hex = id!.replaceAll('-', '')
  const who = { 'user.id': row.user_id, 'tenant.id': row.tenant_id, 'session.id': row.session_id }
  const ofModel = {
    'gen_ai.provider.name': 'openai',
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 1200,
    'gen_ai.usage.output_tokens': 300,
  }
  const ofServer = {
    'http.request.method': 'POST',
    'http.route': `/${row.name}`,
    'http.response.status_code': 200,
    'url.path': `/${row.name}`,
    'server.address': 'localhost',
  }
  const isModel = index % 4 === 0
  return {
    traceId: hex,
    spanId: hex.slice(0, 16),
    name: String(row.name),
    kind: isModel ? 3 : 2,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 45_000_000n),
    attributes: attributes({ ...who, ...(isModel ? ofModel : ofServer) }),
    status: {},
  }
}

const attributes = (values: Record<string, unknown>) =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }))
