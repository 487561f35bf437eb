import type { Sql } from '../db/connect.ts'
import type { KeyWho, Role } from '../env.ts'

export interface StoredKey extends KeyWho {
  expiresAt: Date | null
}

interface Waiting {
  resolve: (key: StoredKey | null) => void
  reject: (error: unknown) => void
}

/** Hashes in one question. */
const MAX_AT_ONCE = 500

/**
 * Looks keys up by hash, one question at a time: what comes while one is under way waits and goes together in the next.
 * However many made-up keys are sent, the database gets no more than one question at once.
 */
export class KeyTable {
  readonly #sql: Sql
  #waiting = new Map<string, Waiting[]>()
  #isAsking = false

  constructor(sql: Sql) {
    this.#sql = sql
  }

  find(hash: string): Promise<StoredKey | null> {
    return new Promise((resolve, reject) => {
      const others = this.#waiting.get(hash)
      if (others) others.push({ resolve, reject })
      else this.#waiting.set(hash, [{ resolve, reject }])
      if (!this.#isAsking) void this.#ask()
    })
  }

  async #ask(): Promise<void> {
    this.#isAsking = true
    while (this.#waiting.size > 0) {
      const asked = [...this.#waiting].slice(0, MAX_AT_ONCE)
      for (const [hash] of asked) this.#waiting.delete(hash)
      try {
        const found = await findByHashes(
          this.#sql,
          asked.map(([hash]) => hash),
        )
        for (const [hash, all] of asked) for (const { resolve } of all) resolve(found.get(hash) ?? null)
      } catch (error) {
        for (const [, all] of asked) for (const { reject } of all) reject(error)
      }
    }
    this.#isAsking = false
  }
}

/**
 * Expiry is not looked at here, so that a remembered key expires in time. A token ends with the admin who made it, and
 * has the role and the tenants that this admin has now.
 */
async function findByHashes(sql: Sql, hashes: string[]): Promise<Map<string, StoredKey>> {
  const rows = await sql<(Omit<StoredKey, 'role'> & { hash: string; role: Role | null })[]>`
    select 'key' as kind, k.hash, k.id, k.name, k.scopes, k.expires_at as "expiresAt", a.role,
      case when k.id like 'tok\\_%' then a.tenants else k.tenants end as tenants
    from api_keys k
    left join admins a on k.id like 'tok\\_%' and a.id = k.created_by and a.disabled_at is null
    where k.hash = any(${hashes}) and k.revoked_at is null and (k.id not like 'tok\\_%' or a.id is not null)`
  return new Map(rows.map(({ hash, role, ...key }) => [hash, { ...key, ...(role !== null && { role }) }]))
}
