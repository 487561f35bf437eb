import { z } from 'zod'
import { instant, object, requiredTenant, text, withRest } from './fields.ts'
import { defineFact } from './types.ts'
import { earliest, newest, upsertInto } from './upsert.ts'

const schema = z.looseObject({
  id: requiredTenant(),
  name: text(300),
  plan: text(300),
  country: text(100),
  created_at: instant(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'tenants',
  path: 'tenants',
  mode: 'upsert',
  keepsRow: true,
  doc: 'A customer organisation: id, name, plan.',
  schema,
  ts: (row) => row.updated_at,
  store: (row, { ts }) => ({
    tenant_id: row.id,
    name: row.name,
    plan: row.plan,
    country: row.country,
    created_at: row.created_at ?? ts,
    updated_at: ts,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: upsertInto(
    'tenants',
    ['tenant_id'],
    (tx, json) => tx`
      insert into tenants as t
      select * from json_populate_recordset(null::tenants, ${json}::text::json)
      on conflict (tenant_id) do update set
        ${newest(tx, ['name', 'plan', 'country', 'properties'])},
        created_at = least(t.created_at, excluded.created_at),
        updated_at = greatest(t.updated_at, excluded.updated_at)`,
    earliest('created_at'),
  ),
})
