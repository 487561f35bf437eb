import type { TransactionSql } from 'postgres'
import type { Sql } from '../db/connect.ts'
import { textIn } from './webhook-values.ts'

export interface Owner {
  userId: string | undefined
  tenantId: string | undefined
}

/** The users that e-mail addresses belong to, by the address in lower case; one that several users have tells nothing. */
export async function usersByEmail(sql: Sql | TransactionSql, emails: string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(emails.map((email) => email.toLowerCase()))].filter((email) => !email.includes('\0'))
  if (wanted.length === 0) return new Map()
  const rows = await sql<{ email: string; user_id: string }[]>`
    select lower(email) as email, min(user_id) as user_id from users
    where lower(email) = any(${wanted}) and status <> 'deleted'
    group by lower(email) having count(*) = 1`
  return new Map(rows.map(({ email, user_id }) => [email, user_id]))
}

/**
 * Whose a payer's things are: what somebody wrote into the provider's metadata, else the user with that e-mail, else the
 * provider's customer itself, so that unknown customers are at least told apart.
 */
export async function ownerOf(
  sql: Sql | TransactionSql,
  payer: string,
  fields: Record<string, unknown>,
): Promise<Owner> {
  const userId = textIn(fields.user_id)
  const tenantId = textIn(fields.tenant_id)
  if (userId !== undefined) return { userId, tenantId }
  const email = textIn(fields.email)
  const found = email === undefined ? undefined : (await usersByEmail(sql, [email])).get(email.toLowerCase())
  return { userId: found ?? (tenantId === undefined ? customerIn(payer) : undefined), tenantId }
}

/** A guest's payment has no customer: its payer is the payment itself, which is nobody. */
const customerIn = (payer: string): string | undefined => (payer.startsWith('pi_') ? undefined : payer)
