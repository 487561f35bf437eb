import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { backoffMs } from './backoff.ts'
import type { Claimed } from './claim.ts'
import { endLateness, tellGivenUp, tellOthers } from './late.ts'
import type { DeliveryError, DeliveryState, NoticeKind, Sent } from './types.ts'
import { noteChange } from './version.ts'

/** What came of an attempt. */
export type Result = (Sent | { outcome: 'retry' | 'refused'; error: DeliveryError }) & { tookMs: number }

const HOUR_MS = 3_600_000
/** For how long it is tried. Who pressed "Send test" waits for the answer, and the next canary is as good as this one. */
const PATIENCE_MS: Record<NoticeKind, number> = {
  firing: 72 * HOUR_MS,
  resolved: 72 * HOUR_MS,
  mail: 72 * HOUR_MS,
  canary: HOUR_MS,
  test: 0,
}

/** Of these somebody is to hear: whether a canary or a test comes through is seen where it is sent from. */
const TELLS = new Set<NoticeKind>(['firing', 'resolved'])

/** Notes what came of an attempt; one whose lease ended, and which another process took, changes no state any more. */
export async function record({ db }: Pick<Deps, 'db'>, claimed: Claimed, result: Result): Promise<void> {
  const { state, waitMs, error } = fateOf(claimed, result)
  await db.sql.begin(async (tx) => {
    const [own] = await tx`
      update notifications
      set state = ${state}, last_error = ${error}, sent_at = case when ${state === 'sent'} then now() end,
        next_at = now() + ${waitMs} * interval '1 millisecond'
      where id = ${claimed.id} and state = 'sending' and attempts = ${claimed.attempt}
      returning id`
    await recordAttempt(tx, claimed, result)
    if (!own) return
    if (claimed.kind === 'mail') await tellMail(tx, claimed.id, state, error)
    else if (result.outcome === 'refused') await failChannel(tx, claimed, error ?? '')
    else if (state === 'sent') await endLateness(tx, claimed.channelId)
    else if (state === 'dead' && TELLS.has(claimed.kind)) await tellGivenUp(tx, claimed.channelId, error)
  })
  noteChange()
}

function fateOf(
  { attempt, kind, createdAt }: Claimed,
  result: Result,
): { state: DeliveryState; waitMs: number; error: string | null } {
  if (!('error' in result)) return { state: result.outcome, waitMs: 0, error: null }
  const { message, retryAfterMs = 0 } = result.error
  if (result.outcome === 'refused') return { state: 'failed', waitMs: 0, error: message }
  const patient = Date.now() - createdAt.getTime() < PATIENCE_MS[kind]
  return { state: patient ? 'queued' : 'dead', waitMs: Math.max(backoffMs(attempt), retryAfterMs), error: message }
}

async function recordAttempt(tx: TransactionSql, { id, attempt }: Claimed, result: Result): Promise<void> {
  const said = 'error' in result ? { status: result.error.status, detail: result.error.message } : result
  await tx`
    update notification_attempts
    set outcome = ${result.outcome}, status = ${said.status ?? null}, detail = ${said.detail?.slice(0, 500) ?? null},
      took_ms = ${Math.round(result.tookMs)}
    where notification_id = ${id} and n = ${attempt}`
}

async function tellMail(tx: TransactionSql, id: number, state: DeliveryState, error: string | null): Promise<void> {
  const status = state === 'dead' ? 'failed' : state
  await tx`
    update emails set status = ${status}, error = ${error}, sent_at = case when ${state === 'sent'} then now() end
    where notification_id = ${id}`
}

/** A channel that refuses for good is taken out of use, for all to see, and the others tell of it. */
async function failChannel(tx: TransactionSql, { id, channelId }: Claimed, reason: string): Promise<void> {
  const [channel] = await tx<{ name: string }[]>`
    update channels set state = 'failed', reason = ${reason}, state_at = now(), late_since = null
    where id = ${channelId} and state = 'on' and deleted_at is null
    returning name`
  if (!channel) return
  await audit(tx, { actor: 'system', action: 'channel.fail', target: `channel:${channelId}`, detail: { reason } })
  await tellOthers(tx, channelId, {
    dedupeKey: `channel:${channelId}:failed:${id}`,
    event: 'firing',
    title: `The channel “${channel.name}” does not deliver any more`,
    text: `A notice cannot be delivered: ${reason}. What is meant for it waits until it is mended.`,
  })
}
