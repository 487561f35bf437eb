import { changeCounter } from '../lib/change-counter.ts'

/** Changes of rules and alerts in this process, for the keys of caches. */
export const { version: alertsVersion, noteChange: noteAlertChange } = changeCounter()
