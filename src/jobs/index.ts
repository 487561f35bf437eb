import actions from './actions.ts'
import backfill from './backfill.ts'
import cohorts from './cohorts.ts'
import daily from './daily.ts'
import type { Job } from './define.ts'
import erasures from './erasures.ts'
import fold from './fold.ts'
import healthScores from './health-scores.ts'
import minute from './minute.ts'
import rebuild from './rebuild.ts'
import sealAudit from './seal-audit.ts'
import settleDays from './settle-days.ts'
import sync from './sync.ts'
import userStats from './user-stats.ts'
import watch from './watch.ts'

/** Every job there is; a file that defines one and is missing here fails a test. */
export const jobs: readonly Job[] = [
  fold,
  minute,
  sync,
  watch,
  actions,
  erasures,
  settleDays,
  daily,
  cohorts,
  healthScores,
  userStats,
  rebuild,
  backfill,
  sealAudit,
]

/** A job by its name. */
export function findJob(name: string): Job | undefined {
  return jobs.find((job) => job.name === name)
}
