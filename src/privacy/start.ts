import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import erasures from '../jobs/erasures.ts'
import { startRun } from '../jobs/runner.ts'
import { Problem } from '../lib/errors.ts'
import { requestErasure } from './erase.ts'
import type { HeldUser } from './find.ts'

/** Erases a user whose id was typed once more, and does not wait for it. @throws Problem 422 of the field, 409 */
export async function startErasure(
  deps: Deps,
  who: Who,
  { id }: HeldUser,
  { confirm, reason }: { confirm: string; reason: string },
): Promise<string> {
  if (confirm.trim() !== id) throw new Problem(422, 'Not erased', 'This is not the id of this user.').at('confirm')
  const erasure = await requestErasure(deps, who, id, reason)
  // Where the job runs just now it takes this one in its next minute.
  await startRun(deps, erasures, { slot: deps.now(), startedBy: 'erase' })
  return erasure
}
