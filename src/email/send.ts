import { randomUUID } from 'node:crypto'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { noteChange } from '../delivery/version.ts'
import type { Who } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import type { MailInput } from './input.ts'
import { type Mail, mailById } from './read.ts'
import { recipientOf } from './recipient.ts'

/**
 * Writes a mail to one user into the outbox, once for each id of the sender. @throws NotFound, Problem 422 where no mail
 * may be sent to the user, or the id came with another mail
 */
export async function sendEmail(deps: Deps, who: Who, input: MailInput): Promise<{ mail: Mail; created: boolean }> {
  const { userId, tenantId, email } = await recipientOf(deps, who, input.user)
  const { subject, text } = input
  const actor = actorOf(who)
  // Of each sender its own: an id that another one used is not theirs.
  const dedupeKey = `mail:${actor}:${input.id ?? randomUUID()}`.slice(0, 200)
  const payload = JSON.stringify({ to: email, subject, text })
  const { id, created } = (await deps.db.sql.begin(async (tx) => {
    const [queued] = await tx<{ id: number }[]>`
      insert into notifications (dedupe_key, kind, payload)
      values (${dedupeKey}, 'mail', ${payload}::text::jsonb)
      on conflict (channel_id, dedupe_key) do nothing
      returning id::float8 as id`
    if (!queued) {
      const [known] = await tx<{ id: number; same: boolean }[]>`
        select e.id::float8 as id, (e.user_id, e.subject, e.text) = (${userId}, ${subject}, ${text}) as same
        from emails e join notifications n on n.id = e.notification_id
        where n.channel_id = '' and n.dedupe_key = ${dedupeKey}`
      if (!known?.same) throw new Problem(422, 'The id was used before', OTHER).at('id')
      return { id: known.id, created: false }
    }
    const [mail] = await tx<{ id: number }[]>`
      insert into emails (notification_id, user_id, tenant_id, recipient, subject, text, created_by)
      values (${queued.id}, ${userId}, ${tenantId}, ${email}, ${subject}, ${text}, ${actor})
      returning id::float8 as id`
    // The log outlives an erasure: it holds whom it was to, and neither address nor words.
    await audit(tx, { actor, action: 'email.send', target: `user:${userId}`, detail: { email: mail!.id } })
    return { id: mail!.id, created: true }
  })) as { id: number; created: boolean }
  noteChange()
  return { mail: await mailById(deps, who, String(id), true), created }
}

const OTHER = 'This id was sent with another mail: that one went out, and this one does not.'
