import { recomputeAllCohorts } from '../cohorts/recompute.ts'
import { counted } from '../lib/counted.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'cohorts',
  schedule: '0 2 1 * *',
  catchUp: true,
  resumable: true,
  label: 'Cohorts, wholly',
  doc: 'Counts anew who came back, of every cohort there ever was: what changed in those that the daily tasks no longer look at is in their numbers by then.',
  async run({ deps }) {
    const { cells, cohorts } = await recomputeAllCohorts(deps)
    return `${counted(cells, 'cell')} of ${counted(cohorts, 'cohort')}`
  },
})
