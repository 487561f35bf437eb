import type { Fragment } from 'postgres'
import type { Sql } from '../db/connect.ts'
import type { NoticeKind } from './types.ts'

/** Half as long again as the longest attempt (WHOLE_MS of a mail): who has not noted an outcome by then has died. */
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

/** Of one channel at a time: one that answers slowly has its own few to wait for, and the others do not wait with them. */
const A_CHANNEL = 4

/**
 * Takes what is due, each by one process alone, and what another one took and never finished: first of the channels that
 * have the least in work (`busy`, of this process). Held back are those whose channel is off or failed, and those whose
 * thread has an earlier one that is still to be sent.
 */
export function claimDue(sql: Sql, limit: number, busy: ReadonlyMap<string, number> = new Map()): Promise<Claimed[]> {
  return claim(
    sql,
    sql`
      select n.id
      from (
        select id, state = 'on' and deleted_at is null as used from channels union all select '', true
      ) c
      left join unnest(${[...busy.keys()]}::text[], ${[...busy.values()]}::int[]) b (channel_id, n) on b.channel_id = c.id
      cross join lateral (
        select id, next_at, row_number() over (order by next_at, id) + coalesce(b.n, 0) as place
        from (
          select n.id, n.next_at from notifications n
          where n.channel_id = c.id and n.state in ('queued', 'sending') and n.next_at <= now() and (c.used or n.kind = 'test')
            and (n.thread is null or not exists (
              select from notifications e
              where e.channel_id = n.channel_id and e.thread = n.thread and e.id < n.id
                and e.state in ('queued', 'sending')))
          order by n.next_at, n.id
          limit greatest(0, ${A_CHANNEL} - coalesce(b.n, 0))
          for update of n skip locked
        ) n
      ) n
      order by n.place, n.next_at, n.id
      limit ${limit}`,
  )
}

/** Takes one, if nobody else has it. */
export async function claimOne(sql: Sql, id: number): Promise<Claimed | undefined> {
  const [one] = await claim(
    sql,
    sql`select n.id from notifications n where n.id = ${id} and n.state = 'queued' for update of n skip locked`,
  )
  return one
}

async function claim(sql: Sql, due: Fragment): Promise<Claimed[]> {
  return await sql<Claimed[]>`
    with due as materialized (
      ${due}
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
