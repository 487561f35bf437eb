import type { MetricKey } from '../metrics/catalogue.ts'
import { backfillDays, daysToBackfill } from '../metrics/snapshot-backfill.ts'
import { defineJob } from './define.ts'
import { noteOf } from './range-note.ts'

export default defineJob({
  name: 'backfill',
  schedule: null,
  resumable: true,
  takesRange: true,
  keepsRange: true,
  options: ['metric', 'rebuild'],
  label: 'Backfill',
  doc: 'Computes the stored metrics of a range of closed days anew from the roll-ups: all of them, or one. With rebuild the roll-ups first, from the raw facts that remain.',
  async run({ deps, run }) {
    const { range, signal, progress } = run
    if (!range) throw new Error('A backfill needs the first and the last day.')
    const days = await daysToBackfill(deps, range)
    const [from, to] = [days[0], days.at(-1)]
    if (!from || !to) return `${noteOf(range)}; no closed day with data in it`
    // The days that there are: whoever takes over counts from the first of them.
    const asked = { ...range, from, to }
    const before = days.filter((day) => range.start !== undefined && day < range.start).length
    await progress(before, days.length, noteOf(asked))
    const kept = await backfillDays(deps, days.slice(before), {
      metric: range.metric as MetricKey | undefined,
      rebuild: range.rebuild,
      signal,
      done: (stored) => progress(before + stored),
    })
    return kept > 0 ? `${noteOf(asked)}; ${kept} days kept their roll-ups, their raw facts are gone` : undefined
  },
})
