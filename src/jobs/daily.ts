import { dailySteps } from './daily-steps.ts'
import { defineJob } from './define.ts'
import { runSteps } from './steps.ts'

export default defineJob({
  name: 'daily',
  schedule: '0 1 * * *',
  catchUp: true,
  resumable: true,
  steps: dailySteps,
  label: 'Daily tasks',
  doc: 'Scores the health of users, stores the metrics of yesterday (and of days that were missed), counts cohorts, funnel and component gaps, checks the alert rules, drops raw facts older than RETENTION_DAYS, and tidies up.',
  async run(context) {
    await runSteps(context, dailySteps)
    return `all ${dailySteps.length} steps in order`
  },
})
