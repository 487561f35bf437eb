import { counted } from '../lib/counted.ts'
import { foldAll } from '../rollups/fold.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'fold',
  schedule: 'every 5s',
  pulse: true,
  label: 'Fold new facts',
  doc: 'Adds the facts that came in since the last time to the roll-ups, which every page reads.',
  async run({ deps, run }) {
    const { batches, facts } = await foldAll(deps, run.signal)
    if (facts > 0) await run.progress(facts, facts)
    return `${counted(facts, 'fact')} in ${counted(batches, 'batch', 'batches')}`
  },
})
