import type { Sql } from 'postgres'
import { type Movement, type MrrPolicy, mrrOf, type SubscriptionState } from './mrr.ts'
import type { Batch, StoredRow, Tx } from './types.ts'

/** A movement on its way into the ledger. */
export interface RecordedMovement extends Movement {
  id: string
  state: SubscriptionState
  /** '' = the same under both. */
  policy: MrrPolicy | ''
}

/** From our own stored row, or a fact's. */
export function stateOf(row: StoredRow): SubscriptionState {
  return {
    subscriptionId: row.subscription_id as string,
    customerId: row.customer_id as string,
    userId: row.user_id as string,
    tenantId: row.tenant_id as string,
    plan: row.plan as string,
    status: row.status as SubscriptionState['status'],
    interval: row.interval as SubscriptionState['interval'],
    intervalCount: row.interval_count as number,
    quantity: row.quantity as number,
    amountMinor: Number(row.amount_minor),
    discountMinor: Number(row.discount_minor ?? 0),
    discountEndsAt: (row.discount_ends_at as Date | null) ?? null,
    currency: row.currency as string,
    startedAt: row.started_at as Date,
    trialEndsAt: (row.trial_ends_at as Date | null) ?? null,
    endsAt: (row.ends_at as Date | null) ?? null,
    updatedAt: row.updated_at as Date,
    cancelReason: (row.cancel_reason as string | null) ?? null,
  }
}

/** The history of states: one that is told again is corrected. */
export async function saveStates(tx: Tx, states: SubscriptionState[]): Promise<void> {
  const rows = states.map((state) => ({
    subscription_id: state.subscriptionId,
    ts: state.updatedAt,
    user_id: state.userId,
    tenant_id: state.tenantId,
    plan: state.plan,
    status: state.status,
    mrr_minor: mrrOf(state),
    trial_ends_at: state.trialEndsAt,
    ends_at: state.endsAt,
    currency: state.currency,
    cancel_reason: state.cancelReason,
  }))
  const byKey = new Map(rows.map((row) => [`${row.subscription_id}\0${row.ts.toISOString()}`, row]))
  await tx`
    insert into subscription_states as t
    select * from json_populate_recordset(null::subscription_states, ${JSON.stringify([...byKey.values()])}::text::json)
    on conflict (subscription_id, ts) do update set
      plan = excluded.plan, status = excluded.status, mrr_minor = excluded.mrr_minor,
      trial_ends_at = excluded.trial_ends_at, ends_at = excluded.ends_at, currency = excluded.currency,
      cancel_reason = coalesce(excluded.cancel_reason, t.cancel_reason)`
}

/** What subscriptions are now. */
export async function saveCurrent(tx: Tx, rows: StoredRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx`
    insert into subscriptions as t
    select * from json_populate_recordset(null::subscriptions, ${JSON.stringify(rows)}::text::json)
    on conflict (subscription_id) do update set
      customer_id = excluded.customer_id, user_id = excluded.user_id, tenant_id = excluded.tenant_id,
      plan = excluded.plan, status = excluded.status, interval = excluded.interval,
      interval_count = excluded.interval_count, quantity = excluded.quantity, amount_minor = excluded.amount_minor,
      currency = excluded.currency, mrr_minor = excluded.mrr_minor, provider = coalesce(excluded.provider, t.provider),
      started_at = least(t.started_at, excluded.started_at), trial_ends_at = excluded.trial_ends_at,
      current_period_end = excluded.current_period_end, ends_at = excluded.ends_at, updated_at = excluded.updated_at,
      properties = coalesce(excluded.properties, t.properties), discount_minor = excluded.discount_minor,
      discount_ends_at = excluded.discount_ends_at, cancel_reason = coalesce(excluded.cancel_reason, t.cancel_reason)`
}

/** What the states moved. */
export async function saveMovements(tx: Tx, movements: RecordedMovement[], batch: Batch): Promise<void> {
  if (movements.length === 0) return
  const rows = movements.map(({ id, state, policy, ...movement }) => ({
    movement_id: id,
    batch_id: batch.id,
    ts: movement.ts,
    recorded_at: batch.recordedAt,
    customer_id: state.customerId,
    user_id: state.userId,
    tenant_id: state.tenantId,
    subscription_id: state.subscriptionId,
    plan: movement.plan,
    kind: movement.kind,
    amount_minor: movement.amountMinor,
    customers_delta: movement.customersDelta,
    currency: state.currency,
    policy,
  }))
  await insertMovements(tx, JSON.stringify(rows), batch)
}

/** Appends to the ledger what is not in it yet, and notes the batch for the fold. */
export function insertMovements(tx: Tx | Sql, json: string, batch: Batch) {
  return tx`
    with stored as (
      insert into mrr_movements
      select * from json_populate_recordset(null::mrr_movements, ${json}::text::json)
      on conflict (movement_id) do nothing
      returning movement_id, ts
    ),
    batch as (
      insert into fact_batches (id, kind, n, min_ts, max_ts)
      select ${batch.id}, 'mrr_movements', count(*), min(ts), max(ts) from stored having count(*) > 0
    )
    select movement_id from stored`
}

/** Whose plan class has to be worked out anew. */
export async function markUsers(tx: Tx, states: SubscriptionState[]): Promise<void> {
  const rows = states.map(({ userId, tenantId }) => ({ user_id: userId, tenant_id: tenantId }))
  await tx`
    insert into dirty_users
    select distinct user_id, coalesce(tenant_id, '')
    from json_populate_recordset(null::dirty_users, ${JSON.stringify(rows)}::text::json)`
}

/** Of which subscriptions the statuses have to be worked out anew. */
export async function markSubscriptions(tx: Tx, states: SubscriptionState[]): Promise<void> {
  const ids = [...new Set(states.map(({ subscriptionId }) => subscriptionId))]
  await tx`insert into dirty_subscriptions select unnest(${ids}::text[])`
}
