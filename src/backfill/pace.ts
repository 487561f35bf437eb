import type { DayRange } from '../jobs/define.ts'
import type { RunView } from '../jobs/runs.ts'
import { daysBetween } from '../lib/time.ts'

/** A run and what it was asked for. */
export type Asked = Pick<RunView, 'started_at' | 'finished_at' | 'done' | 'state'> & { asked: DayRange | undefined }

/** Fewer days are no measure of how long others will take. */
const MIN_DAYS = 5

/** How long a day took in the newest run of the same kind, in ms; undefined = there was none. */
export function dayMs(runs: readonly Asked[], { metric, rebuild }: Pick<DayRange, 'metric' | 'rebuild'>) {
  const same = runs.find(
    (run) =>
      (run.state === 'ok' || run.state === 'cancelled') &&
      ownDays(run) >= MIN_DAYS &&
      (run.asked?.metric === undefined) === (metric === undefined) &&
      Boolean(run.asked?.rebuild) === Boolean(rebuild),
  )
  return same?.finished_at ? (same.finished_at.getTime() - same.started_at.getTime()) / ownDays(same) : undefined
}

/**
 * How much longer a run takes at the pace it had when it was last heard of, in ms; undefined = it has no pace yet.
 * @param silentMs how long ago that was
 */
export function leftMs(run: Asked & { total: number | null; silentMs: number }, now: Date): number | undefined {
  const own = ownDays(run)
  if (own <= 0 || run.total === null) return undefined
  const workedMs = Math.max(0, now.getTime() - run.started_at.getTime() - run.silentMs)
  return Math.max(0, (workedMs / own) * (run.total - run.done) - run.silentMs)
}

/** The days that a run has done itself: one which took another over counts those as well. */
function ownDays({ done, asked }: Asked): number {
  return done - (asked?.start ? daysBetween(asked.from, asked.start) : 0)
}

/** "less than a second", "36 s", "2 min 5 s", "1 h 4 min". */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 1) return 'less than a second'
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return [`${minutes} min`, seconds % 60 > 0 && `${seconds % 60} s`].filter(Boolean).join(' ')
  if (minutes < 60) return `${minutes} min`
  return [`${Math.floor(minutes / 60)} h`, minutes % 60 > 0 && `${minutes % 60} min`].filter(Boolean).join(' ')
}
