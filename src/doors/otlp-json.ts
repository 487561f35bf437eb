import { Problem } from '../lib/errors.ts'
import { type Attributes, faultOf, type ReadSpans, type Span, type Value } from './otlp-span.ts'
import { parseJson, rawOf } from './parse.ts'

type Json = Record<string, unknown>

/** The spans of an ExportTraceServiceRequest in JSON. @throws Problem 422 */
export function readJsonSpans(body: Buffer): ReadSpans {
  const read: ReadSpans = { spans: [], bad: [] }
  const request = parseJson(body)
  if (!isObject(request)) throw new Problem(422, 'Broken body', 'The body must be a JSON object with "resourceSpans".')
  for (const resourceSpans of listOf(request.resourceSpans)) {
    const resource = attributesOf(objectOf(objectOf(resourceSpans).resource).attributes)
    for (const scopeSpans of listOf(objectOf(resourceSpans).scopeSpans))
      for (const span of listOf(objectOf(scopeSpans).spans)) add(read, span, resource)
  }
  return read
}

function add(read: ReadSpans, json: unknown, resource: Attributes): void {
  const index = read.spans.length
  const span = isObject(json) ? spanOf(json, resource) : 'the span is not an object'
  const fault = typeof span === 'string' ? span : faultOf(span)
  read.spans.push(fault === undefined ? (span as Span) : undefined)
  if (fault !== undefined) read.bad.push({ index, reason: fault, raw: rawOf(sketchOf(json)) })
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map((kind) => `SPAN_KIND_${kind}`)
const CODES = ['UNSET', 'OK', 'ERROR'].map((code) => `STATUS_CODE_${code}`)

function spanOf(json: Json, resource: Attributes): Span | string {
  const startNanos = nanosOf(json.startTimeUnixNano)
  const endNanos = nanosOf(json.endTimeUnixNano)
  if (startNanos === undefined || endNanos === undefined)
    return 'startTimeUnixNano and endTimeUnixNano must be nanoseconds since 1970'
  const status = objectOf(json.status)
  return {
    traceId: textOf(json.traceId).toLowerCase(),
    spanId: textOf(json.spanId).toLowerCase(),
    name: textOf(json.name),
    kind: enumOf(json.kind, KINDS),
    startNanos,
    endNanos,
    statusCode: enumOf(status.code, CODES),
    statusMessage: textOf(status.message),
    attributes: attributesOf(json.attributes),
    resource,
  }
}

/** 64-bit numbers come as text, of some clients as numbers. */
function nanosOf(value: unknown): bigint | undefined {
  if (typeof value === 'string') return /^\d{1,20}$/.test(value) ? BigInt(value) : undefined
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? BigInt(value) : undefined
  return value === undefined ? 0n : undefined
}

/** An enumeration is a number; of some clients its name. */
function enumOf(value: unknown, names: string[]): number {
  return typeof value === 'number' ? value : Math.max(0, names.indexOf(textOf(value)))
}

function attributesOf(list: unknown): Attributes {
  const found: [string, Value][] = []
  for (const attribute of listOf(list)) {
    const { key, value } = objectOf(attribute)
    const read = readValue(objectOf(value))
    if (typeof key === 'string' && read !== undefined) found.push([key, read])
  }
  return Object.fromEntries(found)
}

function readValue(value: Json): Value | undefined {
  if (value.arrayValue === undefined) return scalarOf(value)
  return listOf(objectOf(value.arrayValue).values).flatMap((item) => scalarOf(objectOf(item)) ?? [])
}

function scalarOf({ stringValue, intValue, doubleValue, boolValue }: Json): string | number | boolean | undefined {
  if (typeof stringValue === 'string') return stringValue
  if (typeof boolValue === 'boolean') return boolValue
  const given = intValue ?? doubleValue
  const number = typeof given === 'string' && given !== '' ? Number(given) : given
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function sketchOf(json: unknown): unknown {
  const { traceId, spanId, name, kind, startTimeUnixNano, endTimeUnixNano } = objectOf(json)
  return isObject(json) ? { traceId, spanId, name, kind, startTimeUnixNano, endTimeUnixNano } : null
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
