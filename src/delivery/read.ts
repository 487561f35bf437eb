import type { Fragment } from 'postgres'
import type { Deps } from '../context.ts'
import { type Below, idIn } from '../lib/below.ts'
import { NotFound } from '../lib/errors.ts'
import type { DeliveryState, NoticeKind } from './types.ts'

/** A notification as it is listed. */
export interface Delivery {
  id: number
  channelId: string
  /** Its name, also of one that was deleted. */
  channel: string
  dedupeKey: string
  kind: NoticeKind
  state: DeliveryState
  severity: string | null
  title: string
  text: string
  link: string | null
  attempts: number
  createdAt: Date
  sentAt: Date | null
  /** When it is tried again. */
  nextAt: Date
  lastError: string | null
  messageId: string
}

export interface Attempt {
  n: number
  at: Date
  tookMs: number | null
  /** null = under way. */
  outcome: 'sent' | 'kept' | 'retry' | 'refused' | 'lost' | null
  status: number | null
  detail: string | null
}

export interface AskedDeliveries extends Below {
  channel?: string
  states?: readonly DeliveryState[]
}

type Db = Pick<Deps, 'db'>

/** The notices of channels, the newest first; mails to one person are listed with the e-mails. */
export async function readDeliveries(deps: Db, asked: AskedDeliveries): Promise<Delivery[]> {
  const { sql } = deps.db
  const { channel, states, before, limit } = asked
  return deliveries(
    deps,
    sql`n.kind <> 'mail'
      ${channel === undefined ? sql`` : sql`and n.channel_id = ${channel}`}
      ${states === undefined ? sql`` : sql`and n.state = any(${[...states]}::text[])`}
      ${before === undefined ? sql`` : sql`and n.id < ${before}`}`,
    limit,
  )
}

/** One of them with its attempts. @throws NotFound */
export async function readDelivery(deps: Db, ref: string): Promise<Delivery & { tries: Attempt[] }> {
  const { sql } = deps.db
  const id = idIn(ref)
  const [one] = id === undefined ? [] : await deliveries(deps, sql`n.kind <> 'mail' and n.id = ${id}`, 1)
  if (!one) throw new NotFound('There is no notification of this id.')
  return { ...one, tries: await attemptsOf(deps, one.id) }
}

/** The attempts at a notification, the first first. */
export async function attemptsOf({ db: { sql } }: Db, id: number): Promise<Attempt[]> {
  return await sql<Attempt[]>`
    select n, at, took_ms as "tookMs", outcome, status, detail
    from notification_attempts where notification_id = ${id} order by n`
}

async function deliveries({ db: { sql } }: Db, where: Fragment, limit: number): Promise<Delivery[]> {
  return await sql<Delivery[]>`
    select n.id::float8 as id, n.channel_id as "channelId", coalesce(c.name, n.channel_id) as channel,
      n.dedupe_key as "dedupeKey", n.kind, n.state, n.payload ->> 'severity' as severity,
      coalesce(n.payload ->> 'title', '') as title, coalesce(n.payload ->> 'text', '') as text,
      n.payload ->> 'link' as link, n.attempts, n.created_at as "createdAt", n.sent_at as "sentAt",
      n.next_at as "nextAt", n.last_error as "lastError", n.message_id::text as "messageId"
    from notifications n left join channels c on c.id = n.channel_id
    where ${where}
    order by n.id desc
    limit ${limit}`
}
