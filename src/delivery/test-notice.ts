import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { deliverNow } from './deliver.ts'
import { channelById } from './find.ts'
import { type Attempt, type Delivery, readDelivery } from './read.ts'
import { noteChange } from './version.ts'
import { requireWhole } from './who.ts'

type Told = Delivery & { tries: Attempt[] }

/** Sent right here; the loop takes it up only where this process dies before. */
const soon = (tx: TransactionSql) => tx`now() + interval '90 seconds'`

/** Sends a test by a channel, in whatever state it is, and waits for the answer. @throws NotFound, Forbidden */
export async function sendTest(deps: Deps, who: Who, channelId: string): Promise<Told> {
  requireWhole(who)
  const id = await deps.db.sql.begin(async (tx) => {
    const channel = await channelById(tx, channelId)
    const payload = {
      severity: 'info',
      title: `Test of ${channel.name}`,
      text: 'An admin sends a test. If you can read this, alerts will reach you here.',
      link: `/dashboard/settings/channels/${channel.id}`,
    }
    const [row] = await tx<{ id: number }[]>`
      insert into notifications (channel_id, dedupe_key, kind, payload, next_at)
      values (${channel.id}, ${`test:${randomUUID()}`}, 'test', ${JSON.stringify(payload)}::text::jsonb, ${soon(tx)})
      returning id::float8 as id`
    await audit(tx, { actor: actorOf(who), action: 'channel.test', target: `channel:${channel.id}` })
    return row!.id
  })
  await deliverNow(deps, id as number)
  return readDelivery(deps, String(id))
}

/** Puts what was refused, given up or kept into the outbox again, under its key. @throws NotFound, Problem 409, Forbidden */
export async function sendAgain(deps: Deps, who: Who, ref: string): Promise<Told> {
  requireWhole(who)
  const { id, state, channelId } = await readDelivery(deps, ref)
  await deps.db.sql.begin(async (tx) => {
    await channelById(tx, channelId)
    const moved = await tx`
      update notifications set state = 'queued', next_at = ${soon(tx)}
      where id = ${id} and state in ('failed', 'dead', 'kept')
      returning id`
    if (moved.length === 0)
      throw new Problem(409, 'Nothing to send again', `It is ${state}: only what was not sent can be sent again.`)
    await audit(tx, { actor: actorOf(who), action: 'notification.retry', target: `notification:${id}` })
  })
  noteChange()
  await deliverNow(deps, id)
  return readDelivery(deps, ref)
}
