import { PbfReader, PbfWriter } from 'pbf'
import { Problem } from '../lib/errors.ts'
import { type Attributes, faultOf, type ReadSpans, type Span, type Value } from './otlp-span.ts'
import { rawOf } from './parse.ts'

/**
 * The spans of an ExportTraceServiceRequest in protobuf; the numbers are those of opentelemetry/proto/trace/v1. Each
 * span is read apart from the others, so that a broken one costs only itself.
 * @throws Problem 422
 */
export function readProtoSpans(body: Buffer): ReadSpans {
  const read: ReadSpans = { spans: [], bad: [] }
  try {
    for (const resourceSpans of partsOf(body, 1)) {
      const resource: Attributes = {}
      for (const part of partsOf(resourceSpans, 1)) new PbfReader(part).readFields(readResourceField, resource)
      for (const scopeSpans of partsOf(resourceSpans, 2))
        for (const span of partsOf(scopeSpans, 2)) add(read, span, resource)
    }
  } catch (error) {
    throw new Problem(422, 'Broken body', `The body is no ExportTraceServiceRequest: ${(error as Error).message}.`)
  }
  return read
}

/** The embedded messages of a field, as bytes. */
function partsOf(message: Uint8Array, field: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  const pbf = new PbfReader(message)
  for (let found = pbf.nextField(); found !== 0; found = pbf.nextField())
    if (found === field) {
      if (pbf.type !== LENGTH_DELIMITED) throw new Error(`field ${field} is not a message`)
      parts.push(pbf.readBytes())
    }
  checkEnd(pbf)
  return parts
}

/** Reading past the end is not an error of the reader's own. */
function checkEnd(pbf: PbfReader): void {
  if (pbf.pos !== pbf.length) throw new Error('it ends in the middle of a field')
}

const LENGTH_DELIMITED = 2
const FIXED_64 = 1

function add(read: ReadSpans, bytes: Uint8Array, resource: Attributes): void {
  const index = read.spans.length
  const span = emptySpan(resource)
  const fault = fill(span, bytes) ?? faultOf(span)
  read.spans.push(fault === undefined ? span : undefined)
  if (fault === undefined) return
  const { traceId, spanId, name, kind, startNanos, endNanos } = span
  const sketch = { traceId, spanId, name, kind, startTimeUnixNano: `${startNanos}`, endTimeUnixNano: `${endNanos}` }
  read.bad.push({ index, reason: fault, raw: rawOf(sketch) })
}

function fill(span: Span, bytes: Uint8Array): string | undefined {
  const pbf = new PbfReader(bytes)
  try {
    pbf.readFields(readSpanField, span)
    checkEnd(pbf)
    return undefined
  } catch (error) {
    return `the span is not protobuf: ${(error as Error).message}`
  }
}

const emptySpan = (resource: Attributes): Span => ({
  traceId: '',
  spanId: '',
  name: '',
  kind: 0,
  startNanos: 0n,
  endNanos: 0n,
  statusCode: 0,
  statusMessage: '',
  attributes: {},
  resource,
})

function readResourceField(tag: number, attributes: Attributes, pbf: PbfReader): void {
  if (tag === 1) readAttribute(attributes, pbf)
}

function readSpanField(tag: number, span: Span, pbf: PbfReader): void {
  if (tag === 1) span.traceId = hexOf(pbf.readBytes())
  else if (tag === 2) span.spanId = hexOf(pbf.readBytes())
  else if (tag === 5) span.name = pbf.readString()
  else if (tag === 6) span.kind = pbf.readVarint()
  else if (tag === 7) span.startNanos = readNanos(pbf)
  else if (tag === 8) span.endNanos = readNanos(pbf)
  else if (tag === 9) readAttribute(span.attributes, pbf)
  else if (tag === 15) pbf.readMessage(readStatusField, span)
}

function readStatusField(tag: number, span: Span, pbf: PbfReader): void {
  if (tag === 2) span.statusMessage = pbf.readString()
  else if (tag === 3) span.statusCode = pbf.readVarint()
}

function readNanos(pbf: PbfReader): bigint {
  if (pbf.type !== FIXED_64) throw new Error('a time is not a fixed64')
  const low = pbf.readFixed32()
  return (BigInt(pbf.readFixed32()) << 32n) | BigInt(low)
}

interface Attribute {
  key: string
  value: Value | undefined
}

function readAttribute(attributes: Attributes, pbf: PbfReader): void {
  const { key, value } = pbf.readMessage(readAttributeField, { key: '', value: undefined })
  if (value !== undefined && key !== '__proto__') attributes[key] = value
}

function readAttributeField(tag: number, attribute: Attribute, pbf: PbfReader): void {
  if (tag === 1) attribute.key = pbf.readString()
  else if (tag === 2) pbf.readMessage(readValueField, attribute)
}

function readValueField(tag: number, attribute: Attribute, pbf: PbfReader): void {
  if (tag === 5) attribute.value = pbf.readMessage(readArrayField, [] as (string | number | boolean)[])
  else attribute.value = readScalar(tag, pbf) ?? attribute.value
}

/** Lists in lists are not read: nothing here asks for them, and their depth would be the sender's to choose. */
function readArrayField(tag: number, values: (string | number | boolean)[], pbf: PbfReader): void {
  if (tag !== 1) return
  const item: Attribute = { key: '', value: undefined }
  pbf.readMessage((itemTag, target, reader) => {
    target.value = readScalar(itemTag, reader) ?? target.value
  }, item)
  if (item.value !== undefined && !Array.isArray(item.value)) values.push(item.value)
}

function readScalar(tag: number, pbf: PbfReader): string | number | boolean | undefined {
  if (tag === 1) return pbf.readString()
  if (tag === 2) return pbf.readBoolean()
  if (tag === 3) return pbf.readVarint(true)
  return tag === 4 ? pbf.readDouble() : undefined
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')

/** An ExportTraceServiceResponse; where all is well it has no fields, hence no bytes. */
export function writeProtoResponse(rejected: number, message: string): Uint8Array<ArrayBuffer> {
  const pbf = new PbfWriter()
  if (rejected > 0) pbf.writeMessage(1, writePartialSuccess, { rejected, message })
  return new Uint8Array(pbf.finish())
}

function writePartialSuccess({ rejected, message }: { rejected: number; message: string }, pbf: PbfWriter): void {
  pbf.writeVarintField(1, rejected)
  pbf.writeStringField(2, message)
}
