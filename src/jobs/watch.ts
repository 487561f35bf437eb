import { sendCanaries } from '../delivery/canary.ts'
import { pingDeadMan } from '../delivery/dead-man.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'watch',
  // Off the minute, when the jobs that it looks at run.
  schedule: '20 * * * * *',
  label: 'Canaries and dead-man ping',
  doc: 'Sends an end-to-end test through each channel that asks for one, and tells the service of DEADMAN_URL that the database answers and alerts are evaluated.',
  async run({ deps }) {
    const canaries = await sendCanaries(deps)
    const ping = await pingDeadMan(deps)
    const told = canaries > 0 && `${canaries} ${canaries === 1 ? 'canary' : 'canaries'} sent`
    return [ping, told].filter(Boolean).join('; ') || undefined
  },
})
