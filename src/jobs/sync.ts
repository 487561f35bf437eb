import { syncAll } from '../connectors/sync.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'sync',
  schedule: 'every 5s',
  pulse: true,
  label: 'Pull from the product',
  doc: 'Reads what is new in the files of PRESET that are due: each comes every SYNC_EVERY, unless it says otherwise. By hand: all of them.',
  async run({ deps, run }) {
    if (deps.config.presets.length === 0) return 'PRESET is not set'
    const [row] = await deps.db.sql<{ by: string }[]>`select started_by as by from job_runs where id = ${run.id}`
    const force = row !== undefined && row.by !== 'schedule'
    const progress = (rows: number) => run.progress(rows)
    const { files, rows, failed } = await syncAll(deps, { signal: run.signal, force, progress })
    if (files === 0) return undefined
    return [`${rows} facts from ${files} files`, failed > 0 && `${failed} failed`].filter(Boolean).join('; ')
  },
})
