import { audit } from '../audit/audit.ts'
import { actorOf, whyNotChange } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Who } from '../env.ts'
import healthScores from '../jobs/health-scores.ts'
import { startRun } from '../jobs/runner.ts'
import { changeCounter } from '../lib/change-counter.ts'
import { Forbidden } from '../lib/errors.ts'

export const HEALTH_PATH = '/dashboard/health'

const runs = changeCounter()
/** Grows with each recalculation that this process started or ended: who did it sees it at once. */
export const healthRunsVersion = runs.version
export const noteHealthRun = runs.noteChange

/** Starts a recalculation, unless one is under way. @throws Forbidden for who is bound to tenants */
export async function startRecalculation(
  deps: Deps,
  who: Who,
): Promise<{ state: 'started' | 'busy' | 'taken'; id?: string }> {
  if (who.tenants !== null) throw new Forbidden('Scores are of all tenants together; your access is bound to some.')
  const actor = actorOf(who)
  const started = await startRun(deps, healthScores, { slot: deps.now(), startedBy: actor })
  noteHealthRun()
  if (started.state === 'started')
    await audit(deps.db.sql, { actor, action: 'job.run', target: healthScores.name, detail: { run: started.id } })
  return started.state === 'taken' ? { state: 'taken' } : { state: started.state, id: started.id }
}

/** Why an admin cannot recalculate; undefined = they can. */
export function whyNotRecalculate(deps: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  const why = whyNotChange(deps, admin, 'operator')
  if (why !== undefined) return why
  return admin.tenants === null ? undefined : 'Scores are of all tenants together; your account is bound to some.'
}
