import type { Hono } from 'hono'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import type { FactIn, Outcome } from '../facts/types.ts'
import { leanResponse } from '../lib/lean.ts'
import { bodyType, readBody } from './body.ts'
import type { KeyGate } from './key.ts'
import { callOf } from './otlp-calls.ts'
import { readJsonSpans } from './otlp-json.ts'
import { readProtoSpans, writeProtoResponse } from './otlp-proto.ts'
import type { ReadSpans } from './otlp-span.ts'
import { answer, store } from './store.ts'
import { checkSize } from './typed.ts'

interface Encoding {
  read(body: Buffer): ReadSpans
  answer(outcome: Outcome, ignored: number): Response
}

const ENCODINGS = new Map<string, Encoding>([
  ['application/json', { read: readJsonSpans, answer: answerJson }],
  ['application/x-protobuf', { read: readProtoSpans, answer: answerProto }],
])

/** POST /v1/traces: OTLP over HTTP. Spans of model calls and served requests become API calls, others are left aside. */
export function mountOtlp(app: Hono<Env>, deps: Deps, gate: KeyGate): void {
  app.post('/v1/traces', async (c) => {
    const key = await gate.open(c)
    const encoding = bodyType(c, ENCODINGS)
    const { spans, bad } = encoding.read(await readBody(c, deps.config.ingestBodyLimitBytes))
    const facts = factsOf(spans)
    checkSize(facts.length + bad.length, deps.config.ingestBatchLimit)
    // The exporter's address says where a server is, not where its users are.
    const meta = { source: 'otlp', receivedAt: deps.now() }
    const outcome = await store(deps, { key, kind: 'otlp', facts, broken: bad }, meta)
    const ignored = spans.length - facts.length - bad.length
    return isAllRefused(outcome, ignored) ? answer(outcome) : encoding.answer(outcome, ignored)
  })
}

/** A span is known by its trace and itself: an exporter that tries again doubles nothing. */
function factsOf(spans: ReadSpans['spans']): FactIn[] {
  return spans.flatMap((span, index): FactIn[] => {
    const row = span && callOf(span)
    return row ? [{ kind: 'api_calls', row, index, id: `${span.traceId}${span.spanId}` }] : []
  })
}

/** Nothing to try again for, and nothing that was taken: not even a partial success. */
const isAllRefused = ({ accepted, duplicate, rejected }: Outcome, ignored: number): boolean =>
  rejected.length > 0 && accepted + duplicate + ignored === 0

function answerJson(outcome: Outcome, ignored: number): Response {
  const { accepted, duplicate, rejected } = outcome
  const partialSuccess =
    rejected.length === 0 ? {} : { rejectedSpans: String(rejected.length), errorMessage: messageOf(outcome) }
  const counts = { accepted, duplicate, rejected: rejected.length, ignored }
  return leanResponse(JSON.stringify({ partialSuccess, ...counts }), 200, { 'content-type': 'application/json' })
}

function answerProto(outcome: Outcome): Response {
  const body = writeProtoResponse(outcome.rejected.length, messageOf(outcome))
  return leanResponse(body, 200, { 'content-type': 'application/x-protobuf' })
}

/** Clients write a message into their log as a warning, so spans that are merely left aside are not mentioned. */
function messageOf({ rejected }: Outcome): string {
  return rejected.length === 0 ? '' : `span ${rejected[0]!.index}: ${rejected[0]!.reason}`
}
