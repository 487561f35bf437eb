import { randomUUID } from 'node:crypto'
import { UPSERT_LOCK } from '../db/locks.ts'
import {
  endedInThePast,
  implied,
  isMoved,
  type Movement,
  MRR_POLICIES,
  type MrrPolicy,
  movementsOf,
  mrrOf,
  type SubscriptionState,
  withHistory,
  withOwner,
} from './mrr.ts'
import {
  markSubscriptions,
  markUsers,
  type RecordedMovement,
  saveCurrent,
  saveMovements,
  saveStates,
  stateOf,
} from './subscription-store.ts'
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

class Ledger {
  private readonly states: SubscriptionState[] = []
  private readonly movements: RecordedMovement[] = []
  private readonly changed = new Map<string, StoredRow>()
  private readonly current = new Map<string, SubscriptionState>()
  /** Ids that were ever a customer's: of 5,000 subscriptions in a batch only these are looked at. */
  private readonly owned = new Map<string, Set<string>>()

  constructor(
    private readonly rows: Map<string, StoredRow>,
    private readonly everPaid: Set<string>,
  ) {
    for (const row of rows.values()) this.know(stateOf(row))
  }

  private know(state: SubscriptionState): void {
    this.current.set(state.subscriptionId, state)
    const ids = this.owned.get(state.customerId)
    if (ids) ids.add(state.subscriptionId)
    else this.owned.set(state.customerId, new Set([state.subscriptionId]))
  }

  /** The customer's other subscriptions. */
  private othersOf({ customerId, subscriptionId }: SubscriptionState): SubscriptionState[] {
    return [...(this.owned.get(customerId) ?? [])].flatMap((id) => {
      const other = this.current.get(id)
      return id !== subscriptionId && other?.customerId === customerId ? [other] : []
    })
  }

  apply(row: StoredRow): void {
    const before = this.current.get(row.subscription_id as string)
    const told = withOwner(
      stateOf({ ...row, currency: row.currency ?? before?.currency ?? row.reporting_currency }),
      before,
    )
    for (const state of before ? [endedInThePast(told, before)] : withHistory(told)) {
      this.settleOthers(state)
      const known = this.current.get(state.subscriptionId)
      for (const one of [...implied(known, state.updatedAt), state]) this.step(one, row)
    }
  }

  /** What has come to an end meanwhile of the customer's other subscriptions: whether it churns depends on them. */
  private settleOthers(state: SubscriptionState): void {
    for (const other of this.othersOf(state))
      for (const one of implied(other, state.updatedAt)) this.step(one, this.rows.get(other.subscriptionId)!)
  }

  private step(state: SubscriptionState, row: StoredRow): void {
    const before = this.current.get(state.subscriptionId)
    this.states.push(state)
    if (before && state.updatedAt < before.updatedAt) return
    if (before && isMoved(before, state)) {
      this.states.push(before)
      const ended: SubscriptionState = { ...before, status: 'expired', endsAt: null, updatedAt: state.updatedAt }
      this.record(before, ended, isSameCustomer(before, state) ? state : undefined)
      this.record(undefined, state, isSameCustomer(before, state) ? before : undefined)
    } else this.record(before, state)
    this.know(state)
    this.rows.set(state.subscriptionId, row)
    this.changed.set(state.subscriptionId, {
      ...row,
      ...ownerColumns(state),
      status: state.status,
      mrr_minor: mrrOf(state),
      updated_at: state.updatedAt,
    })
  }

  private record(before: SubscriptionState | undefined, state: SubscriptionState, other?: SubscriptionState): void {
    const [stripe, chartmogul] = MRR_POLICIES.map((policy) => this.moved(before, state, policy, other))
    if (isSame(stripe!, chartmogul!)) this.note(stripe!, state, '')
    else {
      this.note(stripe!, state, 'stripe')
      this.note(chartmogul!, state, 'chartmogul')
    }
  }

  /** @param other the subscription in its other currency, where it changes that: who goes on paying has not left */
  private moved(
    before: SubscriptionState | undefined,
    state: SubscriptionState,
    policy: MrrPolicy,
    other?: SubscriptionState,
  ): Movement[] {
    // Of the others it matters only whether they cost anything, in whatever currency: the change itself is of one.
    const otherStates = [...this.othersOf(state), ...(other ? [other] : [])]
    const others = otherStates.reduce((sum, one) => sum + mrrOf(one, policy), 0)
    const payer = `${policy}\0${state.customerId}`
    const movements = movementsOf(before, state, others, this.everPaid.has(payer), policy)
    if (mrrOf(state, policy) > 0) this.everPaid.add(payer)
    return movements
  }

  /** A random id will do: under the lock a state that is told again finds itself, and moves nothing. */
  private note(movements: Movement[], state: SubscriptionState, policy: MrrPolicy | ''): void {
    for (const movement of movements) this.movements.push({ ...movement, id: randomUUID(), state, policy })
  }

  async save(tx: Tx, batch: Batch): Promise<void> {
    await saveStates(tx, this.states)
    await saveCurrent(tx, [...this.changed.values()])
    await saveMovements(tx, this.movements, batch)
    await markUsers(tx, this.states)
    await markSubscriptions(tx, this.states)
  }
}

const isSameCustomer = (a: SubscriptionState, b: SubscriptionState): boolean =>
  a.customerId === b.customerId && a.tenantId === b.tenantId

const isSame = (a: Movement[], b: Movement[]): boolean => JSON.stringify(a) === JSON.stringify(b)

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
    select distinct customer_id, policy from mrr_movements where customer_id = any(${all}::text[])`
  return new Ledger(
    new Map(known.map((row) => [row.subscription_id as string, row])),
    new Set(
      paid.flatMap(({ customer_id, policy }) =>
        MRR_POLICIES.filter((one) => policy === '' || policy === one).map((one) => `${one}\0${customer_id}`),
      ),
    ),
  )
}
