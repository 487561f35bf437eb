import { z } from 'zod'
import {
  currency,
  id,
  instant,
  minor,
  object,
  optionalId,
  requiredChoice,
  requiredMinor,
  tenant,
  text,
  withRest,
} from './fields.ts'
import { defineFact } from './types.ts'
import { earliest, newest, upsertInto } from './upsert.ts'

const schema = z.looseObject({
  id: id(),
  ts: instant(),
  user_id: optionalId(),
  tenant_id: tenant(),
  subscription_id: optionalId(),
  invoice_id: optionalId(),
  provider: id(),
  status: requiredChoice('pending', 'succeeded', 'failed', 'refunded'),
  amount: requiredMinor(),
  fee: minor(),
  fee_waived: minor(),
  refunded: minor(),
  currency: currency(),
  failure_reason: text(1000),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

export default defineFact({
  kind: 'payments',
  path: 'payments',
  mode: 'upsert',
  keepsRow: true,
  doc: 'A payment attempt: id, provider, status, amount in minor units, fee, currency.',
  schema,
  ts: (row) => row.updated_at ?? row.ts,
  store: (row, { ts, currency: reporting }) => ({
    payment_id: row.id,
    ts: row.ts ?? ts,
    user_id: row.user_id,
    tenant_id: row.tenant_id,
    subscription_id: row.subscription_id,
    invoice_id: row.invoice_id,
    provider: row.provider,
    status: row.status,
    amount_minor: row.amount,
    fee_minor: row.fee,
    fee_waived_minor: row.fee_waived,
    refunded_minor: row.refunded,
    currency: row.currency ?? reporting,
    failure_reason: row.failure_reason,
    updated_at: ts,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: upsertInto(
    'payments',
    ['payment_id'],
    (tx, json, batch) => {
      const sums = ['fee_minor', 'fee_waived_minor', 'refunded_minor']
      return tx`
      with input as materialized (select * from json_populate_recordset(null::payments, ${json}::text::json)),
      old as materialized (select ts from payments where payment_id in (select payment_id from input)),
      stored as (
        insert into payments as t
        select payment_id, ts, coalesce(user_id, ''), coalesce(tenant_id, ''), subscription_id, invoice_id, provider,
          status, amount_minor, coalesce(fee_minor, 0), coalesce(fee_waived_minor, 0), coalesce(refunded_minor, 0),
          currency, failure_reason, updated_at, properties
        from input
        on conflict (payment_id) do update set
          ${newest(tx, ['status', 'amount_minor', 'currency', 'provider', 'subscription_id', 'invoice_id', 'failure_reason', 'properties'])},
          ${sums.map((name) => tx`${tx(name)} = greatest(t.${tx(name)}, excluded.${tx(name)})`).reduce((all, one) => tx`${all}, ${one}`)},
          user_id = coalesce(nullif(excluded.user_id, ''), t.user_id),
          tenant_id = coalesce(nullif(excluded.tenant_id, ''), t.tenant_id),
          ts = least(t.ts, excluded.ts),
          updated_at = greatest(t.updated_at, excluded.updated_at)
        returning ts
      )
      insert into dirty_buckets
      select 'payment_days', date_trunc('day', ts, ${batch.timeZone}) from (select * from old union all select * from stored) b
      group by 1, 2`
    },
    earliest('ts'),
  ),
})
