import { workOnErasures } from '../privacy/erase.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'erasures',
  schedule: '* * * * *',
  pulse: true,
  label: 'Erase users',
  doc: 'Goes on with users who are being erased, from wherever that was broken off, and looks once more for what was on its way when it began.',
  async run({ deps, run }) {
    const ended = await workOnErasures(deps, { signal: run.signal })
    return ended > 0 ? `${ended} erased` : undefined
  },
})
