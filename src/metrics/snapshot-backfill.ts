import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'
import { RawFactsGone, rebuildDay } from '../rollups/rebuild.ts'
import type { MetricKey } from './catalogue.ts'
import { closeDays, closedDays } from './snapshot.ts'

export interface Backfilling {
  metric?: MetricKey
  /** The roll-ups of each day first, where its raw facts remain. */
  rebuild?: boolean
  signal?: AbortSignal
  /** Told how many days are stored; what it throws ends the work between two days. */
  done?: (days: number) => Promise<void> | void
}

/** Rebuilt days wait for each other's marks: few at a time, so that a run can be stopped and is seen to move. */
const REBUILT_DAYS = 5

/** Days of a range that there is something to store of: before today, and with data in some roll-up. */
export async function daysToBackfill(deps: Deps, { from, to }: { from: Day; to: Day }): Promise<Day[]> {
  return (await closedDays(deps)).filter((day) => day >= from && day <= to)
}

/**
 * Stores closed days anew, oldest first: each is computed as if it had never been stored.
 * @returns how many days kept their roll-ups, because their raw facts are gone
 */
export async function backfillDays(deps: Deps, days: Day[], options: Backfilling = {}): Promise<number> {
  const { metric, rebuild, signal, done = () => {} } = options
  if (!rebuild) {
    await closeDays(deps, days, { metric, done })
    return 0
  }
  let kept = 0
  for (let i = 0; i < days.length; i += REBUILT_DAYS) {
    const some = days.slice(i, i + REBUILT_DAYS)
    for (const day of some) {
      signal?.throwIfAborted()
      if (!(await rebuildIfPossible(deps, day))) kept++
    }
    await closeDays(deps, some, { metric })
    await done(i + some.length)
  }
  return kept
}

async function rebuildIfPossible(deps: Deps, day: Day): Promise<boolean> {
  try {
    await rebuildDay(deps, day)
    return true
  } catch (error) {
    if (error instanceof RawFactsGone) return false
    throw error
  }
}
