import type { Deps } from '../context.ts'
import type { FactIn } from './types.ts'

/**
 * Cancelled subscriptions whose paid period is over end now: their churn counts at the end of that period (PRODUCT,
 * section 11), and no fact need come to say so. Answers how many there were.
 */
export async function expireSubscriptions({ db, writer, now }: Pick<Deps, 'db' | 'writer' | 'now'>): Promise<number> {
  const at = now()
  const over = await db.sql`
    select subscription_id as id, plan, nullif(user_id, '') as user_id, nullif(tenant_id, '') as tenant_id, interval,
      interval_count, quantity, amount_minor as amount, currency, provider, started_at, trial_ends_at,
      current_period_end, ends_at, greatest(ends_at, updated_at) as updated_at
    from subscriptions where mrr_minor > 0 and status = 'cancelled' and ends_at <= ${at}
    order by ends_at limit 5000`
  if (over.length === 0) return 0
  const facts = over.map((row, index): FactIn => ({ kind: 'subscriptions', index, row: { ...row, status: 'expired' } }))
  await writer.write(facts, { source: 'clock', receivedAt: at })
  return over.length
}
