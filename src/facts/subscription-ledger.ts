import { randomUUID } from 'node:crypto'
import type { Sql } from 'postgres'
import { UPSERT_LOCK } from '../db/locks.ts'
import {
  endedInThePast,
  isMoved,
  type Movement,
  movementsOf,
  mrrOf,
  type SubscriptionState,
  withHistory,
  withOwner,
} from './mrr.ts'
import type { Batch, Prepared, StoredRow, Tx, WriteBatch } from './types.ts'

/**
 * Applies states in time order, customer by customer, and writes three things in one transaction: the state now, its
 * history, and the movements that lead there. A state older than the one known is kept as history only: the ledger is
 * append-only and says what was believed.
 */
export const writeSubscriptions: WriteBatch = async (sql, rows, batch) => {
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${UPSERT_LOCK}, hashtext('subscriptions'))`
    const ledger = await openLedger(tx, rows)
    const inOrder = [...rows].sort((a, b) => a.ts.getTime() - b.ts.getTime())
    for (const { row } of inOrder) ledger.apply(row)
    await ledger.save(tx, batch)
  })
  return new Set()
}

interface RecordedMovement extends Movement {
  id: string
  state: SubscriptionState
}

class Ledger {
  private readonly states: SubscriptionState[] = []
  private readonly movements: RecordedMovement[] = []
  private readonly changed = new Map<string, StoredRow>()

  constructor(
    private readonly current: Map<string, SubscriptionState>,
    private readonly everPaid: Set<string>,
  ) {}

  apply(row: StoredRow): void {
    const before = this.current.get(row.subscription_id as string)
    const told = withOwner(
      stateOf({ ...row, currency: row.currency ?? before?.currency ?? row.reporting_currency }),
      before,
    )
    for (const state of before ? [endedInThePast(told, before)] : withHistory(told)) this.step(state, row)
  }

  private step(state: SubscriptionState, row: StoredRow): void {
    const before = this.current.get(state.subscriptionId)
    this.states.push(state)
    if (before && state.updatedAt < before.updatedAt) return
    if (before && isMoved(before, state)) {
      this.states.push(before)
      this.record(before, { ...before, status: 'expired', endsAt: null, updatedAt: state.updatedAt })
      this.record(undefined, state)
    } else this.record(before, state)
    this.current.set(state.subscriptionId, state)
    this.changed.set(state.subscriptionId, {
      ...row,
      ...ownerColumns(state),
      mrr_minor: mrrOf(state),
      updated_at: state.updatedAt,
    })
  }

  private record(before: SubscriptionState | undefined, state: SubscriptionState): void {
    const customer = `${state.customerId}\0${state.currency}`
    let others = 0
    for (const other of this.current.values())
      if (other.subscriptionId !== state.subscriptionId && `${other.customerId}\0${other.currency}` === customer)
        others += mrrOf(other)
    // A random id will do: under the lock a state that is told again finds itself, and moves nothing.
    for (const movement of movementsOf(before, state, others, this.everPaid.has(customer)))
      this.movements.push({ ...movement, id: randomUUID(), state })
    if (mrrOf(state) > 0) this.everPaid.add(customer)
  }

  async save(tx: Tx, batch: Batch): Promise<void> {
    await saveStates(tx, this.states)
    await saveCurrent(tx, [...this.changed.values()])
    await saveMovements(tx, this.movements, batch)
    await markUsers(tx, this.states)
  }
}

/** The columns that an update may have left out. */
const ownerColumns = ({ customerId, userId, tenantId, currency }: SubscriptionState) => ({
  customer_id: customerId,
  user_id: userId,
  tenant_id: tenantId,
  currency,
})

async function openLedger(tx: Tx, rows: Prepared[]): Promise<Ledger> {
  const customers = [...new Set(rows.map(({ row }) => row.customer_id as string))]
  const ids = [...new Set(rows.map(({ row }) => row.subscription_id as string))]
  const known = await tx`
    with told as (select customer_id from subscriptions where subscription_id = any(${ids}::text[]))
    select * from subscriptions
    where customer_id = any(${customers}::text[]) or customer_id in (select customer_id from told)`
  const all = [...new Set([...customers, ...known.map((row) => row.customer_id as string)])]
  const paid = await tx`
    select distinct customer_id, currency from mrr_movements where customer_id = any(${all}::text[])`
  return new Ledger(
    new Map(known.map((row) => [row.subscription_id as string, stateOf(row)])),
    new Set(paid.map((row) => `${row.customer_id}\0${row.currency}`)),
  )
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
    currency: row.currency as string,
    startedAt: row.started_at as Date,
    trialEndsAt: (row.trial_ends_at as Date | null) ?? null,
    endsAt: (row.ends_at as Date | null) ?? null,
    updatedAt: row.updated_at as Date,
  }
}

async function saveStates(tx: Tx, states: SubscriptionState[]): Promise<void> {
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
  }))
  const byKey = new Map(rows.map((row) => [`${row.subscription_id}\0${row.ts.toISOString()}`, row]))
  await tx`
    insert into subscription_states as t
    select * from json_populate_recordset(null::subscription_states, ${JSON.stringify([...byKey.values()])}::text::json)
    on conflict (subscription_id, ts) do update set
      plan = excluded.plan, status = excluded.status, mrr_minor = excluded.mrr_minor,
      trial_ends_at = excluded.trial_ends_at, ends_at = excluded.ends_at`
}

async function saveCurrent(tx: Tx, rows: StoredRow[]): Promise<void> {
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
      properties = coalesce(excluded.properties, t.properties)`
}

async function saveMovements(tx: Tx, movements: RecordedMovement[], batch: Batch): Promise<void> {
  if (movements.length === 0) return
  const rows = movements.map(({ id, state, ...movement }) => ({
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

async function markUsers(tx: Tx, states: SubscriptionState[]): Promise<void> {
  const rows = states.map(({ userId, tenantId }) => ({ user_id: userId, tenant_id: tenantId }))
  await tx`
    insert into dirty_users
    select distinct user_id, coalesce(tenant_id, '')
    from json_populate_recordset(null::dirty_users, ${JSON.stringify(rows)}::text::json)`
}
