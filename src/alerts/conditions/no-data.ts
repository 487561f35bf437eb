import { z } from 'zod'
import { WINDOWS } from '../windows.ts'
import { defineCondition } from './define.ts'

const schema = z.strictObject({ kind: z.literal('nodata') })

/** So many windows before it tell whether there is usually anything: in half of them at least. */
const BEFORE = 7

/** Nothing came, where something usually does: what never had data is not silent. */
export default defineCondition<z.output<typeof schema>>({
  label: 'has no data',
  schema,
  compares: false,
  earlier: (_, { window }) =>
    WINDOWS[window].minutes === 0 ? [] : Array.from({ length: BEFORE }, (_, i) => (i + 1) * WINDOWS[window].minutes),
  judge: (_, { now: value, earlier }) => {
    const edges = { value, low: null, high: null }
    if (value !== null && value !== 0) return { verdict: 'ok', ...edges }
    // A reading of nought is one.
    if (earlier.length === 0) return { verdict: value === null ? 'breach' : 'ok', ...edges }
    const busy = earlier.filter((one) => one !== null && one !== 0)
    return { verdict: busy.length > 0 && busy.length >= earlier.length / 2 ? 'breach' : 'ok', ...edges }
  },
  words: () => 'has no data',
  title: () => 'has no data',
})
