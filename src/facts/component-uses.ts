import { z } from 'zod'
import { appendTo } from './append.ts'
import { bool, id, instant, object, optionalId, tenant, withRest } from './fields.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: optionalId(),
  ts: instant(),
  component_id: id(),
  user_id: optionalId(),
  tenant_id: tenant(),
  object_id: optionalId(),
  job_id: optionalId(),
  ok: bool(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'component_uses',
  path: 'component-uses',
  mode: 'append',
  keepsRow: false,
  doc: 'One use of a component: component_id, ts, object_id or job_id it was used in, ok.',
  schema,
  ts: (row) => row.ts,
  store: (row) => ({
    user_id: row.user_id ?? '',
    tenant_id: row.tenant_id ?? '',
    component_id: row.component_id,
    object_id: row.object_id,
    job_id: row.job_id,
    ok: row.ok,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: appendTo('component_uses'),
})
