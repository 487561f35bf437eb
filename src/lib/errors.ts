import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ProblemPage } from '../../views/pages/problem.tsx'
import type { Env } from '../env.ts'
import { outageOf, SourceUnavailable } from './settle.ts'

/** An expected failure, said in words that help. `retryAfter` (seconds) tells that trying again is right. */
export class Problem extends Error {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly retryAfter: number | undefined
  /** Further headers of the answer, such as WWW-Authenticate. */
  readonly headers: Record<string, string>
  /** What of a form or a body it is about, where that is known. */
  field: string | undefined

  constructor(status: number, title: string, detail = '', retryAfter?: number, headers: Record<string, string> = {}) {
    super(detail || title)
    this.name = 'Problem'
    this.status = status
    this.title = title
    this.detail = detail
    this.retryAfter = retryAfter
    this.headers = headers
  }

  /** Names the field that it is about: `throw new NotFound('…').at('tenant')`. */
  at(field: string): this {
    this.field = field
    return this
  }
}

/** Known, but not allowed. */
export class Forbidden extends Problem {
  constructor(detail: string) {
    super(403, 'Not allowed', detail)
  }
}

export class NotFound extends Problem {
  constructor(detail = 'There is nothing at this address.') {
    super(404, 'Not found', detail)
  }
}

const PROGRAM_PATH = /^\/(api|exports|v1|ingest|batch|capture|webhooks|metrics|healthz|readyz)(\/|$)/

/** Whether the asker is a program, which gets JSON, or a browser, which gets a page. */
export function isProgram(c: Context): boolean {
  if (c.req.header('authorization') !== undefined) return true
  // A person who opens or downloads an address of the API by a link still reads a page.
  if (c.req.header('sec-fetch-mode') === 'navigate') return false
  return PROGRAM_PATH.test(c.req.path) || !(c.req.header('accept') ?? '*/*').includes('text/html')
}

/** Turns whatever was thrown into an answer; what nobody expected is logged and not told. */
export const onError: ErrorHandler<Env> = (error, c) => {
  if (error instanceof HTTPException && error.res) return error.getResponse()
  const problem = problemOf(error)
  if (problem.status >= 500) {
    const expected = error instanceof Problem || problem.status === 503
    c.get('log')?.[expected ? 'warn' : 'error']({ err: error, status: problem.status }, 'request failed')
  }
  return answer(c, problem)
}

export const onNotFound: NotFoundHandler<Env> = (c) => answer(c, new NotFound())

/** The problem that an error is for whoever asked. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) return new Problem(error.status, 'The request was refused', error.message)
  if (error instanceof SourceUnavailable)
    return new Problem(503, 'A source is away', `${error.reason}. Trying again in a few seconds is right.`, 5)
  const away = outageOf(error)
  if (away)
    return new Problem(503, 'The database is away', `${away.reason}. Trying again in a few seconds is right.`, 5)
  return new Problem(500, 'Something failed here', 'It was written to the log under the request id.')
}

function answer(c: Context<Env>, problem: Problem): Response | Promise<Response> {
  const status = problem.status as ContentfulStatusCode
  const requestId = c.get('requestId')
  if (problem.retryAfter !== undefined) c.header('Retry-After', String(problem.retryAfter))
  for (const [name, value] of Object.entries(problem.headers)) c.header(name, value)
  c.header('Cache-Control', 'no-store')
  if (isProgram(c)) {
    const { title, detail } = problem
    const body = JSON.stringify({ type: 'about:blank', title, status, detail: detail || undefined, requestId })
    return c.body(body, status, { 'Content-Type': 'application/problem+json' })
  }
  return c.html(ProblemPage({ title: problem.title, detail: problem.detail, status, requestId }), status)
}
