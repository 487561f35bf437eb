import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import type { Deps } from '../context.ts'
import type { KeyWho } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { Lru } from '../lib/lru.ts'
import { KeyTable, type StoredKey } from './key-table.ts'
import { Lookups } from './lookup.ts'
import { sha256 } from './secrets.ts'
import { noteUses } from './uses.ts'

/** Checked before the database is asked: whatever else is sent cannot be one of our keys. */
const KEY_PATTERN = /^qd_(t_)?[A-Za-z0-9_-]{27,64}$/

/** Keys that are none, from one address within a minute, before it is told to wait. */
const MAX_FAILURES = 60

/**
 * Recognises keys, remembering each for 10 s, and for longer while the database is away. Whoever sends what is no key
 * has to wait after a while; a key that holds is never kept waiting for what others sent from its address.
 */
export class KeyRing {
  readonly #deps: Deps
  readonly #known = new Lookups<StoredKey>({ freshMs: 10_000, nobodyMs: 1_000 })
  readonly #table: KeyTable
  readonly #failures = new RateLimiterMemory({ points: MAX_FAILURES, duration: 60 })
  readonly #noteUse: (id: string) => void
  /** Of keys as they come in: hashing one costs more than finding it. */
  readonly #hashes = new Lru<string>(1000)

  constructor(deps: Deps) {
    this.#deps = deps
    this.#table = new KeyTable(deps.db.sql)
    this.#noteUse = noteUses(deps, 'api_keys')
  }

  /**
   * The key of an Authorization header: Bearer, or Basic with the key as user. Null = none that holds.
   * `address` is asked only for what is none.
   * @throws Problem 429 for too many that are none
   */
  fromHeader(header: string, address: () => string): Promise<KeyWho | null> {
    const secret = secretOf(header)
    return secret === null ? Promise.resolve(null) : this.find(secret, address)
  }

  /** The key that a secret is; also for doors whose clients send it in the body. @throws Problem 429 as above */
  async find(secret: string, address: () => string): Promise<KeyWho | null> {
    if (!KEY_PATTERN.test(secret)) return null
    const hash = this.#hashes.of(secret, sha256)
    const key = await this.#known.get(hash, () => this.#table.find(hash))
    if (!key) return this.#failed(address())
    if (key.expiresAt !== null && key.expiresAt <= this.#deps.now()) return null
    this.#noteUse(key.id)
    return key
  }

  /** Forgets all keys, after some were revoked in this process. */
  forget(): void {
    this.#known.clear()
  }

  /** Counted after the look: before it nobody knows whether the key holds. */
  async #failed(address: string): Promise<null> {
    await this.#failures.consume(address).catch(({ msBeforeNext }: RateLimiterRes) => {
      const seconds = Math.max(1, Math.ceil(msBeforeNext / 1_000))
      throw new Problem(429, 'Too many unknown keys', 'Keys that are unknown or revoked came from here.', seconds)
    })
    return null
  }
}

function secretOf(header: string): string | null {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+) *$/.exec(header) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic') return null
  return Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0] ?? null
}
