import { z } from 'zod'
import { choice, currency, id, instant, minor, object, text } from './fields.ts'
import { defineFact } from './types.ts'
import { newest, upsertInto } from './upsert.ts'

export default defineFact({
  kind: 'plans',
  path: 'plans',
  mode: 'upsert',
  keepsRow: true,
  doc: 'A plan of the product: id, name, class (paid or free), amount in minor units, interval, limits.',
  schema: z.looseObject({
    id: id(),
    name: text(300),
    class: choice('paid', 'free'),
    amount: minor(),
    currency: currency(),
    interval: choice('day', 'week', 'month', 'year'),
    limits: object(),
    updated_at: instant(),
  }),
  ts: (row) => row.updated_at,
  store: (row, { ts, currency: reporting }) => ({
    plan_id: row.id,
    name: row.name ?? row.id,
    class: row.class ?? ((row.amount ?? 0) > 0 ? 'paid' : 'free'),
    amount_minor: row.amount,
    currency: row.currency ?? reporting,
    interval: row.interval,
    limits: row.limits,
    updated_at: ts,
  }),
  write: upsertInto(
    'plans',
    ['plan_id'],
    (tx, json) => tx`
      insert into plans as t
      select * from json_populate_recordset(null::plans, ${json}::text::json)
      on conflict (plan_id) do update set
        ${newest(tx, ['name', 'class', 'amount_minor', 'currency', 'interval', 'limits'])},
        updated_at = greatest(t.updated_at, excluded.updated_at)`,
  ),
})
