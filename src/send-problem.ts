import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ProblemPage } from '../views/pages/problem.tsx'
import type { Env } from './env.ts'
import { isProgram, NotFound, Problem, problemOf } from './lib/errors.ts'

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
  const { title, detail, link } = problem
  return c.html(ProblemPage({ title, detail, status, requestId, link }), status)
}
