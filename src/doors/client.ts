import type { Context } from 'hono'
import { isbot } from 'isbot'
import type { Deps } from '../context.ts'
import type { Meta } from '../facts/types.ts'
import { Lru } from '../lib/lru.ts'
import { clientAddress } from '../lib/security.ts'

const isProgram = new Lru<boolean>(1000)

/**
 * How a request came in. Its address and user agent are the user's only when it is their browser that sends: the
 * server that reports for its users would put them all into its own data centre. Messages may carry the user's own.
 */
export function metaOf(c: Context, deps: Deps, source: string): Meta {
  const meta: Meta = { source, receivedAt: deps.now() }
  const userAgent = c.req.header('user-agent')
  if (!userAgent || isProgram.of(userAgent, isbot)) return meta
  return { ...meta, userAgent, ip: clientAddress(c, deps.config.trustProxy) }
}
