import type { Deps } from '../context.ts'
import { outgoing } from '../lib/outgoing.ts'

/** What has to have run well lately: `alerts` evaluates the rules, `minute` samples what they look at. */
const WATCHED = ['minute', 'alerts']
const LATELY = '3 minutes'
const TIMEOUT_MS = 10_000

/**
 * Tells the service outside that all is well, or keeps silent, so that it raises the alarm which Quarterdeck itself could
 * not. Answers what was done. @throws Error where the service does not take it
 */
export async function pingDeadMan(deps: Pick<Deps, 'config' | 'db' | 'fetch'>): Promise<string | undefined> {
  const { deadmanUrl } = deps.config
  if (deadmanUrl === '') return undefined
  const stuck = await stuckJobs(deps)
  if (stuck.length > 0) return `no ping: ${stuck.join(', ')} did not run well in ${LATELY}`
  const { status } = await outgoing(deps.fetch, deadmanUrl, { timeoutMs: TIMEOUT_MS })
  if (status >= 300) throw new Error(`the dead-man service answered ${status}`)
  return 'pinged'
}

/** A job that never ran does not exist here, but for the first minutes of all. */
async function stuckJobs({ db: { sql } }: Pick<Deps, 'db'>): Promise<string[]> {
  const rows = await sql<{ job: string; well: boolean }[]>`
    select w.job, exists (
      select from job_runs r
      where r.job = w.job and r.outcome = 'ok' and r.finished_at > now() - ${LATELY}::interval
    ) as well
    from unnest(${WATCHED}::text[]) w(job)
    where w.job = 'minute' or exists (select from job_runs r where r.job = w.job)`
  return rows.filter(({ well }) => !well).map(({ job }) => job)
}

export interface LastPing {
  at: Date
  /** "pinged", or why not. */
  note: string
  ok: boolean
}

/** How the last ping went; undefined = there was none. */
export async function lastPing({ db: { sql } }: Pick<Deps, 'db'>): Promise<LastPing | undefined> {
  const [row] = await sql<LastPing[]>`
    select finished_at as at, coalesce(error, note, '') as note,
      outcome = 'ok' and note is not null and note like 'pinged%' as ok
    from job_runs
    where job = 'watch' and finished_at is not null and (note like 'pinged%' or note like 'no ping%' or outcome = 'failed')
    order by id desc limit 1`
  return row
}
