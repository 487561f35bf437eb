import postgres, { type TransactionSql } from 'postgres'
import { refuseOnlyChannel } from '../alerts/channels.ts'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { Unreadable } from '../lib/sealed.ts'
import { freeName, slugOf } from '../lib/slug.ts'
import { kindOf } from './channels/index.ts'
import { type Channel, channelById } from './find.ts'
import { BadChannel, type Draft, type Given, readDraft } from './input.ts'
import { requeue } from './requeue.ts'
import { storedValues, valuesOf } from './values.ts'
import { noteChange } from './version.ts'
import { requireWhole } from './who.ts'

/** A list is not a directory. */
export const MAX_CHANNELS = 50

/** @throws BadChannel, Problem 409 where the name is taken, 422, Forbidden */
export async function createChannel(deps: Deps, who: Who, given: Given): Promise<Channel> {
  requireWhole(who)
  const draft = readDraft(deps.config, given)
  return changing(deps, async (tx) => {
    const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
      select count(*)::int as n from channels where deleted_at is null`
    if (n >= MAX_CHANNELS)
      throw new Problem(422, 'Too many channels', `There are ${n} channels, which is the most: delete one first.`)
    const id = await freeId(tx, draft.name)
    const { settings, secret } = storedValues(deps, draft.kind, id, draft.values)
    await tx`
      insert into channels (id, kind, name, target, settings, secret, canary_hours, least_severity, tells_resolved,
        created_by)
      values (${id}, ${draft.kind.kind}, ${draft.name}, ${draft.kind.target(draft.values)},
        ${JSON.stringify(settings)}::text::jsonb, ${secret}, ${draft.canaryHours}, ${draft.leastSeverity},
        ${draft.tellsResolved}, ${actorOf(who)})`
    await note(tx, who, 'channel.create', id, draft)
    return channelById(tx, id)
  })
}

/**
 * Changes a channel; one that had failed, or was late, is used again, with all that waited for it. @throws NotFound, BadChannel,
 * Problem 409, Forbidden
 */
export async function changeChannel(deps: Deps, who: Who, id: string, given: Given): Promise<Channel> {
  requireWhole(who)
  return changing(deps, async (tx) => {
    const channel = await channelById(tx, id, true)
    const draft = readDraft(deps.config, { ...given, kind: channel.kind }, storedDraft(deps, channel))
    const { settings, secret } = storedValues(deps, draft.kind, channel.id, draft.values)
    await tx`
      update channels set name = ${draft.name}, target = ${draft.kind.target(draft.values)},
        settings = ${JSON.stringify(settings)}::text::jsonb, secret = ${secret}, canary_hours = ${draft.canaryHours},
        least_severity = ${draft.leastSeverity}, tells_resolved = ${draft.tellsResolved}, updated_at = now()
      where id = ${channel.id}`
    await note(tx, who, 'channel.change', channel.id, draft)
    if (channel.state === 'failed') await use(tx, channel.id)
    else if (channel.lateSince !== null) await requeue(tx, channel.id)
    return channelById(tx, channel.id)
  })
}

/** Switches a channel on, with all that waited for it, or off, so that nothing new is meant for it. @throws NotFound, Forbidden */
export async function switchChannel(deps: Deps, who: Who, id: string, on: boolean): Promise<Channel> {
  requireWhole(who)
  return changing(deps, async (tx) => {
    const channel = await channelById(tx, id, true)
    if (on) await use(tx, channel.id)
    else
      await tx`update channels set state = 'off', reason = null, state_at = now(), late_since = null where id = ${channel.id}`
    const action = on ? 'channel.on' : 'channel.off'
    await audit(tx, { actor: actorOf(who), action, target: `channel:${channel.id}`, detail: { name: channel.name } })
    return channelById(tx, channel.id)
  })
}

/** Takes a channel away, and its secret; what it delivered stays to be read. @throws NotFound, Problem 409, Forbidden */
export async function deleteChannel(deps: Deps, who: Who, id: string): Promise<Channel> {
  requireWhole(who)
  return changing(deps, async (tx) => {
    const channel = await channelById(tx, id, true)
    await refuseOnlyChannel(tx, channel.id)
    await tx`update channels set deleted_at = now(), secret = null, state = 'off' where id = ${channel.id}`
    await tx`
      update notifications set state = 'dead', last_error = 'The channel was deleted.'
      where channel_id = ${channel.id} and state = 'queued'`
    const detail = { name: channel.name, kind: channel.kind }
    await audit(tx, { actor: actorOf(who), action: 'channel.delete', target: `channel:${channel.id}`, detail })
    return channel
  })
}

async function use(tx: TransactionSql, id: string): Promise<void> {
  await tx`update channels set state = 'on', reason = null, state_at = now(), late_since = null where id = ${id}`
  await requeue(tx, id)
}

/** Where SECRET_KEY is another one now, the secret has to be entered again. */
function storedDraft(deps: Deps, channel: Channel): Omit<Draft, 'kind'> {
  try {
    return { ...channel, values: valuesOf(deps, channel) }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return { ...channel, values: channel.settings }
  }
}

/** "Ops, Slack" → "ops-slack"; never one that was used before. */
async function freeId(tx: TransactionSql, name: string): Promise<string> {
  const wanted = slugOf(name) || 'channel'
  const rows = await tx<{ id: string }[]>`
    select id from channels where id = ${wanted} or id like ${`${wanted}-%`}`
  // And words of our own addresses.
  return freeName(wanted, new Set([...rows.map(({ id }) => id), 'new']))
}

function note(tx: TransactionSql, who: Who, action: string, id: string, { kind, name, values }: Draft) {
  const detail = { name, kind: kind.kind, target: kindOf(kind.kind)?.target(values) }
  return audit(tx, { actor: actorOf(who), action, target: `channel:${id}`, detail })
}

async function changing<T>({ db: { sql } }: Deps, change: (tx: TransactionSql) => Promise<T>): Promise<T> {
  try {
    return (await sql.begin(change)) as T
  } catch (error) {
    const taken = error instanceof postgres.PostgresError && error.constraint_name === 'channels_name'
    throw taken ? new NameTaken() : error
  } finally {
    noteChange()
  }
}

class NameTaken extends BadChannel {
  override readonly status = 409

  constructor() {
    super({ name: 'There is a channel of this name already: choose another one.' })
  }
}
