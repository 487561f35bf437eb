import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { MAIN_APP } from '../connectors/rest-client.ts'
import type { Deps } from '../context.ts'
import { type OutgoingAnswer, OutgoingError, outgoing } from '../lib/outgoing.ts'
import { Breaker } from './breaker.ts'
import { CONTRACT_PATH, HEADERS, refusal, signatureOf } from './contract.ts'

/** What came of asking the main app. */
export type Outcome<T> =
  | { kind: 'answered'; answer: T }
  /** It is at it: the answer comes to whoever asks again with the same key. */
  | { kind: 'working' }
  /** It said no, in its own words. Nothing was done. */
  | { kind: 'refused'; status: number; reason: string; field?: string }
  /** It was not reached, or did not take the request as ours. Nothing was done. */
  | { kind: 'failed'; reason: string }
  /** Whether it was done is not known. */
  | { kind: 'unknown'; reason: string }

export interface Ask<T> {
  method: 'GET' | 'POST'
  /** Behind CONTRACT_PATH. */
  path: string
  /** The same again asks for the same act. */
  key?: string
  body?: unknown
  /** It was asked before under this key, and what came of that is not known. */
  asked?: boolean
  /** Of an answer with 200. */
  answer: z.ZodType<T>
  /** Default: three. */
  attempts?: number
  signal?: AbortSignal
}

type Asking = Pick<Deps, 'config' | 'book' | 'now' | 'fetch'>

const ATTEMPTS = 3
const BACKOFF_MS = 200
const LONGEST_WAIT_MS = 2_000
const MAX_ANSWER_BYTES = 256 * 1024

/** One for each address, whoever asks: by book, since that is one of a process. */
const breakers = new WeakMap<Deps['book'], Breaker>()

/**
 * Asks the main app, again with the same key where that may help, and says what is known then. An attempt that may have
 * arrived, now or when it was asked before, makes the whole thing unknown, whatever became of those after it, until one is
 * answered; whoever stands before the main app and turns one of them away answers for none of the others.
 */
export async function ask<T>(deps: Asking, request: Ask<T>): Promise<Outcome<T>> {
  const breaker = breakerOf(deps.book)
  const endMs = performance.now() + 2 * deps.config.mainAppTimeoutMs
  let last: Missed = { sure: !request.asked, reason: '' }
  for (let attempt = 1; ; attempt++) {
    const waitMs = breaker.waitMs(deps.now().getTime())
    if (waitMs > 0 && attempt > 1) return missed(last, attempt - 1, last.reason)
    if (waitMs > 0) return noneOf(last.sure, notAsked(waitMs))
    const outcome = await once(deps, request, last.sure)
    if (!('sure' in outcome)) return outcome
    breaker.failed(deps.now().getTime())
    last = { ...outcome, sure: last.sure && outcome.sure }
    const pauseMs = outcome.waitMs ?? BACKOFF_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
    const over = attempt >= (request.attempts ?? ATTEMPTS) || performance.now() + pauseMs >= endMs
    if (over || pauseMs > LONGEST_WAIT_MS) return missed(last, attempt, last.reason)
    await sleep(pauseMs, undefined, { signal: request.signal })
  }
}

/** An attempt without an answer; `sure` that nothing was done. */
interface Missed {
  sure: boolean
  reason: string
  waitMs?: number
}

/** Nothing was done, as far as that is sure of all attempts. */
const noneOf = (sure: boolean, reason: string): { kind: 'failed' | 'unknown'; reason: string } => ({
  kind: sure ? 'failed' : 'unknown',
  reason,
})

const missed = ({ sure }: Missed, attempts: number, why: string) =>
  noneOf(sure, `The main app ${why}${attempts > 1 ? `, ${attempts} times` : ''}.`)

const notAsked = (waitMs: number): string =>
  `The main app failed again and again, so it is left alone for another ${Math.ceil(waitMs / 1000)} s. It was not asked.`

/** One attempt; `sure` that those before it did nothing. */
async function once<T>(deps: Asking, request: Ask<T>, sure: boolean): Promise<Outcome<T> | Missed> {
  const { config, book } = deps
  const { url, init } = signed(deps, request)
  let answer: OutgoingAnswer
  try {
    answer = await outgoing(deps.fetch, url, {
      ...init,
      timeoutMs: config.mainAppTimeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      signal: request.signal,
    })
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    const failure = failureOf(error)
    if (!failure.retry) return noneOf(sure && failure.sure, failure.reason)
    book.degraded(MAIN_APP, `The main app ${failure.reason}`)
    return { sure: failure.sure, reason: failure.reason }
  }
  return told(deps, request, answer, sure)
}

