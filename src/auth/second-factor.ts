import { randomBytes } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import { seal, unsealed } from '../lib/sealed.ts'
import { sha256 } from './secrets.ts'
import { stepOfCode } from './totp.ts'

type Uses = Pick<Deps, 'db' | 'config' | 'now'>

/** Whether an admin signs in in two steps, since when, and how many recovery codes are left. */
export interface SecondFactor {
  since: Date
  codesLeft: number
}

/** An admin's second factor; null = they have none. */
export async function secondFactorOf(sql: Sql | TransactionSql, adminId: string): Promise<SecondFactor | null> {
  const [row] = await sql<SecondFactor[]>`
    select totp_since as since,
      (select count(*)::int from admin_recovery_codes where admin_id = a.id and used_at is null) as "codesLeft"
    from admins a where id = ${adminId} and totp_secret is not null`
  return row ?? null
}

/** A secret on its way: in the form, sealed for this admin, until a code of it has come back. */
export const sealForForm = ({ config }: Uses, adminId: string, secret: string): string =>
  seal(config.secretKey, `totp form ${adminId}`, secret)
export const openFromForm = ({ config }: Uses, adminId: string, sealed: string): string | undefined =>
  unsealed(config.secretKey, `totp form ${adminId}`, sealed)

/**
 * Switches two steps on, once a code proves that the app has the secret. @returns the recovery codes, to be shown once.
 * @throws Problem 422 at `code` for a wrong one
 */
export async function enableSecondFactor(deps: Uses, adminId: string, secret: string, code: string): Promise<string[]> {
  const step = stepOfCode(secret, code, deps.now())
  if (step === null)
    throw new Problem(422, 'Not switched on', 'This is not the code of now: is the clock of the device right?').at(
      'code',
    )
  const sealed = seal(deps.config.secretKey, `totp ${adminId}`, secret)
  return (await deps.db.sql.begin(async (tx) => {
    const on = await tx`
      update admins set totp_secret = ${sealed}, totp_since = ${deps.now()}, totp_step = ${step}
      where id = ${adminId} and totp_secret is null returning id`
    if (on.length === 0) throw new Problem(409, 'It is on already', 'Two steps are on: switch them off first.')
    const codes = await replaceCodes(tx, adminId)
    await audit(tx, { actor: `admin:${adminId}`, action: 'admin.two-steps-on', target: `admin:${adminId}` })
    return codes
  })) as string[]
}

/** Switches two steps off; `actor` is who does it: the admin, an owner, or the command line. */
export async function disableSecondFactor(tx: TransactionSql, adminId: string, actor: string): Promise<boolean> {
  const off = await tx`
    update admins set totp_secret = null, totp_since = null, totp_step = null
    where id = ${adminId} and totp_secret is not null returning id`
  await tx`delete from admin_recovery_codes where admin_id = ${adminId}`
  if (off.length > 0) await audit(tx, { actor, action: 'admin.two-steps-off', target: `admin:${adminId}` })
  return off.length > 0
}

/** Ten other recovery codes; those there were are no good any more. @throws Problem 409 without a second factor */
export async function renewCodes({ db }: Uses, adminId: string): Promise<string[]> {
  return (await db.sql.begin(async (tx) => {
    if (!(await secondFactorOf(tx, adminId)))
      throw new Problem(409, 'No codes made', 'Recovery codes are for who signs in in two steps.')
    const codes = await replaceCodes(tx, adminId)
    await audit(tx, { actor: `admin:${adminId}`, action: 'admin.recovery-codes', target: `admin:${adminId}` })
    return codes
  })) as string[]
}

/**
 * Whether a code is good: one of the app, of a step later than the last one that was used, or a recovery code. Either is
 * used up by this, in one statement, so that of two requests with one code the second fails.
 */
export async function useCode({ db: { sql }, config, now }: Uses, adminId: string, code: string) {
  const [row] = await sql<{ sealed: string }[]>`
    select totp_secret as sealed from admins where id = ${adminId} and totp_secret is not null`
  if (!row) return null
  const secret = unsealed(config.secretKey, `totp ${adminId}`, row.sealed)
  const step = secret === undefined ? null : stepOfCode(secret, code, now())
  if (step !== null) {
    const used = await sql`
      update admins set totp_step = ${step} where id = ${adminId} and totp_step < ${step} returning id`
    return used.length > 0 ? ('app' as const) : null
  }
  const used = await sql`
    update admin_recovery_codes set used_at = ${now()}
    where admin_id = ${adminId} and code_hash = ${hashOfCode(code)} and used_at is null returning admin_id`
  return used.length > 0 ? ('recovery code' as const) : null
}

const CODES = 10
/** Crockford's alphabet: no letter that reads like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Sixteen characters of five bits: 80 random bits need no slow hash. */
function newCode(): string {
  const text = [...randomBytes(16)].map((byte) => ALPHABET[byte & 31]).join('')
  return text.replace(/(.{4})(?=.)/g, '$1-')
}

const hashOfCode = (code: string): string => sha256(code.toLowerCase().replace(/[^0-9a-z]/g, ''))

async function replaceCodes(tx: TransactionSql, adminId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, newCode)
  await tx`delete from admin_recovery_codes where admin_id = ${adminId}`
  await tx`
    insert into admin_recovery_codes (admin_id, code_hash)
    select ${adminId}, hash from unnest(${codes.map(hashOfCode)}::text[]) hash`
  return codes
}
