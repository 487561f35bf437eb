import { z } from 'zod'
import { id, instant, number, object, optionalId, tenant, text, withRest } from './fields.ts'
import { countObjects } from './object-counts.ts'
import { defineFact } from './types.ts'
import { earliest, newest, upsertInto } from './upsert.ts'

const schema = z.looseObject({
  kind: id(),
  id: id(),
  user_id: optionalId(),
  tenant_id: tenant(),
  name: text(1000),
  status: text(100),
  quantity: number(-1e15, 1e15),
  created_at: instant(),
  updated_at: instant(),
  closed_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'objects',
  path: 'objects',
  mode: 'upsert',
  keepsRow: true,
  doc: 'A thing with a life in the product (project, contract, time entry …): kind, id, status, quantity, closed_at.',
  schema,
  ts: (row) => row.updated_at ?? row.closed_at ?? row.created_at,
  store: (row, { ts }) => ({
    kind: row.kind,
    object_id: row.id,
    user_id: row.user_id,
    tenant_id: row.tenant_id,
    name: row.name,
    status: row.status,
    quantity: row.quantity,
    created_at: row.created_at ?? ts,
    updated_at: ts,
    closed_at: row.closed_at,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: upsertInto(
    'objects',
    ['kind', 'object_id'],
    (tx, json, batch) => tx`
      with input as materialized (select * from json_populate_recordset(null::objects, ${json}::text::json)),
      old as materialized (
        select o.*, object_facets(o.kind, o.name, o.properties) as facets from objects o join input i on i.kind = o.kind and i.object_id = o.object_id
      ),
      stored as (
        insert into objects as t
        select kind, object_id, coalesce(user_id, ''), coalesce(tenant_id, ''), name, status, quantity, created_at,
          updated_at, closed_at, properties
        from input
        on conflict (kind, object_id) do update set
          ${newest(tx, ['name', 'status', 'quantity', 'closed_at', 'properties'])},
          user_id = coalesce(nullif(excluded.user_id, ''), t.user_id),
          tenant_id = coalesce(nullif(excluded.tenant_id, ''), t.tenant_id),
          created_at = least(t.created_at, excluded.created_at),
          updated_at = greatest(t.updated_at, excluded.updated_at)
        returning kind, object_id, created_at, closed_at, updated_at, quantity, tenant_id, user_id, properties,
          object_facets(kind, name, properties) as facets
      ),
      ${countObjects(tx)}
      insert into dirty_buckets
      select distinct 'object_days', date_trunc('day', at, ${batch.timeZone})
      from stored s left join old o using (kind, object_id),
        lateral (values (s.created_at), (s.closed_at), (o.created_at), (o.closed_at), (instant_of(s.facets[4])),
          (instant_of(o.facets[4]))) v(at)
      where (s.created_at, s.closed_at, s.quantity, s.tenant_id, s.user_id, s.facets)
          is distinct from (o.created_at, o.closed_at, o.quantity, o.tenant_id, o.user_id, o.facets)
        and at is not null
      union
      select 'object_counts', hour from grown`,
    earliest('created_at'),
  ),
})
