import type { MiddlewareHandler } from 'hono'
import type { Env } from '../env.ts'
import { Forbidden } from '../lib/errors.ts'
import { isDoor, isUnsafe } from '../lib/security.ts'

/**
 * Signing in and out, what is one's own, and links that only read; ingest goes on, everything else that changes something
 * does not.
 */
const GOES_ON =
  /^\/(login|login\/code|logout|setup|(api\/)?auth\/login\/?|api\/signed-urls|dashboard\/preferences|dashboard\/views(\/.+)?|dashboard\/queries(\/.+)?|dashboard\/boards(\/.+)?|dashboard\/account\/sessions\/.+|dashboard\/confirm)$/

/** READ_ONLY=1: a list of what still works, so that a route added later is blocked until somebody decides otherwise. */
export function readOnly(on: boolean): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (on && isUnsafe(c.req.method) && !isDoor(c.req.path) && !GOES_ON.test(c.req.path))
      throw new Forbidden('Quarterdeck runs with READ_ONLY=1: actions and settings are switched off.')
    await next()
  }
}
