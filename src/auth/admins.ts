import type { Sql, TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { type Preferences, ROLES, type Role } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { hashPassword } from './passwords.ts'
import { checkTenants } from './scope.ts'
import { randomText } from './secrets.ts'

export interface NewAdmin {
  email: string
  name?: string
  role: Role
  password: string
  /** The tenants the admin is bound to; null = all. */
  tenants?: string[] | null
}

export interface Admin {
  id: string
  email: string
  name: string | null
  role: Role
  tenants: string[] | null
  preferences: Preferences
  disabledAt: Date | null
}

/** With the hash, which leaves this folder nowhere. */
export interface AdminWithPassword extends Admin {
  passwordHash: string
  /** Signs in in two steps. */
  hasSecondFactor: boolean
}

/**
 * Makes an admin. @throws Problem 422 where e-mail, role or password will not do, 409 where the e-mail is taken.
 * `actor` is who does it, for the audit log.
 */
export async function createAdmin(sql: Sql, admin: NewAdmin, actor = 'cli'): Promise<Admin> {
  const ready = await prepareAdmin(admin)
  return sql.begin((tx) => insertAdmin(tx, ready, actor)) as Promise<Admin>
}

export interface PreparedAdmin extends Omit<NewAdmin, 'password'> {
  passwordHash: string
}

/** Checks an admin and hashes the password: slow, so done before any transaction. */
export async function prepareAdmin({ password, ...admin }: NewAdmin): Promise<PreparedAdmin> {
  const email = normaliseEmail(admin.email)
  if (email === null) throw new Problem(422, 'Not an e-mail address', 'The e-mail address needs the form name@host.')
  if (!ROLES.includes(admin.role)) throw new Problem(422, 'Unknown role', `Roles are ${ROLES.join(', ')}.`)
  checkTenants(admin.tenants ?? null)
  const name = admin.name?.trim().slice(0, 100) || undefined
  if (name?.includes('\0')) throw new Problem(422, 'Not a name', 'The name holds a character that cannot be stored.')
  return { ...admin, email, name, passwordHash: await hashPassword(password, email) }
}

/** Writes a prepared admin within a transaction. */
export async function insertAdmin(tx: TransactionSql, admin: PreparedAdmin, actor: string): Promise<Admin> {
  const id = `adm_${randomText(9)}`
  const { email, name = null, role, passwordHash, tenants = null } = admin
  const [row] = await tx<Admin[]>`
    insert into admins (id, email, name, role, password_hash, tenants)
    values (${id}, ${email}, ${name}, ${role}, ${passwordHash}, ${tenants})
    on conflict do nothing
    returning id, email, name, role, tenants, preferences, disabled_at as "disabledAt"`
  if (!row) throw new Problem(409, 'The e-mail is taken', 'There is an admin with this e-mail address.')
  await audit(tx, { actor, action: 'admin.create', target: `admin:${id}`, detail: { role } })
  return row
}

/** The admin of an e-mail address, whatever its case; null = none. */
export async function findAdminByEmail(sql: Sql, email: string): Promise<AdminWithPassword | null> {
  const [row] = await sql<AdminWithPassword[]>`
    select id, email, name, role, tenants, preferences, disabled_at as "disabledAt", password_hash as "passwordHash",
      totp_secret is not null as "hasSecondFactor"
    from admins where lower(email) = ${email.toLowerCase()}`
  return row ?? null
}

/** How many admins there are who can sign in. */
export async function countAdmins(sql: Sql | TransactionSql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from admins where disabled_at is null`
  return row?.count ?? 0
}

/** Keeps what an admin chose; what is not named stays. */
export async function savePreferences(sql: Sql, adminId: string, change: Preferences): Promise<Preferences> {
  const [row] = await sql<{ preferences: Preferences }[]>`
    update admins set preferences = preferences || ${JSON.stringify(change)}::text::jsonb
    where id = ${adminId} returning preferences`
  return row?.preferences ?? {}
}

/** Replaces a password, and ends the tokens that were given for the old one. @throws Problem 422 where the new one will not do. */
export async function changePassword(sql: Sql, admin: { id: string; email: string }, password: string): Promise<void> {
  const passwordHash = await hashPassword(password, admin.email)
  await sql.begin(async (tx) => {
    await tx`update admins set password_hash = ${passwordHash} where id = ${admin.id}`
    await tx`
      update api_keys set revoked_at = now()
      where created_by = ${admin.id} and id like 'tok\\_%' and revoked_at is null`
    await audit(tx, { actor: `admin:${admin.id}`, action: 'admin.password', target: `admin:${admin.id}` })
  })
}

/** As it is stored and compared; null = not an address. */
export function normaliseEmail(email: string): string | null {
  const trimmed = email.trim().toLowerCase()
  return trimmed.length <= 254 && /^[^\s@\0]+@[^\s@\0]+$/.test(trimmed) ? trimmed : null
}
