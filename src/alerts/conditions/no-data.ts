import { z } from 'zod'
import { WINDOWS } from '../windows.ts'
import { defineCondition } from './define.ts'

const schema = z.strictObject({ kind: z.literal('nodata') })

/** So many windows tell whether there is usually anything: in half of them at least. */
const BEFORE = 7
/** They are those before the silence, which may have begun so many windows ago when somebody first looks. */
const LOOK_BACK = 2 * BEFORE

/** Nothing came, where something usually does: what never had data is not silent. */
export default defineCondition<z.output<typeof schema>>({
  label: 'has no data',
  schema,
  compares: false,
  ofSilence: true,
  earlier: (_, { window }) =>
    WINDOWS[window].minutes === 0 ? [] : Array.from({ length: LOOK_BACK }, (_, i) => (i + 1) * WINDOWS[window].minutes),
  judge: (_, { now: value, earlier }) => {
    const edges = { value, low: null, high: null }
    if (isData(value)) return { verdict: 'ok', ...edges }
    // A reading of nought is one.
    if (earlier.length === 0) return { verdict: value === null ? 'breach' : 'ok', ...edges }
    const began = earlier.findIndex(isData)
    const busy = began < 0 ? [] : earlier.slice(began, began + BEFORE).filter(isData)
    const isUsual = busy.length > 0 && busy.length >= Math.min(BEFORE, earlier.length) / 2
    // However long it lasts: a silence does not become what is usual, only data end it.
    return { verdict: isUsual ? 'breach' : 'ok', whileOpen: 'breach', ...edges }
  },
  words: () => 'has no data',
  title: () => 'has no data',
})

const isData = (value: number | null): boolean => value !== null && value !== 0
