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
import { earliest, type Merge, newest, upsertInto } from './upsert.ts'

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

const SUMS = ['fee_minor', 'fee_waived_minor', 'refunded_minor']
/** What the fold looks at: a change of anything else leaves the day's sums as they are. */
const FOLDED = [
  'ts',
  'status',
  'amount_minor',
  ...SUMS,
  'provider',
  'currency',
  'user_id',
  'tenant_id',
  'subscription_id',
]

const updatedMs = (row: Record<string, unknown>): number =>
  row.updated_at instanceof Date ? row.updated_at.getTime() : 0

/** Fees and refunds only grow; but a refund may fail later, so that what is told of it later holds. */
const largestSums: Merge = (older, newer) => {
  const merged = earliest('ts')(older, newer)
  for (const name of SUMS) {
    const told = [older[name], newer[name]].filter((sum) => typeof sum === 'number')
    if (told.length > 0) merged[name] = Math.max(...told)
    if (name === 'refunded_minor' && typeof newer[name] === 'number' && updatedMs(newer) > updatedMs(older))
      merged[name] = newer[name]
  }
  return merged
}

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
    refunded_minor: row.refunded ?? (row.status === 'refunded' ? row.amount : undefined),
    currency: row.currency ?? reporting,
    failure_reason: row.failure_reason,
    updated_at: ts,
    properties: withRest(KNOWN, row, row.properties),
  }),
  write: upsertInto(
    'payments',
    ['payment_id'],
    (tx, json, batch) => {
      const folded = (table: string) =>
        FOLDED.map((name) => tx`${tx(`${table}.${name}`)}`).reduce((all, one) => tx`${all}, ${one}`)
      return tx`
      with input as materialized (select * from json_populate_recordset(null::payments, ${json}::text::json)),
      old as materialized (select * from payments where payment_id in (select payment_id from input)),
      stored as (
        insert into payments as t
        select payment_id, ts, coalesce(user_id, ''), coalesce(tenant_id, ''), subscription_id, invoice_id, provider,
          status, amount_minor, coalesce(fee_minor, 0), coalesce(fee_waived_minor, 0), coalesce(refunded_minor, 0),
          currency, failure_reason, updated_at, properties
        from input
        on conflict (payment_id) do update set
          ${newest(tx, ['status', 'amount_minor', 'currency', 'provider', 'subscription_id', 'invoice_id', 'failure_reason', 'properties'])},
          fee_minor = greatest(t.fee_minor, excluded.fee_minor),
          fee_waived_minor = greatest(t.fee_waived_minor, excluded.fee_waived_minor),
          refunded_minor = case
            when excluded.updated_at > t.updated_at then coalesce(
              (select i.refunded_minor from input i where i.payment_id = excluded.payment_id), t.refunded_minor)
            when excluded.updated_at = t.updated_at then greatest(t.refunded_minor, excluded.refunded_minor)
            else t.refunded_minor end,
          user_id = coalesce(nullif(excluded.user_id, ''), t.user_id),
          tenant_id = coalesce(nullif(excluded.tenant_id, ''), t.tenant_id),
          ts = least(t.ts, excluded.ts),
          updated_at = greatest(t.updated_at, excluded.updated_at)
        returning *
      )
      insert into dirty_buckets
      select distinct 'payment_days', date_trunc('day', at, ${batch.timeZone})
      from stored s left join old o using (payment_id), lateral (values (s.ts), (o.ts)) v(at)
      where (${folded('s')}) is distinct from (${folded('o')}) and at is not null`
    },
    largestSums,
  ),
})
