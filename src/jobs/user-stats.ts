import { counted } from '../lib/counted.ts'
import { markAllUsers, refreshUserStats } from '../users/stats.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'user-stats',
  // On a quarter of an hour, as everything that is made up for.
  schedule: '15 0 * * *',
  catchUp: true,
  resumable: true,
  label: 'Numbers of users',
  doc: 'Counts the last 30 days of every user anew, now that a day has ended; whose facts change in between is counted anew within the minute.',
  async run({ deps, run }) {
    const users = await markAllUsers(deps)
    await refreshUserStats(deps, { done: (done) => run.progress(Math.min(done, users), users) })
    return counted(users, 'user')
  },
})
