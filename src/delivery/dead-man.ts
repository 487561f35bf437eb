import type { Deps } from '../context.ts'
import { outgoing } from '../lib/outgoing.ts'
import { LATE } from './late.ts'
import type { DeliveryState } from './types.ts'
import { STATE_WORDS } from './words.ts'

/** Jobs that have to have run well lately: `minute` checks the rules, `fold` makes what most of them look at. */
export const WATCHED: Readonly<Record<string, string>> = { minute: '3 minutes', fold: '15 minutes' }
const TIMEOUT_MS = 10_000

/**
 * Tells the service outside that all is well, or keeps silent, so that it raises the alarm which Quarterdeck itself could
 * not. Answers what was done. @throws Error where the service does not take it
 */
export async function pingDeadMan(deps: Pick<Deps, 'config' | 'db' | 'fetch'>): Promise<string | undefined> {
  const { deadmanUrl } = deps.config
  if (deadmanUrl === '') return undefined
  const wrong = [...(await stuckJobs(deps)), ...(await stuckChannels(deps))]
  if (wrong.length > 0) return `no ping: ${wrong.join(', ')}`
  const { status } = await outgoing(deps.fetch, deadmanUrl, { timeoutMs: TIMEOUT_MS })
  if (status >= 300) throw new Error(`the dead-man service answered ${status}`)
  return 'pinged'
}

/** A job that never ran does not exist here, but for the first minutes of all. */
async function stuckJobs({ db: { sql } }: Pick<Deps, 'db'>): Promise<string[]> {
  const rows = await sql<{ job: string; lately: string; well: boolean }[]>`
    select w.job, w.lately, exists (
      select from job_runs r
      where r.job = w.job and r.outcome = 'ok' and r.finished_at > now() - w.lately::interval
    ) as well
    from unnest(${Object.keys(WATCHED)}::text[], ${Object.values(WATCHED)}::text[]) w (job, lately)
    where w.job = 'minute' or exists (select from job_runs r where r.job = w.job)`
  return rows.filter(({ well }) => !well).map(({ job, lately }) => `${job} did not run well in ${lately}`)
}

/**
 * Alerts that are evaluated and do not arrive are none: of the channels in use none may have a notice that is late, nor a
 * last canary that did not come through (until something has), and where all of them failed nobody is told of anything.
 */
async function stuckChannels({ db: { sql } }: Pick<Deps, 'db'>): Promise<string[]> {
  const rows = await sql<{ name: string; state: 'on' | 'failed'; late: boolean; canary: DeliveryState | null }[]>`
    select c.name, c.state, exists (
        select from notifications n
        where n.channel_id = c.id and n.state in ('queued', 'sending') and n.kind <> 'test'
          and n.created_at < now() - ${LATE}::interval
      ) as late,
      case when not exists (
        select from notifications s where s.channel_id = c.id and s.state = 'sent' and s.sent_at > l.created_at
      ) then l.state end as canary
    from channels c left join lateral (
      select n.state, n.created_at from notifications n
      where n.channel_id = c.id and n.kind = 'canary' and n.state not in ('queued', 'sending')
        and c.canary_hours is not null
      order by n.created_at desc limit 1
    ) l on true
    where c.deleted_at is null and c.state <> 'off'
    order by c.name`
  const used = rows.filter(({ state }) => state === 'on')
  return [
    ...used.filter(({ late }) => late).map(({ name }) => `what waits for “${name}” is late`),
    ...used
      .filter(({ late, canary }) => !late && canary !== null)
      .map(({ name, canary }) => `the last canary of “${name}” is ${STATE_WORDS[canary!]}`),
    ...(rows.length > 0 && used.length === 0 ? ['every channel has failed'] : []),
  ]
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
