import { dayAt, during, isFolded, latest, money, number, ofScope, type RowSource, text, time } from '../source.ts'

/** A payment counts by its instant, whatever became of it later. */
export const payments: RowSource = {
  noun: 'payment',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, payment_id as id, ${dayAt(q, 'ts')} as day, payment_id, user_id, tenant_id,
      subscription_id, provider, status, currency, failure_reason, 1 as n, amount_minor, fee_minor, fee_waived_minor,
      refunded_minor, case when subscription_id is null then 0 else amount_minor end as subscription_minor,
      (fee_waived_minor > 0)::int as waived_n
    from payments where ${during(q, 'ts', span)} and ${ofScope(q, span)}`,
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

/** The ledger, of the policy that is set: a movement is a row of a flow, a customer one of a stock. */
export const mrr: RowSource = {
  noun: 'movement',
  thing: { noun: 'customer', column: 'customer_id' },
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, movement_id as id, ${dayAt(q, 'ts')} as day,
      customer_id, user_id, tenant_id, subscription_id, plan, kind, currency, 1 as n, amount_minor, customers_delta
    from mrr_movements where policy in ('', ${q.policy}) and ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`,
  columns: {
    time: time('Time', { from: 'at', only: 'fact' }),
    changed: time('Last movement', { from: 'at', only: 'thing' }),
    since: time('First movement', { of: ({ sql }) => sql`min(r.at)`, only: 'thing' }),
    customer_id: text('Customer'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    subscription_id: text('Subscription', { only: 'fact' }),
    plan: text('Plan', { of: latest('plan', 'amount_minor') }),
    kind: text('Kind', { only: 'fact' }),
    amount: money('Amount', { from: 'amount_minor', only: 'fact' }),
    customers_delta: number('Customers', { only: 'fact' }),
    currency: text('Currency', { only: 'fact' }),
  },
}
