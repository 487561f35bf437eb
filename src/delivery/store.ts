import postgres, { type TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { Unreadable } from '../lib/sealed.ts'
import { kindOf } from './channels/index.ts'
import { type Channel, channelById } from './find.ts'
import { BadChannel, type Draft, type Given, readDraft } from './input.ts'
import { storedValues, valuesOf } from './values.ts'
import { noteChange } from './version.ts'
import { requireAllTenants } from './who.ts'

/** A list is not a directory. */
export const MAX_CHANNELS = 50

/** @throws BadChannel, Problem 409 where the name is taken, 422, Forbidden */
export async function createChannel(deps: Deps, who: Who, given: Given): Promise<Channel> {
  requireAllTenants(who)
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
 * Changes a channel; one that had failed is used again, with all that waited for it. @throws NotFound, BadChannel,
 * Problem 409, Forbidden
 */
export async function changeChannel(deps: Deps, who: Who, id: string, given: Given): Promise<Channel> {
  requireAllTenants(who)
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
    return channelById(tx, channel.id)
  })
}

/** Switches a channel on, with all that waited for it, or off, so that nothing new is meant for it. @throws NotFound, Forbidden */
export async function switchChannel(deps: Deps, who: Who, id: string, on: boolean): Promise<Channel> {
  requireAllTenants(who)
  return changing(deps, async (tx) => {
    const channel = await channelById(tx, id, true)
    if (on) await use(tx, channel.id)
    else await tx`update channels set state = 'off', reason = null, state_at = now() where id = ${channel.id}`
    const action = on ? 'channel.on' : 'channel.off'
    await audit(tx, { actor: actorOf(who), action, target: `channel:${channel.id}`, detail: { name: channel.name } })
    return channelById(tx, channel.id)
  })
}

/** Takes a channel away, and its secret; what it delivered stays to be read. @throws NotFound, Forbidden */
export async function deleteChannel(deps: Deps, who: Who, id: string): Promise<Channel> {
  requireAllTenants(who)
  return changing(deps, async (tx) => {
    const channel = await channelById(tx, id, true)
    await tx`update channels set deleted_at = now(), secret = null, state = 'off' where id = ${channel.id}`
    await tx`
      update notifications set state = 'dead', last_error = 'The channel was deleted.'
      where channel_id = ${channel.id} and state = 'queued'`
    const detail = { name: channel.name, kind: channel.kind }
    await audit(tx, { actor: actorOf(who), action: 'channel.delete', target: `channel:${channel.id}`, detail })
    return channel
  })
}

/** For how long what a failed channel refused is still news. */
const NEWS = '72 hours'

async function use(tx: TransactionSql, id: string): Promise<void> {
  await tx`update channels set state = 'on', reason = null, state_at = now() where id = ${id}`
  await tx`
    update notifications set state = 'queued', next_at = now()
    where channel_id = ${id} and kind in ('firing', 'resolved') and created_at > now() - ${NEWS}::interval
      and (state = 'failed' or state = 'queued')`
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
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  const base = plain || 'channel'
  const taken = await tx<{ id: string }[]>`select id from channels where id = ${base} or id like ${`${base}-%`}`
  const ids = new Set(taken.map(({ id }) => id))
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`
    // A word of our own addresses.
    if (!ids.has(id) && id !== 'new') return id
  }
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
