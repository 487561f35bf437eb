import type { Sql } from 'postgres'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { KEY_SCOPES, type KeyScope, type KeyWho } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { authOf } from './auth.ts'
import { checkTenants } from './scope.ts'
import { randomText, sha256 } from './secrets.ts'

export interface NewKey {
  name: string
  scopes: readonly KeyScope[]
  /** The tenants the key is bound to; null = all. */
  tenants?: readonly string[] | null
  /** 'cli', or the id of an admin. */
  createdBy?: string
  expiresAt?: Date
  /** Short-lived tokens of programs that signed in with a password: 'qd_t_…', listed nowhere. */
  token?: boolean
}

export interface ListedKey {
  id: string
  name: string
  hint: string
  scopes: KeyScope[]
  tenants: string[] | null
  createdAt: Date
  createdBy: string | null
  lastUsedAt: Date | null
  expiresAt: Date | null
  revokedAt: Date | null
}

/** Makes a key; the secret is answered once and stored as a hash only. 24 random bytes are 192 bits. */
export async function createKey(sql: Sql, key: NewKey): Promise<{ id: string; secret: string }> {
  const { name, scopes, tenants = null, createdBy = null, expiresAt = null, token = false } = key
  checkKey(name, scopes)
  checkTenants(tenants)
  const id = `${token ? 'tok' : 'key'}_${randomText(9)}`
  const secret = `${token ? 'qd_t_' : 'qd_'}${randomText(24)}`
  await sql.begin(async (tx) => {
    await tx`
      insert into api_keys (id, name, hash, hint, scopes, tenants, created_by, expires_at)
      values (${id}, ${name}, ${sha256(secret)}, ${secret.slice(-4)}, ${[...scopes]},
        ${tenants === null ? null : [...tenants]}, ${createdBy}, ${expiresAt})`
    const actor = createdBy === null || createdBy === 'cli' ? 'cli' : `admin:${createdBy}`
    await audit(tx, {
      actor,
      action: token ? 'token.create' : 'key.create',
      target: `key:${id}`,
      detail: { name, scopes },
    })
  })
  return { id, secret }
}

/** The keys, newest first; tokens are left out. */
export function listKeys(sql: Sql): Promise<ListedKey[]> {
  return sql<ListedKey[]>`
    select id, name, hint, scopes, tenants, created_at as "createdAt", created_by as "createdBy",
      last_used_at as "lastUsedAt", expires_at as "expiresAt", revoked_at as "revokedAt"
    from api_keys where id like 'key\\_%' order by created_at desc`
}

/** Ends a key; other processes notice within 10 s. @returns whether there was one to end. */
export async function revokeKey(sql: Sql, id: string, actor = 'cli'): Promise<boolean> {
  const ended = await sql`update api_keys set revoked_at = now() where id = ${id} and revoked_at is null returning id`
  if (ended.length > 0) await audit(sql, { actor, action: 'key.revoke', target: `key:${id}` })
  return ended.length > 0
}

/** The living key that a secret is, for clients which send it elsewhere than in the Authorization header. */
export function findKey(deps: Deps, secret: string): Promise<KeyWho | null> {
  return authOf(deps).keys.find(secret, () => 'this process')
}

function checkKey(name: string, scopes: readonly KeyScope[]): void {
  if (name.trim() === '' || name.length > 100) throw new Problem(422, 'Name the key', 'A name has 1 to 100 characters.')
  const unknown = scopes.filter((scope) => !KEY_SCOPES.includes(scope))
  if (scopes.length === 0 || unknown.length > 0)
    throw new Problem(422, 'Unknown scope', `Scopes are ${KEY_SCOPES.join(', ')}.`)
}