function told<T>({ book }: Asking, request: Ask<T>, answer: OutgoingAnswer, sure: boolean): Outcome<T> | Missed {
  const { status, headers, text } = answer
  if (status >= 500) {
    const reason = `answers ${status}${quoted(text)}`
    // 500 is one request’s trouble; the others are those of whoever stands in front of an app that is away.
    if (status !== 500) book.degraded(MAIN_APP, `The main app answers ${status}`)
    return { sure: false, reason, waitMs: retryAfterMs(headers) }
  }
  if (status === 429) return { sure: true, reason: 'asks for fewer requests (429)', waitMs: retryAfterMs(headers) }
  breakerOf(book).answered()
  book.recovered(MAIN_APP)
  if (status === 401 || status === 403)
    return noneOf(
      sure,
      `The main app does not accept our signature (${status})${quoted(text)}. MAIN_APP_SECRET has to be the same on both sides, and their clocks right.`,
    )
  if (status >= 400) return refusedBy(status, text, sure)
  if (status === 202) return { kind: 'working' }
  const read = status === 200 ? request.answer.safeParse(parsed(text)) : undefined
  if (read?.success) return { kind: 'answered', answer: read.data }
  return {
    kind: 'unknown',
    reason: `The main app answers ${status} with what is not of the contract${problemOf(read?.error)}.`,
  }
}

/** What is not in the words of the contract may be a gateway's: it knows nothing of the attempts before. */
function refusedBy(status: number, text: string, sure: boolean): Outcome<never> {
  const { data } = refusal.safeParse(parsed(text))
  const own = data?.detail || data?.title
  if (!own && !sure) return noneOf(sure, `The main app answers ${status} with what is not of the contract.`)
  const words = own || plain(text) || `It answered ${status}.`
  return { kind: 'refused', status, reason: words, ...(data?.field !== undefined && { field: data.field }) }
}

/** Errors of fetch after which nothing can have arrived. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function failureOf(error: OutgoingError): { sure: boolean; reason: string; retry: boolean } {
  const { failure, message, code } = error
  if (failure === 'network' || failure === 'timeout')
    return { sure: code !== undefined && NOT_SENT.has(code), reason: `does not answer: ${message}`, retry: true }
  return { sure: failure === 'refused', reason: `The main app was asked, and then: ${message}.`, retry: false }
}

function signed({ config, now }: Asking, { method, path, key = '', body }: Ask<unknown>) {
  const url = new URL(`${config.mainAppUrl}${CONTRACT_PATH}${path}`)
  const text = body === undefined ? '' : JSON.stringify(body)
  const timestamp = Math.floor(now().getTime() / 1000)
  const signature = signatureOf(
    { method, path: url.pathname + url.search, timestamp, key, body: text },
    config.mainAppSecret,
  )
  const headers: Record<string, string> = {
    accept: 'application/json',
    'user-agent': 'Quarterdeck',
    [HEADERS.timestamp]: String(timestamp),
    [HEADERS.signature]: signature,
    ...(key !== '' && { [HEADERS.key]: key }),
    ...(text !== '' && { 'content-type': 'application/json' }),
    ...(config.mainAppKey !== '' && { authorization: `Bearer ${config.mainAppKey}` }),
  }
  return { url: url.href, init: { method, headers, ...(text !== '' && { body: text }) } }
}

function breakerOf(book: Deps['book']): Breaker {
  const known = breakers.get(book)
  if (known) return known
  const fresh = new Breaker()
  breakers.set(book, fresh)
  return fresh
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A sentence of an answer that is none of ours; a page of HTML says nothing. */
const plain = (text: string): string =>
  /[<{]/.test(text)
    ? ''
    : text
        .replace(/[\s\0]+/g, ' ')
        .trim()
        .slice(0, 200)

function quoted(text: string): string {
  const { data } = refusal.safeParse(parsed(text))
  const words = data?.detail || data?.title || plain(text)
  return words ? ` (“${words.slice(0, 200)}”)` : ''
}

const problemOf = (error: z.ZodError | undefined): string => {
  const [issue] = error?.issues ?? []
  return issue ? `: ${issue.path.join('.') || 'the answer'}, ${issue.message}` : ''
}

/** Seconds; a date is not waited for. */
function retryAfterMs(headers: Headers): number | undefined {
  const given = headers.get('retry-after')
  return given !== null && /^\d{1,6}$/.test(given.trim()) ? Number(given) * 1000 : undefined
}
