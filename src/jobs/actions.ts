import { settleOpen } from '../actions/settle-open.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'actions',
  schedule: '* * * * *',
  pulse: true,
  label: 'Settle actions',
  doc: 'Looks whether the main app answers, and asks it what became of actions of which nobody knows, each with its own key. Does nothing without MAIN_APP_URL and MAIN_APP_SECRET, or with READ_ONLY.',
  async run({ deps, run }) {
    const { open, settled } = await settleOpen(deps, run.signal)
    return open > 0 ? `${settled} of ${open} settled` : undefined
  },
})
