import type { Deps } from '../context.ts'
import { daysToBackfill } from '../metrics/snapshot-backfill.ts'
import backfill from './backfill.ts'
import { abandonStale, lockJob } from './claim.ts'
import type { DayRange } from './define.ts'
import { noteOf, rangeOf, remainingRange } from './range-note.ts'

/** A range as runs of the backfill note it: of the days that there are, wherever one of them began. */
export async function askedNote(deps: Deps, asked: DayRange): Promise<string> {
  const days = await daysToBackfill(deps, asked)
  return noteOf({ ...asked, from: days[0] ?? asked.from, to: days.at(-1) ?? asked.to, start: undefined })
}

/** Whether a run's note is of what was asked. */
export function isOf(note: string | null, asked: string): boolean {
  const range = rangeOf(note)
  return range !== undefined && noteOf({ ...range, start: undefined }) === asked
}

/**
 * The newest backfill of the same days and options, where it was interrupted within a week; `range` is what is left of
 * it. One that failed is begun anew: its days may be why.
 */
export async function unfinishedRun(deps: Deps, asked: DayRange): Promise<{ id: string; range: DayRange } | undefined> {
  const note = await askedNote(deps, asked)
  const [newest] = await deps.db.sql.begin(async (tx) => {
    await lockJob(tx, backfill)
    await abandonStale(tx, backfill.name)
    const runs = await tx<{ id: string; done: number; note: string; state: string | null }[]>`
      select id::text, done::int, note, outcome as state from job_runs
      where job = ${backfill.name} and starts_with(note, ${note}) and started_at > now() - interval '7 days'
      order by job_runs.id desc limit 20`
    return runs.filter((run) => isOf(run.note, note))
  })
  if (newest?.state !== 'cancelled' && newest?.state !== 'abandoned') return undefined
  const range = remainingRange(backfill, rangeOf(newest.note), newest.done)
  return range && { id: newest.id, range }
}
