import type { Deps } from '../context.ts'
import { SETUP_LOCK } from '../db/locks.ts'
import { Problem } from '../lib/errors.ts'
import { type Admin, countAdmins, insertAdmin, type NewAdmin, prepareAdmin } from './admins.ts'
import { randomText, sha256 } from './secrets.ts'

const LINK_MS = 24 * 3_600_000

/** A link that makes the first owner, once, within a day; null where there is an admin already. */
export async function setupLink(deps: Deps, baseUrl: string = deps.config.baseUrl): Promise<string | null> {
  const { sql } = deps.db
  if ((await countAdmins(sql)) > 0) return null
  const token = randomText(24)
  await sql`delete from setup_tokens where expires_at < ${deps.now()}`
  await sql`
    insert into setup_tokens (token_hash, expires_at)
    values (${sha256(token)}, ${new Date(deps.now().getTime() + LINK_MS)})`
  return `${baseUrl.replace(/\/$/, '')}/setup?token=${token}`
}

/** Whether a link still works. */
export async function isSetupOpen(deps: Deps, token: string): Promise<boolean> {
  const [row] = await deps.db.sql`
    select from setup_tokens
    where token_hash = ${sha256(token)} and used_at is null and expires_at > ${deps.now()}
      and not exists (select from admins where disabled_at is null)`
  return row !== undefined
}

/** Makes the first owner and uses the link up. @throws Problem 422 for a weak password, 410 for a used or old link. */
export async function createFirstOwner(deps: Deps, token: string, owner: Omit<NewAdmin, 'role'>): Promise<Admin> {
  const ready = await prepareAdmin({ ...owner, role: 'owner' })
  const made = await deps.db.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${SETUP_LOCK})`
    const used = await tx`
      update setup_tokens set used_at = ${deps.now()}
      where token_hash = ${sha256(token)} and used_at is null and expires_at > ${deps.now()}
      returning token_hash`
    if (used.length === 0 || (await countAdmins(tx)) > 0) throw linkIsOver()
    return insertAdmin(tx, ready, 'setup-link')
  })
  return made as Admin
}

/** Why a link does not work, and what to do. */
export function linkIsOver(): Problem {
  const detail =
    'It is older than a day, or was used. Start Quarterdeck again for a new one, or run “quarterdeck admin create”.'
  return new Problem(410, 'This set-up link is over', detail)
}
