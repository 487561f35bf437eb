import { z } from 'zod'
import { currency, id, instant, int, object, optionalId, requiredChoice, requiredMinor, tenant, choice } from './fields.ts'
import { writeSubscriptions } from './subscription-ledger.ts'
import { defineFact } from './types.ts'

export default defineFact({
  kind: 'subscriptions',
  path: 'subscriptions',
  mode: 'upsert',
  keepsRow: true,
  doc: 'The state of a subscription: id, plan, status, amount in minor units, interval. MRR movements are derived from it.',
  schema: z.looseObject({
    id: id(),
    plan: id(),
    status: requiredChoice('trialing', 'active', 'past_due', 'paused', 'cancelled', 'expired'),
    user_id: optionalId(),
    tenant_id: tenant(),
    interval: choice('day', 'week', 'month', 'year'),
    interval_count: int(1, 1000),
    quantity: int(0, 1_000_000),
    amount: requiredMinor(),
    currency: currency(),
    provider: optionalId(),
    started_at: instant(),
    trial_ends_at: instant(),
    current_period_end: instant(),
    ends_at: instant(),
    updated_at: instant(),
    properties: object(),
  }),
  ts: (row) => row.updated_at,
  store: (row, { ts, currency: reporting }) => ({
    subscription_id: row.id,
    customer_id: row.tenant_id ?? row.user_id ?? '',
    user_id: row.user_id ?? '',
    tenant_id: row.tenant_id ?? '',
    plan: row.plan,
    status: row.status,
    interval: row.interval ?? 'month',
    interval_count: row.interval_count ?? 1,
    quantity: row.quantity ?? 1,
    amount_minor: row.amount,
    currency: row.currency ?? reporting,
    provider: row.provider,
    started_at: row.started_at ?? ts,
    trial_ends_at: row.trial_ends_at ?? null,
    current_period_end: row.current_period_end ?? null,
    // A cancelled subscription ends with the period that is paid for.
    ends_at: row.ends_at ?? (row.status === 'cancelled' ? row.current_period_end : undefined) ?? null,
    updated_at: ts,
    properties: row.properties,
  }),
  write: writeSubscriptions,
})
