import type { Deps } from '../context.ts'
import { nextSlot } from '../jobs/cron.ts'
import { jobs } from '../jobs/index.ts'
import { lastRuns, type RunView } from '../jobs/runs.ts'

/** Work of the product by its kind, over the last 24 hours. */
export interface JobKind {
  kind: string
  succeeded: number
  failed: number
  meanMs: number | null
  p95Ms: number | null
}

/** A job of Quarterdeck itself. */
export interface OwnJob {
  name: string
  label: string
  last: RunView | undefined
  nextAt: Date | null
}

/** The product's jobs of the last 24 hours, the busiest kind first. */
export async function jobKinds({ db: { sql }, now }: Deps, scope: string): Promise<JobKind[]> {
  const rows = await sql<JobKind[]>`
    select kind, sum(succeeded)::float8 as succeeded, sum(failed)::float8 as failed,
      sum(run_ms) / nullif(sum(run_n), 0) as "meanMs", hist_quantile(hist_sum(run_hist), 0.95) as "p95Ms"
    from job_hours
    where scope = ${scope} and hour > ${now()}::timestamptz - interval '24 hours'
    group by kind
    having sum(succeeded) + sum(failed) > 0
    order by sum(succeeded) + sum(failed) desc, kind
    limit 20`
  return [...rows]
}

/** Quarterdeck's own jobs with their last run and the next. */
export async function ownJobs({ db: { sql }, config, now }: Deps): Promise<OwnJob[]> {
  const runs = await lastRuns(sql)
  return jobs.map((job) => ({
    name: job.name,
    label: job.label,
    last: runs.get(job.name),
    nextAt: nextSlot(job, config.timeZone, now()),
  }))
}
