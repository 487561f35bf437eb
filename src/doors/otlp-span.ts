/** What of a span matters here, whichever encoding it came in. */
export interface Span {
  /** 32 and 16 hexadecimal digits. */
  traceId: string
  spanId: string
  name: string
  kind: number
  /** Nanoseconds since 1970 do not fit into a number. */
  startNanos: bigint
  endNanos: bigint
  /** 2 is an error. */
  statusCode: number
  statusMessage: string
  attributes: Attributes
  /** Of what the span happened in: service.name … */
  resource: Attributes
}

/** Lists of a span are short: finish reasons, tags. What is a structure of its own is not read. */
export type Value = string | number | boolean | (string | number | boolean)[]
export type Attributes = Record<string, Value>

export const KIND_SERVER = 2
export const STATUS_ERROR = 2

/** A span that cannot be read, at its place in the request, and what of it may be kept: not what was asked of models. */
export interface BadSpan {
  index: number
  reason: string
  raw: string
}

export interface ReadSpans {
  /** By place in the request; undefined where a bad one is. */
  spans: (Span | undefined)[]
  bad: BadSpan[]
}

/** Why a span is not one; undefined if it is. */
export function faultOf({ traceId, spanId, startNanos, endNanos }: Span): string | undefined {
  if (!isId(traceId, 32)) return 'traceId must be 16 bytes that are not all zero'
  if (!isId(spanId, 16)) return 'spanId must be 8 bytes that are not all zero'
  if (startNanos <= 0n) return 'startTimeUnixNano is required'
  if (endNanos < startNanos) return 'endTimeUnixNano is before startTimeUnixNano'
  return undefined
}

const isId = (id: string, digits: number): boolean => id.length === digits && /^[0-9a-f]*[1-9a-f][0-9a-f]*$/i.test(id)
