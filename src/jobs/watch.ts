import { sendCanaries } from '../delivery/canary.ts'
import { pingDeadMan } from '../delivery/dead-man.ts'
import { tellLate } from '../delivery/late.ts'
import { counted } from '../lib/counted.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'watch',
  // Off the minute, when the jobs that it looks at run.
  schedule: '20 * * * * *',
  label: 'Canaries and dead-man ping',
  doc: 'Sends an end-to-end test through each channel that asks for one, tells the others of a channel through which nothing goes any more, and tells the service of DEADMAN_URL that alerts are evaluated and delivered.',
  async run({ deps }) {
    const canaries = await sendCanaries(deps)
    const late = await tellLate(deps)
    const ping = await pingDeadMan(deps)
    const told = canaries > 0 && `${counted(canaries, 'canary', 'canaries')} sent`
    const tells = late.length > 0 && `nothing goes through ${late.join(', ')}`
    return [ping, told, tells].filter(Boolean).join('; ') || undefined
  },
})
