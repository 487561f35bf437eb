import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import { refuseUnproved } from '../auth/proof.tsx'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden, Problem } from '../lib/errors.ts'
import { type Off, requireAction, whyNot } from './may.ts'
import { findAction, kindOf } from './registry.ts'
import { type ActionRun, isSettled, KEY_MEMORY_MS, mayAskAgain, selectRuns } from './runs.ts'
import { LEASE_MS, type Settled, settleRun } from './settle.ts'
import { targetOf } from './subject.ts'

/** Whether asking again wants a recent proof; of an action that nobody knows any more it does. */
export const wantsProof = ({ action }: Pick<ActionRun, 'action'>): boolean => findAction(action)?.proved ?? true

/** Why somebody cannot ask again; undefined = they can. A link is for whoever asked for it, in whose name it opens. */
export function whyNotAsk(deps: Pick<Deps, 'config'>, who: Who, run: ActionRun): Off | undefined {
  const action = findAction(run.action)
  const off = action && whyNot(deps, who, action)
  if (off || !action?.link || run.actor === actorOf(who)) return off
  return { short: 'not yours', why: 'The link is for whoever asked for it: ask for one of your own.' }
}

/**
 * Asks what became of a run that nobody knows of. @throws Forbidden for who may not; Problem 409 where it is being asked
 * just now, or was asked so long ago that asking again might do it a second time
 */
export async function askAgain(deps: Deps, who: Who, run: ActionRun): Promise<Settled> {
  const action = findAction(run.action)
  if (action) requireAction(deps, who, action)
  const off = whyNotAsk(deps, who, run)
  if (off) throw new Forbidden(off.why)
  if (isSettled(run)) return { run }
  if (wantsProof(run)) refuseUnproved(who)
  if (!mayAskAgain(run, deps.now())) throw new Problem(409, 'Too long ago', TOO_LATE)
  const claimed = await claimRun(deps, run.id)
  if (!claimed) throw new Problem(409, 'Being asked', 'The main app is being asked just now.', 5)
  const target = targetOf(kindOf(run.action), run.userId)
  await audit(deps.db.sql, {
    actor: actorOf(who),
    action: 'action.ask_again',
    ...(target !== undefined && { target }),
    detail: { run: run.id, action: run.action },
  })
  return settleRun(deps, claimed)
}

const TOO_LATE =
  'It is too long ago to ask again: the main app has to know a key for a day, and may do it a second time after that. Look there what came of it.'

/** Takes a run to ask about, so that no two processes do at once; undefined = somebody has it, or it is too long ago. */
export async function claimRun(deps: Pick<Deps, 'db' | 'now'>, id: string): Promise<ActionRun | undefined> {
  const { sql } = deps.db
  const now = deps.now()
  const until = new Date(now.getTime() + LEASE_MS)
  const rows = await sql`
    update action_runs set attempts = attempts + 1, busy_until = ${until}, next_at = ${until}
    where id = ${id} and state in ('requested', 'unknown') and (busy_until is null or busy_until <= ${now})
      and at > ${new Date(now.getTime() - KEY_MEMORY_MS)}
    returning id`
  if (rows.length === 0) return undefined
  const [run] = await selectRuns(sql, sql`r.id = ${id}`, 1)
  return run
}
