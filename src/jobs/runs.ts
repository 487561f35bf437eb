import type { Sql } from 'postgres'

/** A run as the API shows it. */
export interface RunView {
  id: string
  job: string
  state: 'running' | 'ok' | 'failed' | 'cancelled' | 'abandoned'
  scheduled_for: Date
  started_at: Date
  finished_at: Date | null
  done: number
  total: number | null
  note: string | null
  error: string | null
  started_by: string
  cancel_requested: boolean
}

const columns = (sql: Sql) => sql`
  id::text, job, coalesce(outcome, 'running') as state, scheduled_for, started_at, finished_at, done::int, total::int,
  note, error, started_by, cancel_requested`

/** A run by its id; undefined where there is none, or the text is no id. */
export async function findRun(sql: Sql, id: string): Promise<RunView | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined
  const [run] = await sql<RunView[]>`select ${columns(sql)} from job_runs where id = ${id}`
  return run
}

/** The newest run of each job, by the job's name. */
export async function lastRuns(sql: Sql): Promise<Map<string, RunView>> {
  // From one job to the next by the index: some have a run a minute, kept for weeks.
  const runs = await sql<RunView[]>`
    with recursive names (name) as (
      select min(job) from job_runs
      union all
      select (select min(job) from job_runs r where r.job > n.name) from names n where n.name is not null
    )
    select r.* from names n cross join lateral (
      select ${columns(sql)} from job_runs where job = n.name order by job_runs.id desc limit 1
    ) r`
  return new Map(runs.map((run) => [run.job, run]))
}

/** The newest runs of a job, newest first. */
export async function runsOf(sql: Sql, job: string, limit: number): Promise<RunView[]> {
  return [
    ...(await sql<RunView[]>`
    select ${columns(sql)} from job_runs where job = ${job} order by job_runs.id desc limit ${limit}`),
  ]
}

/** Asks a run to stop at its next step; undefined unless it runs. */
export async function cancelRun(sql: Sql, id: string): Promise<RunView | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined
  const [run] = await sql<RunView[]>`
    update job_runs set cancel_requested = true where id = ${id} and finished_at is null returning ${columns(sql)}`
  return run
}
