import { z } from 'zod'
import { appendTo } from './append.ts'
import { id, instant, object, optionalId, requiredNumber, tenant } from './fields.ts'
import { defineFact } from './types.ts'

export default defineFact({
  kind: 'gauges',
  path: 'gauges',
  mode: 'append',
  keepsRow: false,
  doc: 'Any sampled number: queue depth, cache hit rate, storage, quota, connections.',
  schema: z.looseObject({
    id: optionalId(),
    name: id(),
    value: requiredNumber(-1e300, 1e300),
    ts: instant(),
    tenant_id: tenant(),
    labels: object(),
  }),
  ts: (row) => row.ts,
  store: (row) => ({ tenant_id: row.tenant_id ?? '', name: row.name, value: row.value, labels: row.labels }),
  write: appendTo('gauges'),
})
