import { z } from 'zod'
import { appendTo } from './append.ts'
import { id, instant, object, optionalId, tenant, withRest } from './fields.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: optionalId(),
  ts: instant(),
  experiment_id: id(),
  variant: id(),
  user_id: optionalId(),
  anonymous_id: optionalId(),
  tenant_id: tenant(),
  session_id: optionalId(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'exposures',
  path: 'exposures',
  mode: 'append',
  keepsRow: false,
  doc: 'A user saw a variant of an experiment: experiment_id, variant, user_id or anonymous_id, ts.',
  schema,
  ts: (row) => row.ts,
  store: (row) => ({
    user_id: row.user_id ?? '',
    anonymous_id: row.anonymous_id,
    tenant_id: row.tenant_id ?? '',
    experiment_id: row.experiment_id,
    variant: row.variant,
    session_id: row.session_id,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: appendTo('exposures'),
})
