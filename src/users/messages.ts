import { audit } from '../audit/audit.ts'
import { actorOf, whyNotRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden } from '../lib/errors.ts'
import type { FoundUser } from './find.ts'
import { ofTenant } from './usage.ts'

export interface UserMessage {
  id: string
  at: Date
  channel: string
  direction: 'in' | 'out'
  status: string
  subject: string | null
  text: string | null
}

/** Why somebody may not read what was written to or by a user; undefined = they may, and it is put on record. */
export function whyNoMessages({ config }: Pick<Deps, 'config'>, who: Who): string | undefined {
  if (config.privacy === 'strict') return 'In privacy mode strict messages are not shown to anybody.'
  return whyNotRole(who, 'operator')
}

export interface MessagePage {
  messages: UserMessage[]
  next?: string
}
const PAGE = 50

/** A page of messages with what they say; that they were read is in the audit log before they are shown. @throws Forbidden */
export async function readMessages(deps: Deps, who: Who, user: FoundUser, before?: string): Promise<MessagePage> {
  const why = whyNoMessages(deps, who)
  if (why) throw new Forbidden(why)
  const { sql } = deps.db
  const at = /^(\d{4}-\d\d-\d\dT[\d:.]{8,15}Z)~(.{1,300})$/s.exec(before ?? '')
  const place = at && !Number.isNaN(Date.parse(at[1] ?? '')) && !before?.includes('\0') ? at : undefined
  const from = place ? sql`and (c.ts, c.message_id) < (${place[1] ?? ''}::timestamptz, ${place[2] ?? ''})` : sql``
  const rows = await sql<(UserMessage & { place: string })[]>`
    select c.message_id as id, c.ts as at, c.channel, c.direction, c.status, c.subject, c.text,
      to_char(c.ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || c.message_id as place
    from messages c where c.user_id = any(${user.ids}::text[]) and ${ofTenant(deps, user)} ${from}
    order by c.ts desc, c.message_id desc limit ${PAGE + 1}`
  const shown = rows.slice(0, PAGE)
  if (shown.length > 0)
    await audit(sql, {
      actor: actorOf(who),
      action: 'user.messages.read',
      target: `user:${user.id}`,
      detail: { messages: shown.length },
    })
  return {
    messages: shown.map(({ place: _, ...message }) => message),
    ...(rows.length > PAGE && { next: shown.at(-1)?.place }),
  }
}

/** How many there are of each kind, of the newest, and whether their words were kept. */
export async function countMessages(deps: Deps, user: FoundUser): Promise<{ n: number; cut: boolean; kept: boolean }> {
  const { sql } = deps.db
  const most = 1_000
  const [row] = await sql<{ n: number; kept: boolean }[]>`
    select count(*)::float8 as n, coalesce(bool_or(has_words), false) as kept from (
      select coalesce(c.text, c.subject) is not null as has_words
      from messages c where c.user_id = any(${user.ids}::text[]) and ${ofTenant(deps, user)} limit ${most}) m`
  return { n: row?.n ?? 0, cut: row?.n === most, kept: row?.kept ?? false }
}
