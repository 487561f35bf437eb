import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { notify } from './notify.ts'
import { requeue } from './requeue.ts'
import { noteChange } from './version.ts'

/** What waits for longer is late. */
export const LATE = '15 minutes'

interface Named {
  id: string
  name: string
}

/**
 * Tells the other channels of each one through which nothing goes any more, although it refuses nothing: what was written
 * for it waits, and nothing that was written later has gone before it. Once until it delivers again. Answers their names.
 */
export async function tellLate({ db }: Pick<Deps, 'db'>): Promise<string[]> {
  const names = (await db.sql.begin(async (tx) => {
    const late = await tx<(Named & { since: Date; error: string | null })[]>`
      update channels c set late_since = w.created_at
      from (
        select distinct on (n.channel_id) n.channel_id, n.created_at, n.last_error
        from notifications n
        where n.state in ('queued', 'sending') and n.kind in ('firing', 'resolved', 'canary')
        order by n.channel_id, n.id
      ) w
      where w.channel_id = c.id and c.state = 'on' and c.deleted_at is null and c.late_since is null
        and w.created_at < now() - ${LATE}::interval and not exists (
          select from notifications s where s.channel_id = c.id and s.state = 'sent' and s.sent_at > w.created_at)
      returning c.id, c.name, c.late_since as since, w.last_error as error`
    for (const { id, name, since, error } of late) {
      await audit(tx, { actor: 'system', action: 'channel.late', target: `channel:${id}`, detail: { name, error } })
      await tellOthers(tx, id, {
        dedupeKey: `channel:${id}:late:${since.toISOString()}`,
        event: 'firing',
        title: `Nothing goes through the channel “${name}”`,
        text: `What was written for it at ${since.toISOString().slice(0, 16).replace('T', ' ')} UTC still waits${because(error)}. It is tried again for three days.`,
        thread: `channel:${id}:late:${since.toISOString()}`,
      })
    }
    return late.map(({ name }) => name)
  })) as string[]
  if (names.length > 0) noteChange()
  return names
}

/** That a notice is given up is told to the other channels, once a day of each channel. */
export async function tellGivenUp(tx: TransactionSql, channelId: string, error: string | null): Promise<void> {
  const [channel] = await tx<Named[]>`select id, name from channels where id = ${channelId} and deleted_at is null`
  if (!channel) return
  await tellOthers(tx, channelId, {
    dedupeKey: `channel:${channelId}:given-up:${new Date().toISOString().slice(0, 10)}`,
    event: 'firing',
    title: `The channel “${channel.name}” has not got what it was to tell`,
    text: `It was tried for three days and is given up${because(error)}. It is sent again when the channel delivers within a week.`,
  })
}

/** Something went through: what was late is tried at once, what was given up again, and the others hear of it. */
export async function endLateness(tx: TransactionSql, channelId: string): Promise<void> {
  const [channel] = await tx<(Named & { since: Date })[]>`
    update channels c set late_since = null
    from channels o
    where c.id = ${channelId} and o.id = c.id and c.late_since is not null
    returning c.id, c.name, o.late_since as since`
  if (!channel) return
  await requeue(tx, channelId)
  const { name, since } = channel
  await tellOthers(tx, channelId, {
    dedupeKey: `channel:${channelId}:in-time:${since.toISOString()}`,
    event: 'resolved',
    title: `The channel “${name}” delivers again`,
    text: 'What waited for it is sent now.',
    thread: `channel:${channelId}:late:${since.toISOString()}`,
  })
}

const because = (error: string | null): string => (error === null ? '' : `: ${error}`)

interface Telling {
  dedupeKey: string
  event: 'firing' | 'resolved'
  title: string
  text: string
  thread?: string
}

/** Tells every channel that is in use but the one it is about. */
export async function tellOthers(tx: TransactionSql, channelId: string, telling: Telling): Promise<void> {
  const others = await tx<{ id: string }[]>`
    select id from channels where state = 'on' and deleted_at is null and id <> ${channelId}`
  await notify(tx, {
    ...telling,
    severity: 'critical',
    link: `/dashboard/settings/channels/${channelId}`,
    channels: others.map((other) => other.id),
  })
}
