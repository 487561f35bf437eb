import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'
import type { Step } from './steps.ts'

/** The days a run is asked for; only jobs with `takesRange` get one. */
export interface DayRange {
  from: Day
  to: Day
  /** Where a run that was interrupted goes on; the days before it are done. */
  start?: Day
  /** Of one metric only. */
  metric?: string
  /** The roll-ups first, from the raw facts. */
  rebuild?: boolean
}
/** What a job may be asked for beside its days. */
export type RangeOption = 'metric' | 'rebuild'

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
  /** A slot missed while no process ran is made up for at the next start; of schedules of at most once a day. */
  catchUp: boolean
  /** A run that died is started again, without being asked, from where it was. */
  resumable: boolean
  takesRange: boolean
  /** What may be said beside the days. */
  options: readonly RangeOption[]
  /** Keeps its whole range when it is taken over, with `start` in it; else the range that remains is a new one. */
  keepsRange: boolean
  /** What its work is made of, where a run shows how far each part is. */
  steps: readonly Step[]
  /** Does the work; what it returns becomes the run's note. */
  run: (context: JobContext) => Promise<string | undefined>
}

type Optional = 'pulse' | 'catchUp' | 'resumable' | 'takesRange' | 'options' | 'keepsRange' | 'steps'

/** Describes a job; the flags default to false. */
export function defineJob(job: Omit<Job, Optional> & Partial<Pick<Job, Optional>>): Job {
  const flags = { pulse: false, catchUp: false, resumable: false, takesRange: false, keepsRange: false }
  return { ...flags, options: [], steps: [], ...job }
}
