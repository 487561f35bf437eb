import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
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
  /** Where a person can go on from it. */
  link: { label: string; href: string } | undefined

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

  /** Gives the page that tells of it a link. */
  leadingTo(link: { label: string; href: string }): this {
    this.link = link
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
