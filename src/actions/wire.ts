import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { ask, type Outcome } from './client.ts'
import { type Would, wouldAnswer } from './contract.ts'
import { requireAction, requireTenant } from './may.ts'
import { contractPath } from './paths.ts'
import type { Action, FieldValues, Subject } from './types.ts'

/** Who asks, for the main app's own log. */
export interface Asker {
  id: string
  name: string
}

/** What the main app is sent. */
export const bodyOf = (fields: FieldValues, reason: string | null, by: Asker, dryRun: boolean) => ({
  dry_run: dryRun,
  fields,
  ...(reason !== null && { reason }),
  by,
})

/** What the main app would do: nothing happens. */
export function dryRun(
  deps: Deps,
  who: Who,
  { action, subject, fields }: { action: Action; subject: Subject; fields: FieldValues },
): Promise<Outcome<Would>> {
  requireAction(deps, who, action)
  requireTenant(who, action, fields)
  return ask(deps, {
    method: 'POST',
    path: contractPath(subject.id, action.name),
    body: bodyOf(fields, null, { id: actorOf(who), name: calledOf(who) }, true),
    answer: wouldAnswer,
    // Somebody waits for the page.
    attempts: 1,
  })
}

const calledOf = (who: Who): string => (who.kind === 'admin' ? (who.name ?? who.email) : who.name)
