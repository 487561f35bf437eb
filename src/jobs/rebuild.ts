import type { Deps } from '../context.ts'
import { type Day, eachDay } from '../lib/time.ts'
import { RawFactsGone, rebuildDay } from '../rollups/rebuild.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'rebuild',
  schedule: null,
  resumable: true,
  takesRange: true,
  label: 'Rebuild roll-ups',
  doc: 'Computes the roll-ups of a range of days anew from the raw facts, a day at a time. Days whose raw facts are gone stay as they are.',
  async run({ deps, run }) {
    if (!run.range) throw new Error('A rebuild needs the first and the last day.')
    const { from, to } = run.range
    const days = eachDay(from, to)
    let done = 0
    let kept = 0
    await run.progress(done, days.length)
    // Each day is a transaction of its own and counted after it: one that dies in between is done twice, to the same end.
    for (const day of days) {
      if (!(await rebuildIfPossible(deps, day))) kept++
      await run.progress(++done)
    }
    return kept > 0 ? `${from}..${to}; ${kept} days kept, their raw facts are gone` : undefined
  },
})

async function rebuildIfPossible(deps: Deps, day: Day): Promise<boolean> {
  try {
    await rebuildDay(deps, day)
    return true
  } catch (error) {
    if (error instanceof RawFactsGone) return false
    throw error
  }
}
