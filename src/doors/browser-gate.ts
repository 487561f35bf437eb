import type { Context } from 'hono'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { PublicKeyRing } from '../auth/public-key-ring.ts'
import type { PublicKeyWho } from '../auth/public-keys.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Forbidden, Problem } from '../lib/errors.ts'
import { clientAddress } from '../lib/security.ts'

/**
 * Requests of one address within a minute. A page sends every 5 s at most, so that a few hundred people may sit behind
 * one address, while one machine cannot use up what a key may send.
 */
const PER_ADDRESS_A_MINUTE = 1_200

/** Lets in what the pages of a public key's origins send, and not too much of it. */
export interface BrowserGate {
  /** Counts the request for its address, before anything of it is read. @throws Problem 429 */
  knock(c: Context<Env>): Promise<void>
  /**
   * By the key in the body and the Origin that the browser puts in. It also sets the headers which let the page read
   * the answer, so that none but the key's own pages can.
   * @throws Problem 401 (no such key), 403 (not from there), 429
   */
  open(c: Context<Env>, key: string): Promise<PublicKeyWho>
  /** Whether the pages of the origin may send at all: a preflight names no key. */
  mayAsk(origin: string): Promise<boolean>
}

export function createBrowserGate(deps: Deps): BrowserGate {
  const ring = new PublicKeyRing(deps)
  const perAddress = new RateLimiterMemory({ points: PER_ADDRESS_A_MINUTE, duration: 60 })
  const perKey = new RateLimiterMemory({ points: deps.config.ingestRatePerSecond, duration: 1 })
  return {
    knock: (c) => consume(perAddress, clientAddress(c, deps.config.trustProxy), 'This address sends too often.'),
    mayAsk: (origin) => ring.knowsOrigin(origin),
    async open(c, key) {
      const who = await ring.find(key)
      if (!who) throw new Problem(401, 'Unknown key', 'This door takes a public key, qd_pub_…, that is not revoked.')
      c.set('who', who)
      const origin = originOf(c, who)
      for (const [name, value] of Object.entries(readableBy(origin))) c.header(name, value)
      await consume(perKey, who.id, 'This key sends more requests a second than it may.')
      return who
    },
  }
}

/** What lets the pages of an origin read an answer. */
export const readableBy = (origin: string): Record<string, string> => ({
  'Access-Control-Allow-Origin': origin,
  Vary: 'Origin',
})

function originOf(c: Context, { origins }: PublicKeyWho): string {
  const origin = c.req.header('origin')
  if (origin !== undefined && origins.includes(origin)) return origin
  throw new Forbidden(`This key is not for the pages of ${origin?.slice(0, 200) ?? 'no origin'}.`)
}

async function consume(limiter: RateLimiterMemory, who: string, detail: string): Promise<void> {
  await limiter.consume(who).catch(({ msBeforeNext }: RateLimiterRes) => {
    throw new Problem(429, 'Too fast', detail, Math.max(1, Math.ceil(msBeforeNext / 1000)))
  })
}
