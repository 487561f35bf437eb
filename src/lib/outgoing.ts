/** What a request to another machine may take and bring. */
export interface OutgoingOptions {
  method?: string
  headers?: Record<string, string>
  body?: string
  /** For the whole exchange, redirects and body included. */
  timeoutMs?: number
  maxBytes?: number
  signal?: AbortSignal
}

export interface OutgoingAnswer {
  status: number
  headers: Headers
  text: string
}

type Failure = 'timeout' | 'network' | 'too-large' | 'redirect' | 'refused'

/** Why there is no answer, in words that hold neither headers nor query; trying again helps against some failures only. */
export class OutgoingError extends Error {
  override name = 'OutgoingError'
  readonly retryable: boolean

  constructor(
    readonly failure: Failure,
    message: string,
    /** Of the system, ECONNREFUSED and the like: tells whether anything can have arrived. */
    readonly code?: string,
  ) {
    super(message)
    this.retryable = failure === 'timeout' || failure === 'network'
  }
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 5 * 1024 ** 2
const MAX_REDIRECTS = 3

/**
 * One request to another machine, with an end to its time and its size; any status is an answer. Redirects are followed
 * on the same host alone: what the headers carry (a key) is meant for nobody else. Which addresses may be asked at all
 * is the business of `fetch`: see publicFetch.
 * @throws OutgoingError; the reason of `signal` when the caller gave up
 */
export async function outgoing(
  fetch: typeof globalThis.fetch,
  url: string,
  { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, signal, ...request }: OutgoingOptions = {},
): Promise<OutgoingAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout
  try {
    const response = await follow(fetch, url, { ...request, signal: either })
    return { status: response.status, headers: response.headers, text: await readText(response, maxBytes) }
  } catch (error) {
    signal?.throwIfAborted()
    if (timeout.aborted) throw new OutgoingError('timeout', `no answer within ${timeoutMs / 1000} s`)
    throw error instanceof OutgoingError ? error : new OutgoingError('network', reasonOf(error), codeOf(error))
  }
}

async function follow(fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Response> {
  let at = url
  for (let hops = 0; ; hops++) {
    const response = await fetch(at, { ...init, redirect: 'manual' })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return response
    await response.body?.cancel()
    if (hops === MAX_REDIRECTS) throw new OutgoingError('redirect', `redirected more than ${MAX_REDIRECTS} times`)
    at = redirectTarget(at, location, response.status, init.method ?? 'GET')
  }
}

/** Where a redirect leads, if a program may go there. */
function redirectTarget(from: string, location: string, status: number, method: string): string {
  if (!URL.canParse(location, from)) throw new OutgoingError('redirect', 'redirected to what is no address')
  const old = new URL(from)
  const next = new URL(location, from)
  const upgraded = old.protocol === 'http:' && next.protocol === 'https:' && old.port === '' && next.port === ''
  const sameHost = next.hostname === old.hostname && (next.origin === old.origin || upgraded)
  if (!sameHost) throw new OutgoingError('redirect', `redirected to another host, ${next.host}, and not followed`)
  // 301 to 303 make a GET of any other method, and lose its body on the way.
  const keepsMethod = status === 307 || status === 308 || method === 'GET' || method === 'HEAD'
  if (!keepsMethod) throw new OutgoingError('redirect', `${method} redirected with ${status} and not followed`)
  return next.href
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    // Leaving the loop cancels the body, and with it the connection.
    if (bytes > maxBytes) throw new OutgoingError('too-large', `the answer is larger than ${sizeOf(maxBytes)}`)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

const sizeOf = (bytes: number): string =>
  bytes >= 1024 ** 2 ? `${Math.round(bytes / 1024 ** 2)} MB` : `${Math.round(bytes / 1024)} KB`

const codeOf = (error: unknown): string | undefined =>
  ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? (error as NodeJS.ErrnoException).code

/** fetch says "fetch failed" and keeps the reason in its cause, whose message is empty where several addresses failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, message } = (error.cause ?? error) as Error & { code?: string }
  return message || code || error.message
}
