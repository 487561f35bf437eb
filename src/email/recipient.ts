import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'

export interface Recipient {
  userId: string
  tenantId: string
  email: string
}

/** Whom a mail to a user reaches. @throws NotFound, Problem 422 `at('user')` where no mail may be sent to them */
export async function recipientOf(deps: Pick<Deps, 'db'>, who: Who, userId: string): Promise<Recipient> {
  const { sql } = deps.db
  const [user] = await sql<{ tenantId: string; email: string | null; status: string }[]>`
    select tenant_id as "tenantId", email, status from users where user_id = ${userId}`
  // Of users of other tenants not even their being there is told.
  if (!user || !mayTenant(who, user.tenantId))
    throw new NotFound(`There is no user “${userId.slice(0, 80)}”.`).at('user')
  if (user.status === 'deleted') throw refusal('The account of this user is deleted.')
  if (!user.email || !/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(user.email))
    throw refusal('No e-mail address is known of this user.')
  await refuseUnwanted(deps, userId, user.email)
  return { userId, tenantId: user.tenantId, email: user.email }
}

const UNWANTED = ['unsubscribed', 'complained']

/** Who said that they want no mails gets none: the provider told so. */
async function refuseUnwanted({ db: { sql } }: Pick<Deps, 'db'>, userId: string, email: string): Promise<void> {
  const [told] = await sql<{ status: string; at: Date }[]>`
    select status, updated_at as at from messages
    where status = any(${UNWANTED}::text[]) and (user_id = ${userId} or lower(recipient) = lower(${email}))
      and channel = 'email'
    order by updated_at desc limit 1`
  if (!told) return
  const day = told.at.toISOString().slice(0, 10)
  throw refusal(
    told.status === 'unsubscribed'
      ? `This user unsubscribed on ${day}: no mail is sent to them.`
      : `This user marked a mail as unwanted on ${day}: none is sent to them.`,
  )
}

const refusal = (detail: string): Problem => new Problem(422, 'No mail can be sent', detail).at('user')
