import { changeCounter } from '../../lib/change-counter.ts'

const changed = changeCounter()
/** Grows with each change of the product that this process asked for: who has pressed a button sees what came of it. */
export const productVersion = changed.version
export const noteProductChange = changed.noteChange
