import { setTimeout as sleep } from 'node:timers/promises'
import { type OutgoingAnswer, OutgoingError, outgoing } from '../lib/outgoing.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { type PullContext, PullError } from './pull.ts'

export const MAIN_APP = 'mainapp'
const BACKOFF_MS = 500
/** Who asks to wait for longer is left alone until then, instead of being waited for. */
const LONGEST_WAIT_MS = 15_000

interface Patience {
  /** Of one who answers that it is too much, and of one who does not answer, whom the next run asks again anyway. */
  attempts: { answered: number; silent: number }
  timeoutMs: number
}

const PATIENT: Patience = { attempts: { answered: 4, silent: 2 }, timeoutMs: 10_000 }
/** When somebody has just been waited for in vain: each file of a preset would be, and other presets for it. */
const IMPATIENT: Patience = { attempts: { answered: 1, silent: 1 }, timeoutMs: 3_000 }
const IMPATIENT_FOR_MS = 10_000

/**
 * What the main app answers to a GET, as JSON. Tried again, later and later, while it is overloaded or away.
 * @throws SourceUnavailable when it stays so, or does not know the key; PullError when it is only this list
 */
export async function askMainApp(context: PullContext, path: string, query: [string, string][]): Promise<unknown> {
  const url = urlOf(context, path, query)
  refuseWhileAskedToWait(context)
  const failedAt = failures.get(context) ?? -Infinity
  const patience = performance.now() - failedAt < IMPATIENT_FOR_MS ? IMPATIENT : PATIENT
  for (let attempt = 1; ; attempt++) {
    const answer = await tryOnce(context, url, patience)
    if (!(answer instanceof Failure)) {
      failures.delete(context)
      return parse(answer, path)
    }
    const waitMs = answer.waitMs ?? jitter(BACKOFF_MS * 2 ** (attempt - 1))
    if (waitMs > LONGEST_WAIT_MS) askedToWait(context, waitMs)
    if (attempt < answer.attempts && waitMs <= LONGEST_WAIT_MS) {
      await sleep(waitMs, undefined, { signal: context.signal })
      continue
    }
    failures.set(context, performance.now())
    throw answer.status === 500 ? new PullError(`${path} answers 500`) : away(answer.reason)
  }
}

/** By run: when it last waited in vain. */
const failures = new WeakMap<PullContext, number>()

function urlOf({ deps }: PullContext, path: string, query: [string, string][]): string {
  const { mainAppUrl } = deps.config
  if (mainAppUrl === '') throw new PullError('MAIN_APP_URL is not set')
  const url = new URL(mainAppUrl + path)
  for (const [name, value] of query) url.searchParams.set(name, value)
  return url.href
}

/** What may be otherwise the next time; `waitMs` is when that will be, if the main app said so. */
class Failure {
  constructor(
    readonly reason: string,
    readonly attempts: number,
    readonly status?: number,
    readonly waitMs?: number,
  ) {}
}

async function tryOnce(
  { deps, signal }: PullContext,
  url: string,
  { attempts, timeoutMs }: Patience,
): Promise<OutgoingAnswer | Failure> {
  try {
    const answer = await outgoing(deps.fetch, url, { headers: headersOf(deps.config.mainAppKey), timeoutMs, signal })
    const { status, headers } = answer
    if (status !== 429 && status < 500) return answer
    const reason = status === 429 ? 'asks for fewer requests (429)' : `answers ${status}`
    return new Failure(reason, attempts.answered, status, retryAfterMs(headers.get('retry-after'), deps.now()))
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    if (error.retryable) return new Failure(`does not answer: ${error.message}`, attempts.silent)
    throw error.failure === 'too-large' ? new PullError(`${error.message}: ask for smaller pages`) : away(error.message)
  }
}

const headersOf = (key: string): Record<string, string> => ({
  accept: 'application/json',
  'user-agent': 'Quarterdeck',
  ...(key !== '' && { authorization: `Bearer ${key}` }),
})

function parse({ status, text }: OutgoingAnswer, path: string): unknown {
  if (status === 401) throw away('does not accept MAIN_APP_KEY (401)')
  if (status === 403) throw new PullError(`MAIN_APP_KEY may not read ${path} (403)`)
  if (status === 404) throw new PullError(`there is no ${path} at MAIN_APP_URL (404)`, { column: 'path' })
  if (status !== 200) throw new BadRequest(`${path} answers ${status}`, status)
  try {
    return JSON.parse(text)
  } catch {
    throw new PullError(`what ${path} answers is not JSON`)
  }
}

/** The main app understood who asks, and not what for. */
export class BadRequest extends PullError {
  constructor(
    reason: string,
    readonly status: number,
  ) {
    super(reason)
  }
}

const away = (reason: string) => new SourceUnavailable(MAIN_APP, `The main app ${reason}`)

/** Half of it at least, so that many who failed together do not come back together. */
const jitter = (ms: number): number => ms * (0.5 + Math.random() / 2)

/** Seconds, or a date. */
function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now.getTime()) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined
}

/** By address of the main app: when it may be asked again. All files of a preset ask the same one. */
const waits = new Map<string, number>()

function askedToWait({ deps }: PullContext, waitMs: number): void {
  waits.set(deps.config.mainAppUrl, deps.now().getTime() + waitMs)
}

function refuseWhileAskedToWait({ deps }: PullContext): void {
  const leftMs = (waits.get(deps.config.mainAppUrl) ?? 0) - deps.now().getTime()
  if (leftMs > 0) throw away(`asks to be left alone for ${Math.ceil(leftMs / 1000)} s more (Retry-After)`)
  waits.delete(deps.config.mainAppUrl)
}
