import { gzipSync } from 'node:zlib'
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import fc from 'fast-check'
import { PbfReader, PbfWriter } from 'pbf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const STARTED = NOW.getTime() - 3_600_000

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  key = await t.key(['read', 'ingest'])
})
afterAll(() => t.close())

const post = (body: unknown, headers: Record<string, string> = {}) =>
  t.request('/v1/traces', {
    method: 'POST',
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
  })

/** A tracer whose spans are exported for real, to a server that listens. */
async function tracerOf(app: TestApp, exporter: 'json' | 'proto', secret: string, compression: 'gzip' | 'none') {
  const options = {
    url: `${await app.listen()}/v1/traces`,
    headers: { Authorization: `Bearer ${secret}` },
    compression: compression as never,
  }
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', 'service.version': '1.2', 'tenant.id': 'acme' }),
    spanProcessors: [
      new BatchSpanProcessor(exporter === 'json' ? new JsonExporter(options) : new ProtoExporter(options)),
    ],
  })
  return { tracer: provider.getTracer('test'), done: () => provider.shutdown() }
}

describe.each([
  ['JSON', 'json', 'none'],
  ['JSON, packed', 'json', 'gzip'],
  ['protobuf', 'proto', 'none'],
  ['protobuf, packed', 'proto', 'gzip'],
] as const)('the official exporter in %s', (_, exporter, compression) => {
  test('its model calls and served requests are API calls, with tokens, cost and errors', async () => {
    const app = await testApp({ now: NOW })
    const secret = await app.key(['read', 'ingest'])
    const { tracer, done } = await tracerOf(app, exporter, secret, compression)
    const within = (parent: Span) => trace.setSpan(context.active(), parent)
    const span = (name: string, atMs: number, ms: number, options: object, parent?: Span, error?: string) => {
      const made = tracer.startSpan(name, { startTime: STARTED + atMs, ...options }, parent && within(parent))
      if (error) made.setStatus({ code: SpanStatusCode.ERROR, message: error })
      return { made, end: () => made.end(STARTED + atMs + ms) }
    }
    const model = (attributes: object) => ({
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.provider.name': 'openai',
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        ...attributes,
      },
    })
    const tokens = (input: number, output: number) => ({
      'gen_ai.usage.input_tokens': input,
      'gen_ai.usage.output_tokens': output,
    })

    const served = span('POST /chat', 0, 2000.5, {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/chat/:id',
        'http.response.status_code': 200,
        'enduser.id': 'ada',
      },
    })
    const agent = span(
      'invoke_agent',
      1,
      1900,
      { attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.system': 'openai', ...tokens(9, 9) } },
      served.made,
    )
    // A rate limit, then the same again: two calls of one request.
    span('chat', 10, 100, model({ 'error.type': '429', 'enduser.id': 'ada' }), agent.made, 'Too many requests').end()
    span(
      'chat',
      200,
      1500,
      model({
        ...tokens(1000, 200),
        'gen_ai.response.model': 'gpt-4o-2024-08-06',
        'enduser.id': 'ada',
        'gen_ai.input.messages': 'a secret plan',
      }),
      agent.made,
    ).end()
    span('SELECT', 300, 5, { kind: SpanKind.CLIENT, attributes: { 'db.system': 'postgresql' } }, served.made).end()
    agent.end()
    served.end()
    // Another request, with the older names of attributes.
    span('chat claude', 5000, 800, {
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.system': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-4-5',
        'gen_ai.usage.prompt_tokens': 10_000,
        'gen_ai.usage.completion_tokens': 500,
        'gen_ai.usage.cache_read_input_tokens': 4000,
        'gen_ai.response.finish_reasons': ['end_turn'],
        'user.id': 'bob',
      },
    }).end()
    span('chat gemini', 6000, 300, {
      attributes: {
        'gen_ai.provider.name': 'gcp.gemini',
        'gen_ai.request.model': 'gemini-2.5-pro',
        'gen_ai.response.finish_reasons': ['SAFETY'],
        'user.id': 'bob',
        ...tokens(100, 0),
      },
    }).end()
    span(
      'GET',
      7000,
      30_000,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/slow',
          'http.response.status_code': 504,
          'tenant.id': 'hooli',
        },
      },
      undefined,
      'gone',
    ).end()
    await done()

    const calls = await app.sql`
      select ai, service, provider, model, endpoint, status, error_kind, http_status, latency_ms::float8, tokens_in, tokens_out,
        cost::float8, user_id, tenant_id, ts from api_calls order by ts`
    expect(calls.map(({ ts, ...call }) => ({ at: ts.getTime() - STARTED, ...call }))).toEqual([
      { ...SERVED, at: 0, endpoint: 'POST /chat/:id', http_status: 200, latency_ms: 2000.5, user_id: 'ada' },
      { ...MODEL, at: 10, status: 'error', error_kind: 'rate_limit', latency_ms: 100, cost: 0, user_id: 'ada' },
      // 1000 × 2.50 + 200 × 10.00 per million
      {
        ...MODEL,
        at: 200,
        model: 'gpt-4o-2024-08-06',
        latency_ms: 1500,
        tokens_in: 1000,
        tokens_out: 200,
        cost: 0.0045,
        user_id: 'ada',
      },
      // 6000 × 3.00 + 4000 × 0.30 + 500 × 15.00 per million
      {
        ...MODEL,
        at: 5000,
        provider: 'anthropic',
        model: 'claude-sonnet-4-5',
        endpoint: '',
        latency_ms: 800,
        tokens_in: 10_000,
        tokens_out: 500,
        cost: 0.0267,
        user_id: 'bob',
      },
      // 100 × 1.25 per million
      {
        ...MODEL,
        at: 6000,
        provider: 'google',
        model: 'gemini-2.5-pro',
        endpoint: '',
        status: 'error',
        error_kind: 'safety',
        latency_ms: 300,
        tokens_in: 100,
        tokens_out: 0,
        cost: 0.000125,
        user_id: 'bob',
      },
      {
        ...SERVED,
        at: 7000,
        endpoint: 'GET /slow',
        status: 'error',
        error_kind: 'timeout',
        http_status: 504,
        latency_ms: 30_000,
        tenant_id: 'hooli',
      },
    ])
    expect(JSON.stringify(await app.sql`select * from api_calls`)).not.toContain('secret')

    await app.fold()
    const metrics = 'ai.requests,ai.calls,ai.tokens_in,ai.tokens_out,ai.cost'
    const answer = await app.request(`/api/metrics/summary?metrics=${metrics}&from=2026-11-20&to=2026-11-20`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    const summary = (await answer.json()) as { metrics: { metric: string; value: number }[] }
    const values = Object.fromEntries(summary.metrics.map(({ metric, value }) => [metric, value]))
    expect(values).toEqual({
      'ai.requests': 3,
      'ai.calls': 4,
      'ai.tokens_in': 11_100,
      'ai.tokens_out': 700,
      'ai.cost': expect.closeTo(0.0045 + 0.0267 + 0.000125, 8),
    })
    await app.close()
  })
})

