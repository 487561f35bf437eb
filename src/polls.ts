import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Sessions } from './auth/lucia.ts'
import type { AdminWho, Env } from './env.ts'
import { type FragmentCache, unchanged } from './lib/fragment.ts'

/** What a rendered fragment is kept by: where it answers, and all that a page may know of who asks. */
export function fragmentKey({ id, role, tenants }: Pick<AdminWho, 'id' | 'role' | 'tenants'>, address: string): string {
  const own = MAY_NAME_SEGMENT.test(address) ? `${id} ` : ''
  return `${own}${role} ${tenants === null ? '*' : JSON.stringify(tenants)} ${address}`
}

/** A segment can be one person's own. Names of parameters may be written with escapes. */
const MAY_NAME_SEGMENT = /[?&](?:segment=|[^=&]*%)/

/**
 * Most polls change nothing, and all that is needed to say so is in memory: they are answered at once, without a router,
 * a context or a promise, which halves what a poll costs. A fragment is only ever kept under a role that the page's
 * guard has let in, so what is found here was allowed. Whatever is not found goes the usual way.
 */
export function answerKnownPolls(app: Hono<Env>, sessions: Sessions, fragments: FragmentCache): void {
  const { fetch } = app
  app.fetch = (request, env, execution) =>
    knownPoll((env as Partial<HttpBindings> | undefined)?.incoming, sessions, fragments) ??
    fetch(request, env, execution)
}

function knownPoll(
  incoming: HttpBindings['incoming'] | undefined,
  sessions: Sessions,
  fragments: FragmentCache,
): Response | undefined {
  if (incoming?.method !== 'GET' || !incoming.url?.startsWith('/live/')) return undefined
  const { headers } = incoming
  // A key that does not hold is nobody, whatever cookie comes with it.
  if (headers['if-none-match'] === undefined || headers.authorization !== undefined) return undefined
  const admin = sessions.known(headers.cookie)
  const fragment = admin && fragments.fresh(fragmentKey(admin, incoming.url))
  return fragment && unchanged(headers['if-none-match'], fragment)
}
