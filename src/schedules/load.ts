import { actorName } from '../actions/runs.ts'
import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import { nextSlot } from '../jobs/cron.ts'
import type { Job } from '../jobs/define.ts'
import { findJob, jobs } from '../jobs/index.ts'
import { findRun, lastRuns, type RunView, runsOf } from '../jobs/runs.ts'
import { findSteps, type StepView } from '../jobs/steps-read.ts'

const LAST_RUNS = 10

/** A job with its last run and the next. */
export interface Scheduled {
  job: Job
  last: RunView | undefined
  nextAt: Date | null
}

/** One job: its last runs, and one of them with its steps. */
export interface JobRuns extends Scheduled {
  runs: RunView[]
  shown: RunView | undefined
  steps: StepView[]
  /** What those who began the runs are called. */
  names: Map<string, string>
}

/** Every job there is. */
export async function listSchedules({ db: { sql }, config, now }: Deps): Promise<Scheduled[]> {
  const last = await lastRuns(sql)
  return jobs.map((job) => ({
    job,
    last: last.get(job.name),
    nextAt: nextSlot(job, config.timeZone, now()),
  }))
}

/** A job by its name, with the run that is asked for, or its newest. */
export async function loadJob(
  { db: { sql }, config, now }: Deps,
  name: string,
  run: string,
): Promise<JobRuns | undefined> {
  const job = findJob(name)
  if (!job) return undefined
  const runs = await runsOf(sql, name, LAST_RUNS)
  const asked = run === '' ? undefined : await findRun(sql, run)
  const shown = asked?.job === name ? asked : runs[0]
  const steps = shown && job.steps.length > 0 ? await findSteps(sql, shown.id) : []
  const names = await namesOf(
    sql,
    [...runs, ...(shown ? [shown] : [])].map((run) => run.started_by),
  )
  return { job, last: runs[0], nextAt: nextSlot(job, config.timeZone, now()), runs, shown, steps, names }
}

async function namesOf(sql: Sql, actors: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ actor: string; by: string }[]>`
    select r.actor, ${actorName(sql)} as by from unnest(${[...new Set(actors)]}::text[]) r (actor)`
  return new Map(rows.map(({ actor, by }) => [actor, by]))
}
