import type { Sql } from 'postgres'

/** A step of a run as it stands. */
export interface StepView {
  name: string
  state: 'waiting' | 'running' | 'ok' | 'failed'
  started_at: Date | null
  finished_at: Date | null
  done: number
  total: number | null
  note: string | null
  error: string | null
  /** The run that did it, where this one took over what another had begun. */
  done_by_run: string | null
}

/** The steps of a run in their order; none for runs of jobs without. */
export async function findSteps(sql: Sql, run: string): Promise<StepView[]> {
  return [
    ...(await sql<StepView[]>`
      select name, state, started_at, finished_at, done::int, total::int, note, error,
        carried_from::text as done_by_run
      from job_steps where run_id = ${run} order by place`),
  ]
}

/** The run whose work this one took over. */
export async function predecessorOf(sql: Sql, run: string): Promise<string | undefined> {
  const [row] = await sql<{ before: string | null }[]>`
    select substring(started_by from '^takeover of (\\d+)$') as before from job_runs where id = ${run}`
  return row?.before ?? undefined
}
