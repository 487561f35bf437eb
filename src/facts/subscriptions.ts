import { z } from 'zod'
import {
  choice,
  currency,
  id,
  instant,
  int,
  minor,
  object,
  optionalId,
  requiredChoice,
  requiredMinor,
  tenant,
  text,
} from './fields.ts'
import { writeSubscriptions } from './subscription-ledger.ts'
import { defineFact } from './types.ts'

const reasonIn = (properties: Record<string, unknown> | undefined): string | null =>
  typeof properties?.cancel_reason === 'string' ? properties.cancel_reason.slice(0, 300) || null : null

export default defineFact({
  kind: 'subscriptions',
  path: 'subscriptions',
  mode: 'upsert',
  keepsRow: true,
  doc: 'The state of a subscription: id, plan, status, amount in minor units, interval, discount. MRR movements are derived from it.',
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
    discount: minor(),
    discount_ends_at: instant(),
    currency: currency(),
    provider: optionalId(),
    started_at: instant(),
    trial_ends_at: instant(),
    current_period_end: instant(),
    ends_at: instant(),
    cancel_reason: text(300),
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
    discount_minor: Math.max(0, row.discount ?? 0),
    discount_ends_at: row.discount_ends_at ?? null,
    // Left out, it stays what it was; of a new subscription it is the reporting currency.
    currency: row.currency,
    reporting_currency: reporting,
    provider: row.provider,
    started_at: row.started_at ?? ts,
    trial_ends_at: row.trial_ends_at ?? null,
    current_period_end: row.current_period_end ?? null,
    // A cancelled subscription ends with the period that is paid for.
    ends_at: row.ends_at ?? (row.status === 'cancelled' ? row.current_period_end : undefined) ?? null,
    cancel_reason: row.cancel_reason ?? reasonIn(row.properties),
    updated_at: ts,
    properties: row.properties,
  }),
  write: writeSubscriptions,
})
