import { changeCounter } from '../lib/change-counter.ts'

const changed = changeCounter()
/** Grows with each price that was entered in this process: its page shows it at once. */
export const pricesVersion = changed.version
export const notePriceChange = changed.noteChange
