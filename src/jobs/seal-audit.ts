import { sealAudit } from '../audit/seal.ts'
import { counted } from '../lib/counted.ts'
import { defineJob } from './define.ts'

export default defineJob({
  name: 'seal-audit',
  schedule: 'every 10s',
  pulse: true,
  label: 'Seal the audit log',
  doc: 'Adds new lines of the audit log to its chain of hashes, so that a later change of them is noticed.',
  async run({ deps }) {
    return counted(await sealAudit(deps), 'line')
  },
})
