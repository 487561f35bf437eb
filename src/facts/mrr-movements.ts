import { z } from 'zod'
import { currency, id, instant, int, optionalId, requiredChoice, requiredMinor, tenant } from './fields.ts'
import { insertMovements } from './subscription-store.ts'
import { defineFact } from './types.ts'

const DELTA: Partial<Record<string, number>> = { new: 1, reactivation: 1, churn: -1 }

export default defineFact({
  kind: 'mrr_movements',
  path: 'mrr-movements',
  mode: 'append',
  keepsRow: true,
  doc: 'A ready-made ledger of MRR, for products whose billing keeps one: send either this or subscriptions.',
  schema: z.looseObject({
    id: id(),
    ts: instant(),
    customer_id: id(),
    user_id: optionalId(),
    tenant_id: tenant(),
    subscription_id: optionalId(),
    plan: optionalId(),
    kind: requiredChoice('new', 'expansion', 'contraction', 'churn', 'reactivation', 'fx'),
    amount: requiredMinor(),
    customers_delta: int(-1, 1),
    currency: currency(),
  }),
  ts: (row) => row.ts,
  store: (row, { ts, now, currency: reporting }) => ({
    movement_id: row.id,
    ts,
    recorded_at: now,
    customer_id: row.customer_id,
    user_id: row.user_id ?? '',
    tenant_id: row.tenant_id ?? '',
    subscription_id: row.subscription_id,
    plan: row.plan ?? '',
    kind: row.kind,
    amount_minor: row.amount,
    customers_delta: row.customers_delta ?? DELTA[row.kind] ?? 0,
    currency: row.currency ?? reporting,
    // Whoever keeps a ledger has a policy: theirs.
    policy: '',
  }),
  write: async (sql, rows, batch) => {
    const json = JSON.stringify(rows.map(({ row }) => ({ ...row, batch_id: batch.id })))
    const stored = new Set((await insertMovements(sql, json, batch)).map((row) => row.movement_id as string))
    const duplicates = new Set<number>()
    rows.forEach(({ row }, position) => {
      if (!stored.delete(row.movement_id as string)) duplicates.add(position)
    })
    return duplicates
  },
})
