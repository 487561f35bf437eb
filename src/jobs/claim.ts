import type { Sql } from 'postgres'
import type { Tx } from '../facts/types.ts'
import type { Job } from './define.ts'

/** A run that has not been heard of for so long is dead: its process was killed or its machine went away. */
const STALE = '60 seconds'

export type Claim = { state: 'claimed'; id: string } | { state: 'busy'; id: string } | { state: 'taken' }

export interface ClaimRequest {
  slot: Date
  startedBy: string
  note?: string
}

/**
 * Claims a slot of a job: `claimed` for exactly one of all processes, `taken` where another was first, `busy` while
 * an earlier run still lives. The lock makes "nobody runs" and the insert one step; two different slots (the 01:00
 * one and a run by hand) would otherwise both find nobody running.
 */
export async function claimSlot(sql: Sql, job: Job, request: ClaimRequest): Promise<Claim> {
  return (await sql.begin(async (tx) => {
    await lockJob(tx, job)
    return job.pulse ? await claimPulse(tx, job, request) : await claimRow(tx, job, request)
  })) as Claim
}

/** Claims and take-overs of one job happen one after the other. */
export async function lockJob(tx: Tx, job: Job): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`job:${job.name}`}, 0))`
}

/** Ends the runs of a job whose heartbeat stopped; answers them, so that their work can be taken over. */
export async function abandonStale(tx: Tx, job: string): Promise<{ id: string; done: number; note: string | null }[]> {
  return await tx`
    update job_runs
    set finished_at = now(), outcome = 'abandoned', error = 'The process that ran it stopped without a word.'
    where job = ${job} and finished_at is null and heartbeat_at < now() - ${STALE}::interval
    returning id::text, done::int, note`
}

/** Inserts the run unless one of the job still lives. The caller holds the job's lock. */
export async function claimRow(tx: Tx, job: Job, { slot, startedBy, note }: ClaimRequest): Promise<Claim> {
  await abandonStale(tx, job.name)
  const [alive] = await tx<{ id: string }[]>`
    select id::text from job_runs where job = ${job.name} and finished_at is null limit 1`
  if (alive) return { state: 'busy', id: alive.id }
  const [row] = await tx<{ id: string }[]>`
    insert into job_runs (job, scheduled_for, started_by, note)
    values (${job.name}, ${slot}, ${startedBy}, ${note ?? null})
    on conflict do nothing
    returning id::text`
  return row ? { state: 'claimed', id: row.id } : { state: 'taken' }
}

/**
 * A job that runs every few seconds would write 17,000 rows a day, so it has one row and the claim is moving that
 * row's slot forward: still one winner a slot. An unfinished row does not block the schedule (after a kill -9 the fold
 * must not wait a minute for the heartbeat to go stale), since such jobs hold a lock of their own against overlapping.
 * A slot behind the row's is taken only while that is recent, or a clock that was set back would stop the job.
 */
async function claimPulse(tx: Tx, job: Job, { slot, startedBy }: ClaimRequest): Promise<Claim> {
  const [row] = await tx<{ id: string; scheduled_for: Date; recent: boolean; alive: boolean }[]>`
    select id::text, scheduled_for, started_at > now() - ${STALE}::interval as recent,
      finished_at is null and heartbeat_at > now() - ${STALE}::interval as alive
    from job_runs where job = ${job.name} order by id limit 1`
  if (!row) return await claimRow(tx, job, { slot, startedBy })
  if (row.alive && startedBy !== 'schedule') return { state: 'busy', id: row.id }
  if (row.recent && row.scheduled_for >= slot) return { state: 'taken' }
  await tx`
    update job_runs
    set scheduled_for = ${slot}, started_by = ${startedBy}, started_at = now(), heartbeat_at = now(),
      finished_at = null, outcome = null, done = 0, total = null, note = null, error = null, cancel_requested = false
    where id = ${row.id}`
  return { state: 'claimed', id: row.id }
}

/**
 * Asks for a run in the caller's own transaction, whether or not one lives: it is stored as one that was abandoned
 * before it began, which the scheduler's next sweep takes over. For resumable jobs.
 */
export async function requestRun(tx: Tx, job: Job, { slot, startedBy, note }: ClaimRequest): Promise<void> {
  await tx`
    insert into job_runs (job, scheduled_for, started_by, note, finished_at, outcome)
    values (${job.name}, ${slot}, ${startedBy}, ${note ?? null}, now(), 'abandoned')
    on conflict (job, scheduled_for) do nothing`
}
