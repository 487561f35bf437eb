import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'

/** The days a run is asked for; only jobs with `takesRange` get one. */
export interface DayRange {
  from: Day
  to: Day
}

/** A run as the job sees it. */
export interface Run {
  id: string
  range: DayRange | undefined
  /** Aborted when the run was cancelled, lost its claim, or the process is stopping. */
  signal: AbortSignal
  /** Stores how far the run is, and throws `RunStopped` when it should go no further. */
  progress: (done: number, total?: number, note?: string) => Promise<void>
}

export interface JobContext {
  deps: Deps
  run: Run
  now: Date
}

export interface Job {
  name: string
  label: string
  doc: string
  /** A cron expression in TIME_ZONE, `every 5s`, or null: run by hand only. */
  schedule: string | null
  /** Runs so often that it has one row in `job_runs`, used again and again, and no log line a run. */
  pulse: boolean
  /** A slot missed while no process ran is made up for at the next start. */
  catchUp: boolean
  /** A run that died is started again, without being asked, from where it was. */
  resumable: boolean
  takesRange: boolean
  /** Does the work; what it returns becomes the run's note. */
  run: (context: JobContext) => Promise<string | undefined>
}

type Optional = 'pulse' | 'catchUp' | 'resumable' | 'takesRange'

/** Describes a job; the flags default to false. */
export function defineJob(job: Omit<Job, Optional> & Partial<Pick<Job, Optional>>): Job {
  return { pulse: false, catchUp: false, resumable: false, takesRange: false, ...job }
}
