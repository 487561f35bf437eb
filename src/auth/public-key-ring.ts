import type { Deps } from '../context.ts'
import { Lookups } from './lookup.ts'
import type { PublicKeyWho } from './public-keys.ts'
import { noteUses } from './uses.ts'

const FRESH_MS = 10_000
/** A key made a moment ago holds at once, while those who make keys up cost a question a second and no more. */
const ASK_AGAIN_MS = 1_000

/** Recognises public keys. There are a handful of them, so that all are remembered together. */
export class PublicKeyRing {
  readonly #deps: Deps
  readonly #lookups = new Lookups<Map<string, PublicKeyWho>>({ freshMs: FRESH_MS })
  readonly #noteUse: (id: string) => void
  #askedAgainAt = Number.NEGATIVE_INFINITY

  constructor(deps: Deps) {
    this.#deps = deps
    this.#noteUse = noteUses(deps, 'public_keys')
  }

  /** The living key; null = none. */
  async find(key: string): Promise<PublicKeyWho | null> {
    const known = (await this.#all()).get(key) ?? (await this.#again())?.get(key)
    if (!known) return null
    this.#noteUse(known.id)
    return known
  }

  /** Whether any living key may be used by the pages of an origin. */
  async knowsOrigin(origin: string): Promise<boolean> {
    for (const { origins } of (await this.#all()).values()) if (origins.includes(origin)) return true
    return false
  }

  async #all(): Promise<Map<string, PublicKeyWho>> {
    return (await this.#lookups.get('all', () => this.#read())) ?? new Map()
  }

  async #again(): Promise<Map<string, PublicKeyWho> | undefined> {
    const now = performance.now()
    if (now - this.#askedAgainAt < ASK_AGAIN_MS) return undefined
    this.#askedAgainAt = now
    // Read before the old answer is dropped: while the database is away the keys that are known go on being known.
    const keys = await this.#read()
    this.#lookups.drop('all')
    return (await this.#lookups.get('all', async () => keys)) ?? keys
  }

  async #read(): Promise<Map<string, PublicKeyWho>> {
    const rows = await this.#deps.db.sql<(PublicKeyWho & { key: string })[]>`
      select 'key' as kind, id, key, name, '{}'::text[] as scopes, tenants, origins
      from public_keys where revoked_at is null`
    return new Map(rows.map(({ key, ...who }) => [key, who]))
  }
}
