import { refreshCohorts } from '../cohorts/recompute.ts'
import type { Deps } from '../context.ts'
import { pruneWebhooks } from '../doors/webhook-store.ts'
import { addDays, type Day, today } from '../lib/time.ts'
import { closeDays, missingDays } from '../metrics/snapshot.ts'
import { defineJob } from './define.ts'
import healthScores from './health-scores.ts'
import { deleteOldMeasures, dropOldPartitions, pruneOwnTables, rotateSeen } from './retention.ts'
import { startRun } from './runner.ts'

/** A night's share after an import of years; until they are stored, pages read those days from the roll-ups. */
const MAX_DAYS_TO_CLOSE = 400

export default defineJob({
  name: 'daily',
  schedule: '0 1 * * *',
  catchUp: true,
  resumable: true,
  label: 'Daily tasks',
  doc: 'Stores the metrics of yesterday (and of days that were missed), counts who of each cohort came back, scores the health of users, drops raw facts older than RETENTION_DAYS, and tidies up.',
  async run({ deps, run, now }) {
    // Before the days are closed: the metrics of scores are among what is stored of them.
    await scoreHealth(deps)
    const days = await daysToClose(deps, now)
    await run.progress(0, days.length)
    await closeDays(deps, days, { done: (closed) => run.progress(closed) })
    await refreshCohorts(deps)
    const dropped = await dropOldPartitions(deps, now)
    await deleteOldMeasures(deps, now)
    await rotateSeen(deps, now)
    await pruneOwnTables(deps, now)
    await pruneWebhooks(deps, now)
    return [`closed ${days.at(0)} to ${days.at(-1)}`, dropped.length > 0 && `dropped ${dropped.join(', ')}`]
      .filter(Boolean)
      .join('; ')
  },
})

/** A run of its own: it has its own progress, is taken over by itself, and what fails there does not fail the day. */
async function scoreHealth(deps: Deps): Promise<void> {
  const started = await startRun(deps, healthScores, { slot: deps.now(), startedBy: 'daily' })
  if (started.state === 'started') await started.done
}

/** Yesterday, always; and closed days without a snapshot, the newest first to be had where there are very many. */
async function daysToClose(deps: Deps, now: Date): Promise<Day[]> {
  const yesterday = addDays(today(now, deps.config.timeZone), -1)
  const missing = (await missingDays(deps)).filter((day) => day < yesterday)
  return [...missing.slice(-MAX_DAYS_TO_CLOSE), yesterday]
}
