import { counted } from '../lib/counted.ts'
import { settleDirtyDays } from '../metrics/snapshot.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'settle-days',
  schedule: '*/5 * * * *',
  label: 'Settle late days',
  doc: 'Computes the stored metrics of closed days anew that facts came late for.',
  async run({ deps }) {
    return counted(await settleDirtyDays(deps), 'day')
  },
})
