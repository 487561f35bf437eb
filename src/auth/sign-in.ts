import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { seal, unsealed } from '../lib/sealed.ts'
import { type Admin, type AdminWithPassword, findAdminByEmail, normaliseEmail } from './admins.ts'
import { createKey } from './keys.ts'
import { verifyPassword } from './passwords.ts'
import { useCode } from './second-factor.ts'
import { clearSuccess, countFailure, recordAttempt } from './throttle.ts'

export interface Credentials {
  email: string
  password: string
  /** Of the second step, from who sends both at once. */
  code?: string | undefined
  ip: string
}

export type SignIn =
  | { ok: true; admin: Admin }
  /** `codeFor`: the password was right, and the second step is to come. */
  | { ok: false; retryAfter?: number; codeFor?: Admin }

const TOKEN_MS = 3_600_000
/** A code is six digits, of which three are good at any time. */
const MAX_CODES = 5

/** Checks e-mail, password and, where the admin has a second factor, the code. Unknown, disabled and wrong look and last alike. */
export async function checkCredentials(deps: Deps, credentials: Credentials): Promise<SignIn> {
  const { code, ip } = credentials
  const found = await checkPassword(deps, credentials)
  if (!found.ok) return found
  const { passwordHash: _, hasSecondFactor, ...admin } = found.admin
  if (!hasSecondFactor) return signedIn(deps, admin, { ip })
  return code?.trim() ? checkSecondStep(deps, admin, { code, ip }) : { ok: false, codeFor: admin }
}

type Checked = { ok: true; admin: AdminWithPassword } | { ok: false; retryAfter?: number }

/** The first step by itself: also for what asks for the password again. */
export async function checkPassword(deps: Deps, { email, password, ip }: Credentials): Promise<Checked> {
  const { sql } = deps.db
  const account = normaliseEmail(email)
  // No account can have it, so there is nothing to hide in time; and hashing here would be work that nobody counts.
  if (account === null) return { ok: false }
  const retryAfter = await recordAttempt(sql, { kind: 'password', email: account, ip, now: deps.now() })
  if (retryAfter !== undefined) {
    deps.log.warn({ ip, retryAfter }, 'sign-in throttled')
    return { ok: false, retryAfter }
  }
  const admin = await findAdminByEmail(sql, account)
  const fits = await verifyPassword(admin?.passwordHash ?? null, password)
  if (!admin || !fits || admin.disabledAt) {
    await failed(deps, admin, { action: 'login.failed', ip })
    return { ok: false }
  }
  await clearSuccess(sql, { kind: 'password', email: account }, deps.now())
  return { ok: true, admin }
}

/** The second step. A right code is used up by it. */
export async function checkSecondStep(deps: Deps, admin: Admin, given: { code: string; ip: string }): Promise<SignIn> {
  const found = await checkCode(deps, admin, given)
  return found.ok ? signedIn(deps, admin, { ip: given.ip, second: found.by }) : found
}

type CheckedCode = { ok: true; by: string } | { ok: false; retryAfter?: number }

/** A code of an admin's second factor, throttled by the account like a password, and harder. */
export async function checkCode(
  deps: Deps,
  admin: Pick<Admin, 'id'>,
  { code, ip }: { code: string; ip: string },
): Promise<CheckedCode> {
  const { sql } = deps.db
  const account = { kind: 'code', email: admin.id } as const
  const retryAfter = await recordAttempt(sql, { ...account, ip, now: deps.now(), maxPerAccount: MAX_CODES })
  if (retryAfter !== undefined) {
    deps.log.warn({ ip, retryAfter }, 'second step throttled')
    return { ok: false, retryAfter }
  }
  const by = await useCode(deps, admin.id, code)
  if (by === null) {
    await failed(deps, admin, { action: 'login.code-failed', ip })
    return { ok: false }
  }
  await clearSuccess(sql, account, deps.now())
  return { ok: true, by }
}

async function signedIn(deps: Deps, admin: Admin, detail: Record<string, unknown>): Promise<SignIn> {
  await audit(deps.db.sql, { actor: `admin:${admin.id}`, action: 'login.ok', detail })
  return { ok: true, admin }
}

async function failed(
  { db: { sql }, now, config }: Deps,
  admin: Pick<Admin, 'id'> | null,
  { action, ip }: { action: string; ip: string },
): Promise<void> {
  await audit(sql, { actor: admin ? `admin:${admin.id}` : 'anonymous', action, detail: { ip } })
  await countFailure(sql, now(), config.timeZone)
}

const STEP_MS = 10 * 60_000

/** Between the two steps the browser holds this: who gave the right password, and until when that counts. */
export function sealStep({ config, now }: Deps, admin: Pick<Admin, 'email'>): string {
  const step = JSON.stringify({ email: admin.email, until: now().getTime() + STEP_MS })
  return seal(config.secretKey, 'second step', step)
}

/** The admin who gave the right password some minutes ago, as they are now; null = too late, or made up. */
export async function openStep({ config, db, now }: Deps, sealed: string): Promise<Admin | null> {
  const text = unsealed(config.secretKey, 'second step', sealed)
  if (text === undefined) return null
  const { email, until } = JSON.parse(text) as { email: string; until: number }
  const admin = until > now().getTime() ? await findAdminByEmail(db.sql, email) : null
  if (!admin || admin.disabledAt) return null
  const { passwordHash: _, hasSecondFactor: __, ...known } = admin
  return known
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
