import { audit } from '../audit/audit.ts'
import { actorOf, whyNotRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden } from '../lib/errors.ts'
import { type Mail, mailById } from './read.ts'

/** Why somebody may not read what was written to users; undefined = they may, and it is put on record. */
export function whyNoWords({ config }: Pick<Deps, 'config'>, who: Who): string | undefined {
  if (config.privacy === 'strict') return 'In privacy mode strict nobody reads what was written to users.'
  return whyNotRole(who, 'operator')
}

/** Puts on record, before they are shown, that somebody reads mails: one, a page of them, or a file. */
export async function noteRead(deps: Deps, who: Who, detail: Record<string, unknown>, user?: string): Promise<void> {
  const target = user === undefined ? {} : { target: `user:${user}` }
  await audit(deps.db.sql, { actor: actorOf(who), action: 'email.read', ...target, detail })
}

/** A mail with its words. @throws Forbidden, NotFound */
export async function openMail(deps: Deps, who: Who, ref: string): Promise<Mail> {
  const why = whyNoWords(deps, who)
  if (why) throw new Forbidden(why)
  const mail = await mailById(deps, who, ref, true)
  await noteRead(deps, who, { email: mail.id }, mail.userId)
  return mail
}
