import { Hono, type MiddlewareHandler } from 'hono'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { clientAddress, isDoor, LEAN_HEADERS } from '../lib/security.ts'
import { onError } from '../send-problem.ts'
import { authOf } from './auth.ts'
import { actorOf } from './guards.ts'

/**
 * The app of what is asked many times a second: the doors, and the polled pieces of pages. One piece of middleware says
 * who asks. What baseApp does besides does not matter here: no origin check (a door knows no cookie, a poll
 * changes nothing), no line in the log where all is well, two headers, which every answer brings along (leanResponse).
 */
export function fastApp(deps: Deps): Hono<Env> {
  const app = new Hono<Env>({ router: new RegExpRouter() })
  app.onError(async (error, c) => {
    c.header('X-Request-Id', c.get('requestId'))
    for (const [name, value] of Object.entries(LEAN_HEADERS)) c.header(name, value)
    const answer = await onError(error, c)
    const who = actorOf(c.get('who') ?? null)
    c.get('log').info({ method: c.req.method, path: c.req.path, status: answer.status, who }, 'request')
    return answer
  })
  app.use(identify(deps))
  return app
}

/** Sets `who` and `requestId`. A key that does not hold is nobody, whatever cookie comes with it. */
function identify(deps: Deps): MiddlewareHandler<Env> {
  const { keys, sessions } = authOf(deps)
  const { trustProxy } = deps.config
  return async (c, next) => {
    // The rest goes on to baseApp, which asks for itself; asked twice, a key that is none would count twice.
    if (!isFast(c.req.path)) return next()
    const requestId = requestIdOf(c.req.header('x-request-id'))
    c.set('requestId', requestId)
    c.set('log', deps.log)
    c.set('who', null)
    const authorization = c.req.header('authorization')
    if (authorization !== undefined) {
      c.set('who', await keys.fromHeader(authorization, () => clientAddress(c, trustProxy)))
      return next()
    }
    const found = isDoor(c.req.path) ? null : await sessions.recognise(c.req.header('cookie'))
    if (!found) return next()
    c.set('who', found.admin)
    if (!found.renewed) return next()
    await next()
    c.res.headers.append('Set-Cookie', found.renewed)
  }
}

/** Doors, and the pieces of pages that are polled (livePathOf). */
const isFast = (path: string): boolean => isDoor(path) || path.startsWith('/live/')

/** A random UUID for each costs more than it is worth where an id is only told when something fails. */
const PREFIX = crypto.randomUUID().slice(0, 13)
const GIVEN = /^[\w-]{1,64}$/
let requests = 0

const requestIdOf = (given: string | undefined): string =>
  given !== undefined && GIVEN.test(given) ? given : `${PREFIX}-${(++requests).toString(36)}`
