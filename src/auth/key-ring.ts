import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { KeyWho } from '../env.ts'
import { Lru } from '../lib/lru.ts'
import { Lookups } from './lookup.ts'
import { sha256 } from './secrets.ts'

/** Checked before the database is asked: whatever else is sent cannot be one of our keys. */
const KEY_PATTERN = /^qd_(t_)?[A-Za-z0-9_-]{27,64}$/
/** last_used_at is a hint for people: once a minute is exact enough, and ingest must not write per request. */
const USED_EVERY_MS = 60_000

interface StoredKey extends KeyWho {
  expiresAt: Date | null
}

/** Recognises keys, remembering each for 10 s, and for longer while the database is away. */
export class KeyRing {
  readonly #deps: Deps
  readonly #known = new Lookups<StoredKey>({ freshMs: 10_000 })
  readonly #usedAt = new Map<string, number>()
  /** Of keys as they come in: hashing one costs more than finding it. */
  readonly #hashes = new Lru<string>(1000)

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The key of an Authorization header: Bearer, or Basic with the key as user. Null = none that holds. */
  fromHeader(header: string | undefined): Promise<KeyWho | null> {
    const secret = header === undefined ? null : secretOf(header)
    return secret === null ? Promise.resolve(null) : this.find(secret)
  }

  /** The key that a secret is; also for doors whose clients send it in the body. */
  async find(secret: string): Promise<KeyWho | null> {
    if (!KEY_PATTERN.test(secret)) return null
    const hash = this.#hashes.of(secret, sha256)
    const key = await this.#known.get(hash, () => findByHash(this.#deps.db.sql, hash))
    if (!key || (key.expiresAt !== null && key.expiresAt <= this.#deps.now())) return null
    this.#markUsed(key.id)
    return key
  }

  /** Forgets all keys, after one was revoked in this process. */
  forget(): void {
    this.#known.clear()
  }

  #markUsed(id: string): void {
    const now = performance.now()
    const last = this.#usedAt.get(id)
    if (last !== undefined && now - last < USED_EVERY_MS) return
    if (this.#usedAt.size > 10_000) this.#usedAt.clear()
    this.#usedAt.set(id, now)
    const { db, log } = this.#deps
    db.sql`update api_keys set last_used_at = ${this.#deps.now()} where id = ${id}`.catch((error: unknown) => {
      log.debug({ err: error, keyId: id }, 'the use of a key was not noted')
    })
  }
}

/** Expiry is not looked at here, so that a remembered key expires in time. A token ends with the admin who made it. */
async function findByHash(sql: Sql, hash: string): Promise<StoredKey | null> {
  const [row] = await sql<StoredKey[]>`
    select 'key' as kind, k.id, k.name, k.scopes, k.tenants, k.expires_at as "expiresAt"
    from api_keys k
    where k.hash = ${hash} and k.revoked_at is null
      and (k.id not like 'tok\\_%' or exists (select from admins a where a.id = k.created_by and a.disabled_at is null))`
  return row ? { ...row } : null
}

function secretOf(header: string): string | null {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+) *$/.exec(header) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic') return null
  return Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0] ?? null
}
