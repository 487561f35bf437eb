import type { Sql } from 'postgres'
import { audit } from '../audit/audit.ts'
import type { KeyWho } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { checkTenants } from './scope.ts'
import { randomText } from './secrets.ts'

/** Who sends from a browser: no scope, so that no guard lets it in anywhere; only the browser's door knows it. */
export interface PublicKeyWho extends KeyWho {
  /** The pages it may send from: scheme, host and port, exactly. */
  origins: string[]
}

export interface NewPublicKey {
  name: string
  origins: readonly string[]
  /** The tenants the key is bound to; null = all. */
  tenants?: readonly string[] | null
  /** 'cli', or the id of an admin. */
  createdBy?: string
}

export interface ListedPublicKey {
  id: string
  /** The key itself: everybody can read it in the product's pages. */
  key: string
  name: string
  origins: string[]
  tenants: string[] | null
  createdAt: Date
  createdBy: string | null
  lastUsedAt: Date | null
  revokedAt: Date | null
}

/** Makes a key for the pages of some origins. @throws Problem 422 */
export async function createPublicKey(sql: Sql, given: NewPublicKey): Promise<{ id: string; key: string }> {
  const { name, origins, tenants = null, createdBy = null } = given
  checkName(name)
  checkOrigins(origins)
  checkTenants(tenants)
  const id = `pub_${randomText(9)}`
  const key = `qd_pub_${randomText(24)}`
  await sql.begin(async (tx) => {
    await tx`
      insert into public_keys (id, key, name, origins, tenants, created_by)
      values (${id}, ${key}, ${name}, ${[...new Set(origins)]}, ${tenants === null ? null : [...tenants]}, ${createdBy})`
    const actor = createdBy === null || createdBy === 'cli' ? 'cli' : `admin:${createdBy}`
    await audit(tx, { actor, action: 'key.create', target: `key:${id}`, detail: { name, origins: [...origins] } })
  })
  return { id, key }
}

/** The public keys, newest first. */
export function listPublicKeys(sql: Sql): Promise<ListedPublicKey[]> {
  return sql<ListedPublicKey[]>`
    select id, key, name, origins, tenants, created_at as "createdAt", created_by as "createdBy",
      last_used_at as "lastUsedAt", revoked_at as "revokedAt"
    from public_keys order by created_at desc`
}

/** Ends a public key; running servers notice within 10 s. @returns whether there was one to end. */
export async function revokePublicKey(sql: Sql, id: string, actor = 'cli'): Promise<boolean> {
  const ended =
    await sql`update public_keys set revoked_at = now() where id = ${id} and revoked_at is null returning id`
  if (ended.length > 0) await audit(sql, { actor, action: 'key.revoke', target: `key:${id}` })
  return ended.length > 0
}

/** What a public key can be bound to: origins as browsers write them, without patterns. @throws Problem 422 */
export function checkOrigins(origins: readonly string[]): void {
  if (origins.length === 0 || origins.length > 50)
    throw new Problem(422, 'Name the origins', 'A public key is bound to 1 to 50 origins.')
  const bad = origins.find((origin) => !isWebOrigin(origin))
  if (bad === undefined) return
  const detail = `${JSON.stringify(bad)} is not an origin such as https://app.example.com: scheme, host and port alone.`
  throw new Problem(422, 'Not an origin', detail)
}

function isWebOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || text.includes('*') || !URL.canParse(text)) return false
  return new URL(text).origin === text
}

function checkName(name: string): void {
  if (name.trim() === '' || name.length > 100) throw new Problem(422, 'Name the key', 'A name has 1 to 100 characters.')
}
