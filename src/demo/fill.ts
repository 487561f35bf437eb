import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { refreshCohorts } from '../cohorts/recompute.ts'
import { storeGaps } from '../components/gaps.ts'
import type { Deps } from '../context.ts'
import { snapshotFunnel } from '../funnels/snapshot.ts'
import { recomputeHealth } from '../health/recompute.ts'
import { addDays, dayOf, eachDay, today } from '../lib/time.ts'
import { closeDays, settleDirtyDays } from '../metrics/snapshot.ts'
import { foldAll, foldOnce } from '../rollups/fold.ts'
import { refreshUserStats } from '../users/stats.ts'
import { campaignFacts } from './campaigns.ts'
import { planFacts } from './customers.ts'
import type { Window } from './emitter.ts'
import { libraryFacts } from './library.ts'
import { type Poured, Pourer } from './pour.ts'
import type { Progress } from './progress.ts'
import { type DemoState, saveState } from './state.ts'
import type { Timeline } from './timeline.ts'

/** How the work is shared out on the progress bar, by what it takes. */
const SHARE = { write: 0.75, fold: 0.85 }

/**
 * Writes the whole history until now, folds it and stores the metrics of its days. Ids repeat, so a fill that was
 * interrupted is simply made again. Answers the state from which live traffic goes on.
 */
export async function fill(
  deps: Deps,
  timeline: Timeline,
  state: DemoState,
  progress: Progress,
): Promise<{ state: DemoState; poured: Poured }> {
  const toMs = deps.now().getTime()
  const pourer = new Pourer(deps.writer, deps.now)
  await writeCustomers(deps, timeline, pourer, toMs)
  await writeActivity(deps, timeline, pourer, { fromMs: timeline.firstMs, toMs, live: false }, progress)
  progress.show(SHARE.write, 'folding')
  await foldAll(deps)
  // Autovacuum would come to it in a minute or two; the first pages are asked for now.
  await deps.db
    .heavy`analyze user_days, user_activity, session_days, event_days, api_call_hours, api_call_days, job_hours`
  await closePast(deps, timeline.firstMs, progress)
  const { poured } = pourer
  if (poured.rejected > 0)
    deps.log.warn({ rejected: poured.rejected, reasons: poured.reasons }, 'facts of the demo were refused')
  const filled = { ...state, writtenToMs: toMs }
  await saveState(deps, filled)
  progress.done(`${poured.accepted.toLocaleString('en')} facts`)
  return { state: filled, poured }
}

/** Users and plans first, and folded: a user's days carry the plan class of that day. */
async function writeCustomers(deps: Deps, timeline: Timeline, pourer: Pourer, toMs: number): Promise<void> {
  await pourer.add(planFacts(timeline.world))
  await pourer.add(campaignFacts(timeline.world))
  await pourer.add(libraryFacts(timeline.world))
  await pourer.add(timeline.customers({ fromMs: Number.NEGATIVE_INFINITY, toMs, live: false }))
  await pourer.flush()
  await deps.db.heavy`analyze users, subscriptions, subscription_states`
  await foldAll(deps)
}

async function writeActivity(deps: Deps, timeline: Timeline, pourer: Pourer, window: Window, progress: Progress) {
  const folding = foldAlongside(deps)
  try {
    for (const { day, facts } of timeline.activity(window)) {
      const share = (timeline.world.dayMs(day) - window.fromMs) / (window.toMs - window.fromMs)
      progress.show(
        SHARE.write * Math.min(1, Math.max(0, share)),
        `${pourer.poured.accepted.toLocaleString('en')} facts`,
      )
      await pourer.add(facts)
      // The server runs already: its pages and jobs get their turn.
      await nextTurn()
    }
    await pourer.flush()
  } finally {
    await folding.stop()
  }
}

/** Folds what is written while the rest is being simulated: the database would otherwise wait for us, then we for it. */
function foldAlongside(deps: Deps): { stop: () => Promise<void> } {
  const stopped = new AbortController()
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      await foldOnce(deps)
      await sleep(1500, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  })()
  loop.catch(() => undefined)
  return {
    stop: () => {
      stopped.abort()
      return loop
    },
  }
}

/** Stores the metrics of every past day that was written; today is left to the roll-ups. */
async function closePast(deps: Deps, fromMs: number, progress: Progress): Promise<void> {
  const zone = deps.config.timeZone
  const yesterday = addDays(today(deps.now(), zone), -1)
  const days = eachDay(dayOf(new Date(fromMs), zone), yesterday)
  // Before the days are closed: the metrics of scores are among what is stored of them.
  await recomputeHealth(deps)
  await closeDays(deps, days, {
    done: (n) => progress.show(SHARE.fold + ((1 - SHARE.fold) * n) / days.length, `closed ${days[n - 1]}`),
  })
  await settleDirtyDays(deps)
  await refreshCohorts(deps)
  await snapshotFunnel(deps)
  await storeGaps(deps)
  await refreshUserStats(deps)
}
