import { changeCounter } from '../lib/change-counter.ts'

export const { version, noteChange } = changeCounter()
