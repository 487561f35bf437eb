import type { Sql, TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { ADMINS_LOCK } from '../db/locks.ts'
import { type AdminWho, ROLES, type Role } from '../env.ts'
import { changeCounter } from '../lib/change-counter.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { insertAdmin, prepareAdmin } from './admins.ts'
import { authOf } from './auth.ts'
import { type LinkKind, makePasswordLink } from './links.ts'
import { disableSecondFactor } from './second-factor.ts'
import { randomText } from './secrets.ts'
import { refuseMistypedTenants } from './tenants.ts'

/** An admin as owners see them. */
export interface ListedAdmin {
  id: string
  email: string
  name: string | null
  role: Role
  tenants: string[] | null
  createdAt: Date
  disabledAt: Date | null
  /** Signs in in two steps since then. */
  secondSince: Date | null
  sessions: number
  lastSignIn: Date | null
  /** A link that was made for them and not used yet. */
  openLink: LinkKind | null
}

const { version, noteChange } = changeCounter()
/** Grows with each change that this process made to admins and keys. */
export const accessVersion = version
export const noteAccessChange = noteChange

/** All admins: owners first, then by address. */
export async function listAdmins({ db: { sql }, now }: Pick<Deps, 'db' | 'now'>): Promise<ListedAdmin[]> {
  return await readAdmins(sql, now(), null)
}

/** One admin. @throws NotFound */
export async function adminById({ db: { sql }, now }: Pick<Deps, 'db' | 'now'>, id: string): Promise<ListedAdmin> {
  const [admin] = await readAdmins(sql, now(), id)
  if (!admin) throw new NotFound('There is no admin of this number.')
  return admin
}

const readAdmins = (sql: Sql, now: Date, id: string | null) => sql<ListedAdmin[]>`
  select a.id, a.email, a.name, a.role, a.tenants, a.created_at as "createdAt", a.disabled_at as "disabledAt",
    a.totp_since as "secondSince", s.n as sessions, l.at as "lastSignIn", k.kind as "openLink"
  from admins a
  left join lateral (
    select count(*)::int as n from admin_sessions where user_id = a.id and expires_at > ${now}
  ) s on true
  left join lateral (
    select at from audit_log where actor = 'admin:' || a.id and action = 'login.ok' order by id desc limit 1
  ) l on true
  left join lateral (
    select kind from admin_links where admin_id = a.id and expires_at > ${now} limit 1
  ) k on true
  where ${id}::text is null or a.id = ${id}
  order by a.disabled_at is not null, array_position(array['owner', 'operator', 'viewer'], a.role), lower(a.email)`

export interface Invited {
  email: string
  name?: string | undefined
  role: string
  tenants: string[] | null
}

/** Makes an admin without a password, and the link at which they choose one. @throws Problem 422, 409 */
export async function inviteAdmin(deps: Deps, by: AdminWho, invited: Invited): Promise<{ id: string; link: string }> {
  const { email, name, tenants } = invited
  const role = roleOf(invited.role)
  await refuseMistypedTenants(deps, tenants)
  // Nobody knows it: until the link is used, nobody signs in.
  const ready = await prepareAdmin({ email, role, tenants, password: randomText(24), ...(name && { name }) })
  const made = (await deps.db.sql.begin(async (tx) => {
    const { id } = await insertAdmin(tx, ready, actor(by))
    return { id, link: await makePasswordLink(tx, deps, id, 'invite') }
  })) as { id: string; link: string }
  noteChange()
  return made
}

/** A link for somebody who cannot get in; whoever makes it has to hand it over. */
export async function linkFor(deps: Deps, by: string, id: string): Promise<{ link: string; kind: LinkKind }> {
  const admin = await adminById(deps, id)
  if (admin.disabledAt) throw new Problem(409, 'Not made', 'This account is off: switch it on first.')
  // Who never signed in still has their first password to choose.
  const kind = admin.lastSignIn ? 'reset' : 'invite'
  const link = (await deps.db.sql.begin(async (tx) => {
    const made = await makePasswordLink(tx, deps, id, kind)
    await audit(tx, { actor: by, action: 'admin.reset-link', target: `admin:${id}` })
    return made
  })) as string
  noteChange()
  return { link, kind }
}

export interface AdminChange {
  name: string
  role: string
  tenants: string[] | null
}

/** Name, role and tenants. @throws Problem 422 at its field, 409 where nobody would be left to undo it */
export async function changeAdmin(deps: Deps, by: AdminWho, id: string, change: AdminChange): Promise<void> {
  const role = roleOf(change.role)
  await refuseMistypedTenants(deps, change.tenants, (await adminById(deps, id)).tenants)
  const name = change.name.trim().slice(0, 100) || null
  await onAdmin(deps, by, id, async (tx, before) => {
    if (by.id === id && (role !== before.role || !sameTenants(change.tenants, before.tenants)))
      throw new Problem(409, 'Not changed', 'Your own role and tenants are for another owner to change.').at('role')
    await tx`update admins set name = ${name}, role = ${role}, tenants = ${change.tenants} where id = ${id}`
    await audit(tx, {
      actor: actor(by),
      action: 'admin.change',
      target: `admin:${id}`,
      detail: { before: shown(before), after: shown({ name, role, tenants: change.tenants }) },
    })
  })
}

/** Ends an account: its sessions, tokens and links end with it. It can be switched on again. */
export function disableAdmin(deps: Deps, by: AdminWho, id: string): Promise<void> {
  return onAdmin(deps, by, id, async (tx) => {
    if (by.id === id) throw new Problem(409, 'Not switched off', 'Your own account is for another owner to switch off.')
    await tx`update admins set disabled_at = ${deps.now()} where id = ${id} and disabled_at is null`
    await endAccess(tx, id)
    await audit(tx, { actor: actor(by), action: 'admin.disable', target: `admin:${id}` })
  })
}

export function enableAdmin(deps: Deps, by: AdminWho, id: string): Promise<void> {
  return onAdmin(deps, by, id, async (tx) => {
    await tx`update admins set disabled_at = null where id = ${id}`
    await audit(tx, { actor: actor(by), action: 'admin.enable', target: `admin:${id}` })
  })
}

/** For who lost app and codes: they sign in with the password alone, and should set it up anew. */
export function resetSecondFactor(deps: Deps, by: AdminWho, id: string): Promise<void> {
  return onAdmin(deps, by, id, async (tx) => {
    if (!(await disableSecondFactor(tx, id, actor(by))))
      throw new Problem(409, 'Not changed', 'This account signs in with the password alone.')
  })
}

/** Ends all sessions of an admin, and their tokens. */
export function endSessions(deps: Deps, by: AdminWho, id: string): Promise<void> {
  return onAdmin(deps, by, id, async (tx) => {
    const count = await endAccess(tx, id)
    await audit(tx, { actor: actor(by), action: 'session.revoke', target: `admin:${id}`, detail: { count } })
  })
}

const actor = (by: AdminWho): string => `admin:${by.id}`
const shown = ({ name, role, tenants }: Pick<ListedAdmin, 'name' | 'role' | 'tenants'>) => ({
  name,
  role,
  tenants: tenants ?? 'all',
})
const sameTenants = (a: string[] | null, b: string[] | null): boolean =>
  JSON.stringify(a && [...a].sort()) === JSON.stringify(b && [...b].sort())

function roleOf(text: string): Role {
  if (!ROLES.includes(text as Role)) throw new Problem(422, 'Unknown role', `Roles are ${ROLES.join(', ')}.`).at('role')
  return text as Role
}

type Before = Pick<ListedAdmin, 'name' | 'role' | 'tenants'>

/** One change after the other, so that two owners cannot put each other off; and one who may undo it is always left. */
async function onAdmin(
  deps: Deps,
  by: AdminWho,
  id: string,
  change: (tx: TransactionSql, before: Before) => Promise<void>,
): Promise<void> {
  await deps.db.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ADMINS_LOCK})`
    // An owner who was one until a moment ago is none any more.
    const [me] = await tx`
      select from admins where id = ${by.id} and role = 'owner' and tenants is null and disabled_at is null`
    const [before] = await tx<Before[]>`select name, role, tenants from admins where id = ${id}`
    if (!me || !before) throw new NotFound('There is no admin of this number, or you are no owner any more.')
    await change(tx, before)
    const [left] = await tx<{ n: number }[]>`
      select count(*)::int as n from admins where role = 'owner' and tenants is null and disabled_at is null`
    if ((left?.n ?? 0) === 0)
      throw new Problem(409, 'Not changed', 'One owner of all tenants has to be left.').at('role')
  })
  const { sessions, keys } = authOf(deps)
  sessions.forgetAll()
  keys.forget()
  noteChange()
}

async function endAccess(tx: TransactionSql, id: string): Promise<number> {
  const ended = await tx`delete from admin_sessions where user_id = ${id} returning id`
  await tx`
    update api_keys set revoked_at = now()
    where created_by = ${id} and id like 'tok\\_%' and revoked_at is null`
  await tx`delete from admin_links where admin_id = ${id}`
  return ended.length
}