const NOTHING = {
  error_kind: null,
  tokens_in: null,
  tokens_out: null,
  cost: null,
  http_status: null,
  user_id: '',
  status: 'ok',
}
const SERVED = { ...NOTHING, ai: false, service: 'shop', provider: '', model: '', tenant_id: 'acme' }
const MODEL = {
  ...NOTHING,
  ai: true,
  service: 'shop',
  provider: 'openai',
  model: 'gpt-4o',
  endpoint: 'chat',
  tenant_id: 'acme',
}

const hex = (digits: number) => Array.from({ length: digits }, () => 'abcdef'[Math.floor(Math.random() * 6)]).join('')
const nanos = (ms: number) => `${BigInt(ms) * 1_000_000n}`
const jsonSpan = (more: object = {}) => ({
  traceId: hex(32),
  spanId: hex(16),
  name: 'GET /x',
  kind: 2,
  startTimeUnixNano: nanos(STARTED),
  endTimeUnixNano: nanos(STARTED + 5),
  attributes: [],
  ...more,
})
const requestOf = (...spans: unknown[]) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'raw' } }] },
      scopeSpans: [{ scope: { name: 's' }, spans }],
    },
  ],
})

describe('spans in JSON', () => {
  test('whole numbers may come as text or as numbers, and kinds by their names', async () => {
    const name = 'spelt'
    const span = jsonSpan({
      name,
      kind: 'SPAN_KIND_CLIENT',
      startTimeUnixNano: STARTED * 1e6,
      endTimeUnixNano: `${BigInt(STARTED) * 1_000_000n + 1_234_567n}`,
      status: { code: 'STATUS_CODE_ERROR' },
      attributes: [
        { key: 'gen_ai.system', value: { stringValue: 'openai.chat' } },
        { key: 'gen_ai.request.model', value: { stringValue: 'some-model' } },
        { key: 'gen_ai.usage.input_tokens', value: { intValue: '12' } },
        { key: 'gen_ai.usage.output_tokens', value: { intValue: 34 } },
        { key: 'tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { kvlistValue: {} }] } } },
        { key: 'request.id', value: { stringValue: 'req_7' } },
        { key: 'broken' },
      ],
    })
    const answer = await post(requestOf(span))
    expect(await answer.json()).toEqual({ partialSuccess: {}, accepted: 1, duplicate: 0, rejected: 0, ignored: 0 })
    const [call] =
      await t.sql`select *, latency_ms::float8 as latency_ms from api_calls where properties->>'span' = ${name}`
    expect(call).toMatchObject({
      provider: 'openai',
      model: 'some-model',
      tokens_in: 12,
      tokens_out: 34,
      status: 'error',
      error_kind: 'provider',
      request_id: 'req_7',
      cost: null,
      service: 'raw',
    })
    expect(call!.latency_ms).toBeCloseTo(1.234567, 3)
  })

  test('bad spans are refused singly, with their reason, and nothing of what was asked is kept', async () => {
    const content = [{ key: 'gen_ai.prompt', value: { stringValue: 'a secret plan' } }]
    const answer = await post(
      requestOf(
        jsonSpan({ name: 'fine' }),
        jsonSpan({ traceId: '0'.repeat(32), attributes: content }),
        jsonSpan({ spanId: 'xyz', attributes: content }),
        jsonSpan({ startTimeUnixNano: 'yesterday', attributes: content }),
        jsonSpan({ startTimeUnixNano: undefined }),
        jsonSpan({ endTimeUnixNano: nanos(STARTED - 1) }),
        jsonSpan({
          startTimeUnixNano: nanos(Date.parse('2020-01-01')),
          endTimeUnixNano: nanos(Date.parse('2020-01-01')),
        }),
        jsonSpan({ attributes: [{ key: 'http.response.status_code', value: { intValue: 7 } }] }),
        'no span',
        jsonSpan({ kind: 1 }),
        jsonSpan({ name: 'fine' }),
      ),
    )
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      partialSuccess: { rejectedSpans: '8', errorMessage: 'span 1: traceId must be 16 bytes that are not all zero' },
      accepted: 2,
      rejected: 8,
      ignored: 1,
    })
    expect(await t.sql`select from api_calls where properties->>'span' = 'fine'`).toHaveLength(2)
    const kept = await t.sql`select reason, convert_from(raw, 'UTF8') as raw from rejected_facts where source = 'otlp'`
    expect(kept).toHaveLength(8)
    expect(JSON.stringify(kept)).not.toContain('secret')
    expect(kept.map(({ reason }) => reason).join('; ')).toMatch(/spanId.*startTime.*before.*retention.*http_status/)
  })

  test('where all spans are bad, the request is', async () => {
    const answer = await post(requestOf(jsonSpan({ spanId: '' })))
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ accepted: 0, rejected: 1, detail: expect.stringContaining('spanId') })
  })

  test('a span sent again changes nothing', async () => {
    const request = requestOf(jsonSpan(), jsonSpan({ kind: 3 }))
    expect(await (await post(request)).json()).toMatchObject({ accepted: 1, duplicate: 0, ignored: 1 })
    expect(await (await post(request)).json()).toMatchObject({ accepted: 0, duplicate: 1, ignored: 1 })
  })

  test('a server and the services behind it are calls of one request', async () => {
    const traceId = hex(32)
    await post(requestOf(jsonSpan({ traceId, name: 'front' }), jsonSpan({ traceId, name: 'behind' })))
    const calls = await t.sql`select first_of_request from api_calls where request_id = ${traceId}`
    expect(calls.map((call) => call.first_of_request).sort()).toEqual([false, true])
  })

  test('what is no request is 422, an empty one is fine, and other bodies, types and keys are refused', async () => {
    for (const body of ['{"resourceSpans":', '[]', 'null', '7']) expect((await post(body)).status, body).toBe(422)
    for (const body of [{}, { resourceSpans: [] }, { resourceSpans: [null, { scopeSpans: 7 }, { scopeSpans: [{}] }] }])
      expect(await (await post(body)).json()).toMatchObject({ partialSuccess: {}, accepted: 0, rejected: 0 })
    expect((await post('{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post({}, { authorization: '' })).status).toBe(401)
    expect((await post({}, { authorization: 'Bearer qd_wrong' })).status).toBe(401)
    expect((await post({}, { authorization: `Bearer ${await t.key(['read'])}` })).status).toBe(403)
    const packed = new Uint8Array(gzipSync(JSON.stringify(requestOf(jsonSpan()))))
    expect((await post(packed, { 'content-encoding': 'gzip' })).status).toBe(200)
  })

  test('shapes that nobody means are refused or left out, and never an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom('traceId', 'kind', 'startTimeUnixNano', 'status', 'attributes', 'name'),
          fc.jsonValue(),
        ),
        async (more) => {
          const evil = [
            { key: 'gen_ai.system', value: { intValue: { toString: 1 }, stringValue: [] } },
            { key: '__proto__', value: { stringValue: 'x' } },
          ]
          const { status } = await post(requestOf(jsonSpan({ attributes: evil, ...more })))
          expect([200, 422]).toContain(status)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('spans in protobuf', () => {
  const proto = (body: Uint8Array) => post(body, { 'content-type': 'application/x-protobuf' })
  const field = (tag: number, ...parts: Uint8Array[]) => {
    const pbf = new PbfWriter()
    for (const part of parts) pbf.writeBytesField(tag, part)
    return new Uint8Array(pbf.finish())
  }
  const spanBytes = (spanId: string, name = 'from bytes') => {
    const pbf = new PbfWriter()
    pbf.writeBytesField(1, Buffer.from(hex(32), 'hex'))
    pbf.writeBytesField(2, Buffer.from(spanId, 'hex'))
    pbf.writeStringField(5, name)
    pbf.writeVarintField(6, 2)
    pbf.writeFixed64Field(7, STARTED * 1e6)
    pbf.writeFixed64Field(8, (STARTED + 20) * 1e6)
    return new Uint8Array(pbf.finish())
  }
  const request = (...spans: Uint8Array[]) => field(1, field(2, field(2, ...spans)))

  test('a broken span costs only itself, and the answer says so in protobuf', async () => {
    const broken = spanBytes(hex(16)).subarray(0, 35)
    const answer = await proto(request(spanBytes(hex(16)), broken, spanBytes('00'), spanBytes(hex(16))))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-protobuf'])
    const told = { rejected: 0, message: '' }
    new PbfReader(new Uint8Array(await answer.arrayBuffer())).readFields((tag, _, pbf) => {
      if (tag !== 1) return
      pbf.readMessage((inner) => {
        if (inner === 1) told.rejected = pbf.readVarint()
        if (inner === 2) told.message = pbf.readString()
      }, told)
    }, told)
    expect(told).toEqual({ rejected: 2, message: expect.stringMatching(/^span 1: the span is not protobuf/) })
    expect(await t.sql`select from api_calls where properties->>'span' = 'from bytes'`).toHaveLength(2)
  })

  test('where all is well the answer has no bytes', async () => {
    const answer = await proto(request(spanBytes(hex(16))))
    expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, 0])
    expect((await proto(new Uint8Array())).status).toBe(200)
  })

  test('any bytes, and any damage to good ones, are refused and never an error of ours', async () => {
    const good = request(spanBytes(hex(16)), spanBytes(hex(16)))
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }))
      .map(([at, byte]) => good.with(at, byte))
    const cut = fc.nat(good.length).map((length) => good.slice(0, length))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged, cut), async (body) => {
        const { status } = await proto(new Uint8Array(body))
        expect([200, 422]).toContain(status)
      }),
      { numRuns: 300 },
    )
  })
})
