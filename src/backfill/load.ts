import { isAllowed } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'
import backfill from '../jobs/backfill.ts'
import type { DayRange } from '../jobs/define.ts'
import { rangeOf, remainingRange } from '../jobs/range-note.ts'
import { type RunView, runsOf } from '../jobs/runs.ts'
import { addDays, type Day } from '../lib/time.ts'
import { type AgedDays, agedMetrics } from '../metrics/aged.ts'
import { isMetricKey, metricKeys } from '../metrics/catalogue.ts'
import { closedDays } from '../metrics/snapshot.ts'
import { daysToBackfill } from '../metrics/snapshot-backfill.ts'

export const BACKFILL_PATH = '/dashboard/backfill'
const LAST_RUNS = 12

/** A run with what it was asked for. */
export interface Backfill extends RunView {
  asked: DayRange | undefined
  /** What is left of it, where it was cancelled. */
  left: DayRange | undefined
}

export interface BackfillData {
  /** The days that could be backfilled; undefined = there is no closed day with data. */
  days: { from: Day; to: Day; n: number } | undefined
  runs: Backfill[]
  aged: (AgedDays & { keys: string[] }) | undefined
}

/** What can be backfilled, what ought to be, and what was. */
export async function loadBackfill(deps: Deps): Promise<BackfillData> {
  const [closed, runs, aged] = await Promise.all([
    closedDays(deps),
    runsOf(deps.db.sql, backfill.name, LAST_RUNS),
    agedMetrics(deps),
  ])
  const [from, to] = [closed[0], closed.at(-1)]
  return { days: from && to ? { from, to, n: closed.length } : undefined, runs: runs.map(withAsked), aged }
}

function withAsked(run: RunView): Backfill {
  const asked = rangeOf(run.note)
  const left = run.state === 'cancelled' ? remainingRange(backfill, asked, run.done) : undefined
  return { ...run, asked, left }
}

/** A run of the page by its id; undefined = there is none that was cancelled. */
export async function cancelledRun(deps: Deps, id: string): Promise<DayRange | undefined> {
  const runs = await runsOf(deps.db.sql, backfill.name, LAST_RUNS)
  return runs.map(withAsked).find((run) => run.id === id)?.left
}

/** What a backfill would do, in a sentence. */
export async function planText(deps: Deps, asked: DayRange): Promise<string> {
  const days = await daysToBackfill(deps, asked)
  const [from, to] = [days[0], days.at(-1)]
  if (!from || !to) return 'There is no closed day with data among these: nothing would be computed.'
  const what = asked.metric === undefined ? `${metricKeys.length} metrics` : '1 metric'
  const n = days.length === 1 ? '1 day' : `${days.length.toLocaleString('en-GB')} days`
  const first = asked.rebuild ? ' Their roll-ups are made anew first, where the raw facts remain.' : ''
  return `This will recompute ${n} of ${what}, ${from} to ${to}.${first}`
}

/** Why an admin cannot backfill; undefined = they can. */
export function whyNoBackfill({ config }: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  if (config.readOnly) return 'Quarterdeck runs with READ_ONLY=1.'
  if (!isAllowed({ role: 'operator' }, admin)) return `This needs the role operator; yours is ${admin.role}.`
  return admin.tenants === null ? undefined : 'Jobs work on all tenants; your access is bound to some.'
}

/** What stands in the form: as it was sent, or all that can be, of the metric and the days of the address. */
export function formValues(
  { days }: Pick<BackfillData, 'days'>,
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
