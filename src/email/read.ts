import type { Fragment } from 'postgres'
import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { type Below, idIn } from '../lib/below.ts'
import { NotFound } from '../lib/errors.ts'

/** A mail that was sent from here. */
export interface Mail {
  id: number
  notificationId: number
  userId: string
  tenantId: string
  recipient: string
  /** null where words are not asked for, and in privacy mode strict, as is the text. */
  subject: string | null
  text: string | null
  status: 'queued' | 'sent' | 'kept' | 'failed'
  error: string | null
  attempts: number
  createdAt: Date
  sentAt: Date | null
  nextAt: Date
  by: string
}

export interface AskedMails extends Below {
  /** '*' or a tenant. */
  scope: string
  user?: string
  /** With what they say: for who may read it, and is on record. */
  words?: boolean
}

type Reading = Pick<Deps, 'db' | 'config'>

/** The mails to users, the newest first. */
export async function readMails(deps: Reading, { scope, user, before, limit, words }: AskedMails): Promise<Mail[]> {
  const { sql } = deps.db
  return mails(
    deps,
    sql`true
      ${scope === '*' ? sql`` : sql`and e.tenant_id = ${scope}`}
      ${user === undefined ? sql`` : sql`and e.user_id = ${user}`}
      ${before === undefined ? sql`` : sql`and e.id < ${before}`}`,
    limit,
    words,
  )
}

/** @throws NotFound, also where it is of a tenant that is not the asker's */
export async function mailById(deps: Reading, who: Who, ref: string, words = false): Promise<Mail> {
  const id = idIn(ref)
  const [mail] = id === undefined ? [] : await mails(deps, deps.db.sql`e.id = ${id}`, 1, words)
  if (!mail || !mayTenant(who, mail.tenantId)) throw new NotFound('There is no mail of this id.')
  return mail
}

async function mails({ db: { sql }, config }: Reading, where: Fragment, limit: number, words = false) {
  const told = words && config.privacy !== 'strict' ? sql`e.subject, e.text` : sql`null as subject, null as text`
  return await sql<Mail[]>`
    select e.id::float8 as id, e.notification_id::float8 as "notificationId", e.user_id as "userId",
      e.tenant_id as "tenantId", e.recipient, ${told}, e.status, e.error, n.attempts, e.created_at as "createdAt",
      e.sent_at as "sentAt", n.next_at as "nextAt", coalesce(a.name, a.email, k.name, 'somebody who left') as by
    from emails e
      join notifications n on n.id = e.notification_id
      left join admins a on e.created_by = 'admin:' || a.id
      left join api_keys k on e.created_by = 'key:' || k.id
    where ${where}
    order by e.id desc
    limit ${limit}`
}
