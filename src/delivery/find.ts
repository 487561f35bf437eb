import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import { NotFound } from '../lib/errors.ts'
import { NEWS } from './requeue.ts'
import type { DeliveryState, Values } from './types.ts'

export interface Channel {
  id: string
  kind: string
  name: string
  /** Where it leads, without what is secret. */
  target: string
  settings: Values
  secret: string | null
  state: 'on' | 'off' | 'failed'
  /** Why it failed. */
  reason: string | null
  stateAt: Date
  /** Since when nothing goes through although something waits; null = it does, or nothing does. */
  lateSince: Date | null
  /** It is told from this severity on: 1 info, 2 warning, 3 critical. */
  leastSeverity: 1 | 2 | 3
  tellsResolved: boolean
  canaryHours: number | null
  updatedAt: Date
  by: string
}

/** A channel with what it has done. */
export interface ChannelRow extends Channel {
  /** What waits for it. */
  waiting: number
  last: { id: number; state: DeliveryState; at: Date } | null
  canary: { state: DeliveryState; at: Date } | null
}

const columns = (sql: Sql | TransactionSql) => sql`
  c.id, c.kind, c.name, c.target, c.settings, c.secret, c.state, c.reason, c.state_at as "stateAt", c.late_since as "lateSince",
  c.least_severity as "leastSeverity", c.tells_resolved as "tellsResolved", c.canary_hours as "canaryHours", c.updated_at as "updatedAt",
  coalesce(a.name, a.email, k.name, 'somebody who left') as by`

const makers = (sql: Sql | TransactionSql) => sql`
  left join admins a on c.created_by = 'admin:' || a.id
  left join api_keys k on c.created_by = 'key:' || k.id`

/** @throws NotFound */
export async function channelById(sql: Sql | TransactionSql, id: string, lock = false): Promise<Channel> {
  if (lock) await sql`select from channels where id = ${id} for update`
  const [channel] = await sql<Channel[]>`
    select ${columns(sql)} from channels c ${makers(sql)} where c.id = ${id} and c.deleted_at is null`
  if (!channel) throw new NotFound(`There is no channel “${id.slice(0, 80)}”.`)
  return channel
}

/** The channels by name, with what each did last. */
export async function listChannels({ db: { sql } }: Pick<Deps, 'db'>): Promise<ChannelRow[]> {
  return await sql<ChannelRow[]>`
    select ${columns(sql)}, w.waiting, l.last, n.canary
    from channels c ${makers(sql)}
    cross join lateral (
      select count(*)::int as waiting from notifications
      where channel_id = c.id and (state in ('queued', 'sending') or (state = 'failed' and kind in ('firing', 'resolved')
        and c.state = 'failed' and created_at > now() - ${NEWS}::interval))
    ) w
    left join lateral (
      select json_build_object('id', id, 'state', state, 'at', coalesce(sent_at, claimed_at, created_at)) as last
      from notifications where channel_id = c.id order by id desc limit 1
    ) l on true
    left join lateral (
      select json_build_object('state', state, 'at', coalesce(sent_at, claimed_at, created_at)) as canary
      from notifications where channel_id = c.id and kind = 'canary' order by created_at desc, id desc limit 1
    ) n on true
    where c.deleted_at is null
    order by lower(c.name)`.then((rows) => rows.map(withDates))
}

const withDates = (row: ChannelRow): ChannelRow => ({
  ...row,
  last: row.last && { ...row.last, at: new Date(row.last.at) },
  canary: row.canary && { ...row.canary, at: new Date(row.canary.at) },
})
