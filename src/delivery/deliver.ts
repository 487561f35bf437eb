import { setTimeout as pause } from 'node:timers/promises'
import type { Deps } from '../context.ts'
import { noteFailure, noteSuccess } from '../jobs/health.ts'
import { every, within } from '../lib/every.ts'
import { type Claimed, claimDue, claimOne } from './claim.ts'
import { type Result, record } from './record.ts'
import { sendClaimed } from './send.ts'
import { DeliveryError } from './types.ts'

const POLL_MS = 1_000
/** Sent at the same time: more would be for one mail server. */
const AT_ONCE = 16
/** An attempt that is cut off is made again when its lease ends. */
const STOP_PATIENCE_MS = 8_000

/**
 * Sends what is in the outbox for as long as the process runs: one statement a second while there is nothing. Any number
 * of processes may. Who answers slowly is waited for beside the others. `stop` waits for what is being sent.
 */
export function startDelivery(deps: Deps): { stop: () => Promise<void> } {
  let stopping = false
  const work = new Map<Promise<void>, string>()
  const begin = (one: Claimed) => {
    const made: Promise<void> = attempt(deps, one)
      .catch((error: unknown) => noteFailure(deps, 'delivery', error))
      .finally(() => work.delete(made))
    work.set(made, one.channelId)
  }
  const stop = every(POLL_MS, async () => {
    try {
      do {
        const room = AT_ONCE - work.size
        const claimed = room > 0 ? await claimDue(deps.db.sql, room, counts(work.values())) : []
        for (const one of claimed) begin(one)
        if (claimed.length === 0) noteSuccess(deps, 'delivery')
        if (work.size > 0) await Promise.race([...work.keys(), pause(POLL_MS, undefined, { ref: false })])
      } while (work.size > 0 && !stopping)
    } catch (error) {
      noteFailure(deps, 'delivery', error)
    }
  })
  return {
    async stop() {
      stopping = true
      await within(
        STOP_PATIENCE_MS,
        stop().then(() => Promise.all(work.keys())),
      ).catch(() => {})
    },
  }
}

function counts(channels: Iterable<string>): Map<string, number> {
  const found = new Map<string, number>()
  for (const id of channels) found.set(id, (found.get(id) ?? 0) + 1)
  return found
}

/** Makes an attempt for what is due, and waits for all of them; answers how many. */
export async function deliverDue(deps: Deps): Promise<number> {
  const claimed = await claimDue(deps.db.sql, AT_ONCE)
  await Promise.all(claimed.map((one) => attempt(deps, one)))
  return claimed.length
}

/** Makes an attempt now, unless another process does. */
export async function deliverNow(deps: Deps, id: number): Promise<void> {
  const claimed = await claimOne(deps.db.sql, id)
  if (claimed) await attempt(deps, claimed)
}

async function attempt(deps: Deps, claimed: Claimed): Promise<void> {
  const startedMs = performance.now()
  const result = await sendClaimed(deps, claimed).catch((thrown: unknown) => {
    const error = failureOf(deps, thrown)
    return { outcome: error.permanent ? ('refused' as const) : ('retry' as const), error }
  })
  await record(deps, claimed, { ...result, tookMs: performance.now() - startedMs } as Result)
}

/** What nobody foresaw is tried again: it may be of this process. */
function failureOf({ log }: Deps, thrown: unknown): DeliveryError {
  if (thrown instanceof DeliveryError) return thrown
  log.error({ err: thrown }, 'an attempt to deliver failed')
  return new DeliveryError(thrown instanceof Error ? thrown.message : String(thrown), { permanent: false })
}
