import { audit } from '../audit/audit.ts'
import { actorOf, whyNotChange } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Who } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import type { DayRange, Job } from './define.ts'
import { startRun } from './runner.ts'
import { cancelRun, findRun, type RunView } from './runs.ts'

/** Jobs work on all tenants together. @throws Forbidden for who is bound to some */
export const requireJobs = <W extends Who>(who: W): W => requireAllTenants(who, 'Jobs are')

/** Why an admin cannot run a job; undefined = they can. */
export function whyNoJob(deps: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  const why = whyNotChange(deps, admin, 'operator')
  if (why !== undefined) return why
  return admin.tenants === null ? undefined : 'Jobs work on all tenants; your access is bound to some.'
}

/** Starts a run and writes who did. Answers its id. @throws Problem 409 where one is under way */
export async function runNow(deps: Deps, job: Job, who: Who, range?: DayRange): Promise<string> {
  const started = await startRun(deps, job, { slot: deps.now(), startedBy: actorOf(who) }, range)
  // `taken`: asked for twice within a millisecond, or a pulse whose slot of this second was moved on already.
  if (started.state !== 'started') {
    const which = started.state === 'busy' ? ` It is run ${started.id}.` : ''
    throw new Problem(409, 'Already running', `A run of ${job.name} is under way.${which}`, 5)
  }
  const detail = { run: started.id, ...range }
  await audit(deps.db.sql, { actor: actorOf(who), action: 'job.run', target: job.name, detail })
  return started.id
}

/** Tells a run to stop at its next step, and writes who did. @throws NotFound, or Problem 409 where it has ended */
export async function cancelNow({ db: { sql } }: Deps, who: Who, id: string): Promise<RunView> {
  const run = await cancelRun(sql, id)
  if (!run) {
    if (!(await findRun(sql, id))) throw new NotFound('There is no run of this id.')
    throw new Problem(409, 'Not running', 'This run has ended already.')
  }
  await audit(sql, { actor: actorOf(who), action: 'job.cancel', target: run.job, detail: { run: run.id } })
  return run
}
