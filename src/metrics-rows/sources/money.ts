import { paymentRate, reportedPayment } from '../../rollups/buckets.ts'
import { dayAt, during, money, ofScope, type RowSource, text, time } from '../source.ts'

/** A payment counts by its instant, whatever became of it later. */
export const payments: RowSource = {
  noun: 'payment',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, p.ts as at, p.payment_id as id, d.day, p.payment_id, p.user_id, p.tenant_id,
      p.subscription_id, p.provider, p.status, p.currency, p.failure_reason, 1 as n, p.amount_minor, p.fee_minor,
      p.fee_waived_minor, p.refunded_minor, case when p.subscription_id is null then 0 else p.amount_minor end as subscription_minor,
      (p.fee_waived_minor > 0)::int as waived_n, ${reportedPayment(q.sql)}
    from payments p cross join lateral (select ${dayAt(q, 'ts')} as day) d ${paymentRate(q.sql, q.currency)}
    where ${during(q, 'ts', span)} and ${ofScope(q, span)}`,
  columns: {
    time: time('Time', { from: 'at' }),
    payment_id: text('Payment'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    provider: text('Provider'),
    status: text('Status'),
    amount: money('Amount', { from: 'amount_minor' }),
    fee: money('Fee', { from: 'fee_minor' }),
    fee_waived: money('Waived', { from: 'fee_waived_minor' }),
    refunded: money('Refunded', { from: 'refunded_minor' }),
    currency: text('Currency'),
    failure_reason: text('Reason', { personal: true }),
  },
}
