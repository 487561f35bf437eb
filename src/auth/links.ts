import type { Sql, TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import { hashPassword } from './passwords.ts'
import { randomText, sha256 } from './secrets.ts'
import { clearAttempts } from './throttle.ts'

/** What a link is for: a password that was forgotten, or the first one. */
export type LinkKind = 'reset' | 'invite'

const HOUR_MS = 3_600_000
const LIFE_MS: Record<LinkKind, number> = { reset: HOUR_MS, invite: 7 * 24 * HOUR_MS }
/** As one says it. */
export const LIFE_TEXT: Record<LinkKind, string> = { reset: 'an hour', invite: 'seven days' }

/** A link at which an admin chooses a password. It is good once; an earlier one of theirs ends with it. */
export async function makePasswordLink(
  sql: Sql | TransactionSql,
  { config, now }: Pick<Deps, 'config' | 'now'>,
  adminId: string,
  kind: LinkKind,
): Promise<string> {
  const token = randomText(24)
  const at = now()
  await sql`delete from admin_links where admin_id = ${adminId} or expires_at < ${at}`
  await sql`
    insert into admin_links (token_hash, admin_id, kind, created_at, expires_at)
    values (${sha256(token)}, ${adminId}, ${kind}, ${at}, ${new Date(at.getTime() + LIFE_MS[kind])})`
  return `${config.baseUrl}/reset?token=${token}`
}

export interface OpenLink {
  adminId: string
  email: string
  kind: LinkKind
}

/** Whose link it is; null = it is over, or none. */
export async function openPasswordLink(deps: Pick<Deps, 'db' | 'now'>, token: string): Promise<OpenLink | null> {
  return findLink(deps.db.sql, deps, token)
}

/**
 * Sets the password and uses the link up; all sessions and tokens of the admin end. The second factor stays: whoever
 * reads somebody's mail has one of two steps.
 * @throws Problem 422 for a weak password, 410 for a link that is over
 */
export async function usePasswordLink(deps: Deps, token: string, password: string): Promise<OpenLink> {
  const { sql } = deps.db
  const open = await findLink(sql, deps, token)
  if (!open) throw linkIsOver()
  const passwordHash = await hashPassword(password, open.email)
  const used = (await sql.begin(async (tx) => {
    // Of two who come with it at once one finds it gone.
    const [mine] = await tx`delete from admin_links where token_hash = ${sha256(token)} returning admin_id`
    if (!mine) throw linkIsOver()
    await tx`delete from admin_links where admin_id = ${open.adminId}`
    await setPasswordHash(tx, open.adminId, passwordHash)
    const actor = `admin:${open.adminId}`
    await audit(tx, { actor, action: 'admin.password', target: actor, detail: { by: `${open.kind} link` } })
    return open
  })) as OpenLink
  await clearAttempts(sql, { kind: 'password', email: open.email }, deps.now())
  return used
}

/** A new password: whoever signed in with the old one has to do so again. */
async function setPasswordHash(tx: TransactionSql, adminId: string, passwordHash: string): Promise<void> {
  await tx`update admins set password_hash = ${passwordHash} where id = ${adminId}`
  await tx`delete from admin_sessions where user_id = ${adminId}`
  await tx`
    update api_keys set revoked_at = now()
    where created_by = ${adminId} and id like 'tok\\_%' and revoked_at is null`
}

async function findLink(sql: Sql, { now }: Pick<Deps, 'now'>, token: string): Promise<OpenLink | null> {
  const [row] = await sql<OpenLink[]>`
    select l.admin_id as "adminId", a.email, l.kind
    from admin_links l join admins a on a.id = l.admin_id and a.disabled_at is null
    where l.token_hash = ${sha256(token)} and l.expires_at > ${now()}`
  return row ?? null
}

/** Why a link does not work, and what to do. */
export function linkIsOver(): Problem {
  const detail =
    'It was used, a newer one was made, or its time is over. Ask for another one at “Forgot your password?”, or ask an owner.'
  return new Problem(410, 'This link is over', detail)
}
