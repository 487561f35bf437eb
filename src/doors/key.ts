import type { Context } from 'hono'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { authOf } from '../auth/auth.ts'
import { unauthorized } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env, KeyWho, Who } from '../env.ts'
import { Forbidden, Problem } from '../lib/errors.ts'
import { clientAddress } from '../lib/security.ts'

/** Lets a request with an ingest key in, and not too many of them a second. */
export interface KeyGate {
  /** By the key of the request's header. @throws Problem 401, 403, 429 */
  open(c: Context<Env>): Promise<KeyWho>
  /** By a key that came in the body. @throws Problem 401, 403, 429 */
  openWith(c: Context<Env>, secret: unknown): Promise<KeyWho>
}

export function createKeyGate(deps: Deps): KeyGate {
  const { keys } = authOf(deps)
  const limiter = new RateLimiterMemory({ points: deps.config.ingestRatePerSecond, duration: 1 })
  const admit = async (c: Context<Env>, who: Who | null): Promise<KeyWho> => {
    const key = ingestKey(c, who)
    await limiter.consume(key.id).catch((refused: RateLimiterRes) => {
      throw tooFast(refused.msBeforeNext)
    })
    return key
  }
  return {
    open: (c) => admit(c, c.get('who')),
    openWith: async (c, secret) => {
      const key =
        typeof secret === 'string' ? await keys.find(secret, () => clientAddress(c, deps.config.trustProxy)) : null
      c.set('who', key)
      return admit(c, key)
    },
  }
}

function ingestKey(c: Context<Env>, who: Who | null): KeyWho {
  if (who?.kind !== 'key') throw unauthorized(c)
  if (!who.scopes.includes('ingest'))
    throw new Forbidden(`This key has the scope ${who.scopes.join(', ')}, not ingest.`)
  return who
}

const tooFast = (msBeforeNext: number) =>
  new Problem(
    429,
    'Too fast',
    'This key sends more requests a second than it may.',
    Math.max(1, Math.ceil(msBeforeNext / 1000)),
  )
