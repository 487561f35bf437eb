import type { Deps } from '../context.ts'
import backfill from '../jobs/backfill.ts'
import { whyNoJob } from '../jobs/by-hand.ts'
import type { DayRange } from '../jobs/define.ts'
import { noteOf, rangeOf, remainingRange } from '../jobs/range-note.ts'
import { type RunView, runsOf } from '../jobs/runs.ts'
import { rangeDates } from '../lib/dates.ts'
import { addDays, type Day, today } from '../lib/time.ts'
import { type AgedDays, agedMetrics } from '../metrics/aged.ts'
import { isMetricKey, type MetricKey, metricKeys, metricOf } from '../metrics/catalogue.ts'
import { closedDays } from '../metrics/snapshot.ts'
import { daysToBackfill } from '../metrics/snapshot-backfill.ts'
import { goneDays } from '../rollups/rebuild.ts'
import { dayMs, spanText } from './pace.ts'

export const BACKFILL_PATH = '/dashboard/backfill'
const LAST_RUNS = 12
/** What was interrupted has been taken over by then, unless it dies again and again. */
const TAKEN_OVER_MS = 5 * 60_000

/** A run with what it was asked for. */
export interface Backfill extends RunView {
  asked: DayRange | undefined
  /** What is left of it, where it ended early and nobody has asked for the same since. */
  left: DayRange | undefined
  /** For how long the process of a running one has not been heard of, in ms. */
  silentMs: number
}

export interface BackfillDays {
  /** The days that could be backfilled; undefined = there is no closed day with data. */
  days: { from: Day; to: Day; n: number } | undefined
  aged: (AgedDays & { keys: string[] }) | undefined
}

/** What can be backfilled, and what ought to be. */
export async function loadDays(deps: Deps): Promise<BackfillDays> {
  const [closed, aged] = await Promise.all([closedDays(deps), agedMetrics(deps)])
  const [from, to] = [closed[0], closed.at(-1)]
  return { days: from && to ? { from, to, n: closed.length } : undefined, aged }
}

/** The last backfills, newest first. */
export async function loadRuns({ db: { sql }, now }: Pick<Deps, 'db' | 'now'>): Promise<Backfill[]> {
  const [runs, heard] = await Promise.all([
    runsOf(sql, backfill.name, LAST_RUNS),
    sql<{ id: string; silent_ms: number }[]>`
      select id::text, extract(epoch from now() - heartbeat_at)::float8 * 1000 as silent_ms
      from job_runs where job = ${backfill.name} and finished_at is null`,
  ])
  const silent = new Map(heard.map(({ id, silent_ms }) => [id, silent_ms]))
  const asked = runs.map(({ note }) => rangeOf(note))
  const same = asked.map((range) => range && noteOf({ ...range, start: undefined }))
  return runs.map((run, i) => {
    const isLast = same.indexOf(same[i]) === i
    const left = isLast && endedEarly(run, now()) ? remainingRange(backfill, asked[i], run.done) : undefined
    return { ...run, asked: asked[i], left, silentMs: silent.get(run.id) ?? 0 }
  })
}

/** Whether nobody goes on with it unless told to. */
function endedEarly({ state, cancel_requested, finished_at }: RunView, now: Date): boolean {
  if (state === 'cancelled' || state === 'failed') return true
  return state === 'abandoned' && (cancel_requested || now.getTime() - Number(finished_at) > TAKEN_OVER_MS)
}

/** What is left of a run of the page, by its id; undefined = nothing, or there is no such run. */
export async function leftOf(deps: Deps, id: string): Promise<DayRange | undefined> {
  return (await loadRuns(deps)).find((run) => run.id === id)?.left
}

/** What a backfill would do, in sentences. */
export async function planText(deps: Deps, asked: DayRange): Promise<string> {
  const [days, runs] = await Promise.all([daysToBackfill(deps, asked), loadRuns(deps)])
  const [from, to] = [days[0], days.at(-1)]
  if (!from || !to) return 'There is no closed day with data among these: nothing would be computed.'
  const what =
    asked.metric === undefined ? `all ${metricKeys.length} metrics` : metricOf(asked.metric as MetricKey).label
  const pace = dayMs(runs, asked)
  const now = today(deps.now(), deps.config.timeZone)
  return [
    `Recomputes ${what} on ${nDays(days.length)}, ${rangeDates(from, to, now)}${asked.to >= now ? '; the running day is not stored' : ''}.`,
    asked.rebuild && (await rebuildText(deps, days)),
    pace && `That takes about ${spanText(pace * days.length)} at the pace of the last run.`,
    'Pages show the stored values meanwhile.',
  ]
    .filter(Boolean)
    .join(' ')
}

async function rebuildText(deps: Deps, days: Day[]): Promise<string> {
  const gone = await goneDays(deps, { from: days[0] as Day, to: days.at(-1) as Day })
  if (gone.length === 0) return 'Their roll-ups are made anew first.'
  const which = gone.length >= days.length ? 'All of them' : `${gone.length.toLocaleString('en-GB')} of them`
  return `Roll-ups are made anew first. ${which} keep theirs: their raw facts are gone.`
}

/** "1 day", "1,200 days". */
export const nDays = (n: number): string => (n === 1 ? '1 day' : `${n.toLocaleString('en-GB')} days`)

/** Why an admin cannot backfill; undefined = they can. */
export const whyNoBackfill = whyNoJob

/** What stands in the form: as it was sent, or all that can be, of the metric and the days of the address. */
export function formValues(
  { days }: Pick<BackfillDays, 'days'>,
  given: Record<string, string>,
): { from: string; to: string; metric: string; rebuild: boolean } {
  const { from = '', to = '', metric = '', rebuild = '' } = given
  return {
    from: from || (days ? latest(days.from, addDays(days.to, -89)) : ''),
    to: to || days?.to || '',
    metric: isMetricKey(metric) ? metric : '',
    rebuild: ['1', 'on', 'true'].includes(rebuild),
  }
}

const latest = (a: Day, b: Day): Day => (a > b ? a : b)
