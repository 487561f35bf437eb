import { Hono, type MiddlewareHandler } from 'hono'
import { requestId } from 'hono/request-id'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { checkOrigin, clientAddress, secureHeaders } from '../lib/security.ts'
import { onError, onNotFound } from '../send-problem.ts'
import { authOf } from './auth.ts'
import { actorOf } from './guards.ts'
import { readOnly } from './read-only.ts'

/** What a request passes before its route: id, log, headers, origin check, who it is. Doors and polls: see fast.ts. */
export function baseApp(deps: Deps): Hono<Env> {
  const { baseUrl } = deps.config
  const app = new Hono<Env>()
  app.onError(onError)
  app.notFound(onNotFound)
  app.use(requestId({ limitLength: 64 }))
  app.use(logRequests(deps))
  app.use(secureHeaders(baseUrl))
  app.use(checkOrigin(baseUrl))
  app.use(identify(deps))
  app.use(readOnly(deps.config.readOnly))
  return app
}

/** Frequent and dull when they succeed: only worth a line when somebody looks closely. */
const QUIET = /^\/(assets\/|q\.js$|healthz|readyz)/

/** One line a request: never the query (it may hold a token), a header or a body. */
function logRequests({ log }: Deps): MiddlewareHandler<Env> {
  return async (c, next) => {
    const started = performance.now()
    const dull = QUIET.test(c.req.path)
    // A child logger costs more than the rest of a dull request, so those get theirs only when there is something to say.
    c.set('log', dull ? log : log.child({ requestId: c.get('requestId') }))
    await next()
    const { status } = c.res
    const quiet = status < 400 && dull
    if (quiet && !log.isLevelEnabled('debug')) return
    const own = dull ? log.child({ requestId: c.get('requestId') }) : c.get('log')
    const ms = Math.round((performance.now() - started) * 10) / 10
    const line = { method: c.req.method, path: c.req.path, status, ms, who: actorOf(c.get('who') ?? null) }
    own[quiet ? 'debug' : 'info'](line, 'request')
  }
}

/** Files and probes need nobody, so they ask nothing of the database. */
const ANYBODY = /^\/(assets\/|q\.js$|healthz$|readyz$)/

/** Sets `who`. A key that does not hold is nobody, whatever cookie comes with it. */
function identify(deps: Deps): MiddlewareHandler<Env> {
  const { keys, sessions } = authOf(deps)
  const { trustProxy } = deps.config
  return async (c, next) => {
    c.set('who', null)
    const authorization = c.req.header('authorization')
    if (authorization !== undefined)
      c.set('who', await keys.fromHeader(authorization, () => clientAddress(c, trustProxy)))
    else if (!ANYBODY.test(c.req.path)) {
      const found = await sessions.recognise(c.req.header('cookie'))
      if (found) c.set('who', found.admin)
      if (found?.renewed) c.header('Set-Cookie', found.renewed)
    }
    await next()
  }
}
