import { recomputeHealth } from '../health/recompute.ts'
import { counted } from '../lib/counted.ts'
import { markAllUsers, refreshUserStats } from '../users/stats.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'health-scores',
  // The daily tasks start it when the day is over.
  schedule: null,
  resumable: true,
  label: 'Recalculate health',
  doc: 'Scores the health of every user as of the last closed day, and what is missing of the weeks before; runs with the daily tasks as well. Looks at what became of past scores.',
  async run({ deps, run }) {
    await run.progress(0)
    const { day, users, weeks } = await recomputeHealth(deps, { signal: run.signal, done: run.progress })
    // The list of users has a column of it.
    await markAllUsers(deps)
    await refreshUserStats(deps)
    return `${counted(users, 'user')} as of ${day}${weeks > 0 ? `, and ${counted(weeks, 'past week')}` : ''}`
  },
})
