import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { type Admin, findAdminByEmail, normaliseEmail } from './admins.ts'
import { createKey } from './keys.ts'
import { verifyPassword } from './passwords.ts'
import { clearAttempts, countFailure, recordAttempt } from './throttle.ts'

export interface Credentials {
  email: string
  password: string
  ip: string
}

export type SignIn = { ok: true; admin: Admin } | { ok: false; retryAfter?: number }

const TOKEN_MS = 3_600_000

/** Checks e-mail and password. Unknown, disabled and wrong look and last alike. */
export async function checkCredentials(deps: Deps, { email, password, ip }: Credentials): Promise<SignIn> {
  const { sql } = deps.db
  const account = normaliseEmail(email)
  // No account can have it, so there is nothing to hide in time; and hashing here would be work that nobody counts.
  if (account === null) return { ok: false }
  const retryAfter = await recordAttempt(sql, { email: account, ip, now: deps.now() })
  if (retryAfter !== undefined) {
    deps.log.warn({ ip, retryAfter }, 'sign-in throttled')
    return { ok: false, retryAfter }
  }
  const admin = await findAdminByEmail(sql, account)
  const fits = await verifyPassword(admin?.passwordHash ?? null, password)
  if (!admin || !fits || admin.disabledAt) {
    await audit(sql, { actor: admin ? `admin:${admin.id}` : 'anonymous', action: 'login.failed', detail: { ip } })
    await countFailure(sql, deps.now(), deps.config.timeZone)
    return { ok: false }
  }
  await clearAttempts(sql, account)
  await audit(sql, { actor: `admin:${admin.id}`, action: 'login.ok', detail: { ip } })
  const { passwordHash: _, ...known } = admin
  return { ok: true, admin: known }
}

/** A bearer token of an hour for a program that signed in with a password; it may what the admin's role may. */
export async function createToken(deps: Deps, admin: Admin): Promise<{ token: string; expiresInSeconds: number }> {
  const { sql } = deps.db
  await sql`delete from api_keys where id like 'tok\\_%' and expires_at < ${deps.now()}`
  const { secret } = await createKey(sql, {
    name: 'sign-in token',
    scopes: admin.role === 'viewer' ? ['read'] : ['read', 'act'],
    tenants: admin.tenants,
    createdBy: admin.id,
    expiresAt: new Date(deps.now().getTime() + TOKEN_MS),
    token: true,
  })
  return { token: secret, expiresInSeconds: TOKEN_MS / 1_000 }
}
