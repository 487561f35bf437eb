import type { Fragment } from 'postgres'
import type { Sql } from '../db/connect.ts'
import type { NoticeKind } from './types.ts'

/** More than the longest attempt takes: who has not noted an outcome by then has died. */
const LEASE = '90 seconds'
const LOST = 'The process ended before the answer was noted: it may have been sent.'

/** A notification that is ours to send, until its lease ends. */
export interface Claimed {
  id: number
  channelId: string
  dedupeKey: string
  kind: NoticeKind
  thread: string | null
  payload: Record<string, unknown>
  /** The number of this attempt; who notes an outcome of another one has lost the claim. */
  attempt: number
  createdAt: Date
  messageId: string
  /** Of its channel; null for a mail to one person. */
  channelKind: string | null
  settings: Record<string, string> | null
  secret: string | null
}

/**
 * Takes what is due, each by one process alone, and what another one took and never finished. Held back are those whose
 * channel is off or failed, and those whose thread has an earlier one that is still to be sent.
 */
export function claimDue(sql: Sql, limit: number): Promise<Claimed[]> {
  return claim(
    sql,
    sql`
      n.state in ('queued', 'sending') and n.next_at <= now()
      and (n.channel_id = '' or n.kind = 'test' or exists (
        select from channels c where c.id = n.channel_id and c.state = 'on' and c.deleted_at is null))
      and (n.thread is null or not exists (
        select from notifications e
        where e.channel_id = n.channel_id and e.thread = n.thread and e.id < n.id and e.state in ('queued', 'sending')))`,
    limit,
  )
}

/** Takes one, if nobody else has it. */
export async function claimOne(sql: Sql, id: number): Promise<Claimed | undefined> {
  const [one] = await claim(sql, sql`n.id = ${id} and n.state = 'queued'`, 1)
  return one
}

async function claim(sql: Sql, which: Fragment, limit: number): Promise<Claimed[]> {
  return await sql<Claimed[]>`
    with due as materialized (
      select n.id from notifications n
      where ${which}
      order by n.next_at, n.id
      limit ${limit}
      for update of n skip locked
    ),
    lost as (
      update notification_attempts a set outcome = 'lost', detail = ${LOST}
      from due where a.notification_id = due.id and a.outcome is null
    ),
    claimed as (
      update notifications n
      set state = 'sending', attempts = n.attempts + 1, claimed_at = now(), next_at = now() + ${LEASE}::interval
      from due where n.id = due.id
      returning n.*
    ),
    begun as (insert into notification_attempts (notification_id, n) select id, attempts from claimed)
    select n.id::float8 as id, n.channel_id as "channelId", n.dedupe_key as "dedupeKey", n.kind, n.thread, n.payload,
      n.attempts as attempt, n.created_at as "createdAt", n.message_id::text as "messageId",
      c.kind as "channelKind", c.settings, c.secret
    from claimed n left join channels c on c.id = n.channel_id
    order by n.id`
}
