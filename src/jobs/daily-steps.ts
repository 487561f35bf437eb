import { setTimeout as sleep } from 'node:timers/promises'
import { evaluateAlerts } from '../alerts/evaluate.ts'
import { refuseUnread } from '../alerts/unread.ts'
import { refreshCohorts } from '../cohorts/recompute.ts'
import { gapsOf, gapText, storeGaps } from '../components/gaps.ts'
import type { Deps } from '../context.ts'
import { pruneWebhooks } from '../doors/webhook-store.ts'
import { snapshotFunnel } from '../funnels/snapshot.ts'
import { counted } from '../lib/counted.ts'
import { addDays, type Day, today } from '../lib/time.ts'
import { closeDays, missingDays } from '../metrics/snapshot.ts'
import healthScores from './health-scores.ts'
import { deleteOldMeasures, dropOldPartitions, pruneOwnTables, rotateSeen } from './retention.ts'
import { RunStopped, startRun } from './runner.ts'
import { cancelRun, findRun, type RunView } from './runs.ts'
import type { Step, StepContext } from './steps.ts'

/** A night's share after an import of years; until they are stored, pages read those days from the roll-ups. */
const MAX_DAYS_TO_CLOSE = 400
/** How often the run of another job is looked at. */
const FOLLOW_MS = 500

/** What the daily tasks do, in this order: the metrics of scores are among what is stored of a day. */
export const dailySteps: readonly Step[] = [
  {
    name: 'health',
    label: 'Health scores',
    doc: 'Scores the health of every user as of the day that has ended.',
    run: scoreHealth,
  },
  {
    name: 'close-days',
    label: 'Summary metrics',
    doc: 'Stores every metric of yesterday, and of days that were missed.',
    run: storeMetrics,
  },
  {
    name: 'cohorts',
    label: 'Cohorts',
    doc: 'Counts who of each cohort that may still change came back.',
    run: async ({ deps }) => `${counted(await refreshCohorts(deps), 'cell')} counted`,
  },
  {
    name: 'funnel',
    label: 'Funnel snapshot',
    doc: 'Counts who reached which stage of the funnel on each day: the last seven days, and those that were missed.',
    run: async (step) => `stored ${spanText(await snapshotFunnel(step.deps, step))}`,
  },
  {
    name: 'component-gaps',
    label: 'Component gaps',
    doc: 'Lists what users ask for and the library has too little for.',
    run: listGaps,
  },
  {
    name: 'alerts',
    label: 'Alert rules',
    doc: 'Checks every rule, now that the day’s numbers are stored.',
    run: checkRules,
  },
  {
    name: 'tidy',
    label: 'Tidying up',
    doc: 'Drops raw facts older than RETENTION_DAYS, and what Quarterdeck no longer needs of its own records.',
    run: tidy,
  },
]

/**
 * A run of its own, that has its own progress and is taken over by itself; where one is under way already, that one. It
 * is cancelled with the step.
 */
async function scoreHealth({ deps, signal, progress }: StepContext): Promise<string> {
  const started = await startRun(deps, healthScores, { slot: deps.now(), startedBy: 'daily' })
  if (started.state === 'taken') return 'another run has just begun to score them'
  const ended = started.state === 'started' ? started.done : undefined
  try {
    const run = await followRun(deps, started.id, { ended, signal, progress })
    if (run.state === 'ok') return run.note ?? 'done'
    signal.throwIfAborted()
    throw new Error(run.error ?? `Its run ${run.id} was ${run.state}.`)
  } catch (error) {
    if (signal.reason instanceof RunStopped && signal.reason.reason === 'cancelled')
      await cancelRun(deps.db.sql, started.id)
    throw error
  }
}

interface Following extends Pick<StepContext, 'signal' | 'progress'> {
  /** Known of a run of this process. */
  ended: Promise<unknown> | undefined
}

/** Waits for the end of a run, wherever it runs. */
async function followRun(deps: Deps, id: string, { ended, signal, progress }: Following): Promise<RunView> {
  for (;;) {
    const pause = sleep(FOLLOW_MS, undefined, { signal }).catch(() => {})
    await (ended ? Promise.race([ended, pause]) : pause)
    const run = await findRun(deps.db.sql, id)
    if (!run) throw new Error(`Its run ${id} is gone.`)
    if (run.state !== 'running') return run
    await progress(run.done, run.total ?? undefined)
  }
}

async function storeMetrics({ deps, now, progress }: StepContext): Promise<string> {
  const days = await daysToClose(deps, now)
  await progress(0, days.length)
  await closeDays(deps, days, { done: (closed) => progress(closed) })
  return `closed ${spanText(days)}`
}

/** Yesterday, always; and closed days without a snapshot, the newest first to be had where there are very many. */
async function daysToClose(deps: Deps, now: Date): Promise<Day[]> {
  const yesterday = addDays(today(now, deps.config.timeZone), -1)
  const missing = (await missingDays(deps)).filter((day) => day < yesterday)
  return [...missing.slice(-MAX_DAYS_TO_CLOSE), yesterday]
}

async function listGaps({ deps, now }: StepContext): Promise<string> {
  const yesterday = addDays(today(now, deps.config.timeZone), -1)
  await storeGaps(deps)
  const [first, ...others] = await gapsOf(deps, yesterday)
  if (!first) return 'no gap'
  return `${counted(others.length + 1, 'gap')}; the largest is ${gapText(first)}`
}

/** As of now: the steps before took their time, and the rules are checked each minute meanwhile. */
async function checkRules({ deps }: StepContext): Promise<string> {
  const { rules, fired, resolved, open, unread } = await evaluateAlerts(deps, deps.now())
  refuseUnread(unread)
  return `${counted(rules, 'rule')} checked: ${fired} fired, ${resolved} resolved, ${open} open`
}

/** One part that fails does not keep the others from their work. */
async function tidy({ deps, now }: StepContext): Promise<string> {
  const dropped: string[] = []
  const parts = [
    async () => dropped.push(...(await dropOldPartitions(deps, now))),
    () => deleteOldMeasures(deps, now),
    () => rotateSeen(deps, now),
    () => pruneOwnTables(deps, now),
    () => pruneWebhooks(deps, now),
  ]
  const failed: unknown[] = []
  for (const part of parts) await part().catch((error) => failed.push(error))
  if (failed.length > 0) throw failed[0]
  return dropped.length > 0 ? `dropped ${dropped.join(', ')}` : 'no month of raw facts was old enough to go'
}

function spanText(days: readonly Day[]): string {
  const [from, to] = [days[0], days.at(-1)]
  if (!from || !to) return 'nothing: no day has ended yet'
  return from === to ? from : `${from} to ${to}`
}
