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
      interval_count, quantity, amount_minor as amount, discount_minor as discount, discount_ends_at, currency, provider,
      started_at, trial_ends_at, current_period_end, ends_at, greatest(ends_at, updated_at) as updated_at
    from subscriptions where mrr_minor > 0 and status = 'cancelled' and ends_at <= ${at}
    order by ends_at limit 5000`
  if (over.length === 0) return 0
  const facts = over.map((row, index): FactIn => ({ kind: 'subscriptions', index, row: { ...row, status: 'expired' } }))
  await writer.write(facts, { source: 'clock', receivedAt: at })
  return over.length
}

/** The same for discounts that have run out since the subscription was last told: one policy counts their end. */
export async function endDiscounts({ db, writer, now }: Pick<Deps, 'db' | 'writer' | 'now'>): Promise<number> {
  const at = now()
  const over = await db.sql`
    select subscription_id as id, plan, status, nullif(user_id, '') as user_id, nullif(tenant_id, '') as tenant_id,
      interval, interval_count, quantity, amount_minor as amount, discount_minor as discount, discount_ends_at, currency,
      provider, started_at, trial_ends_at, current_period_end, ends_at, discount_ends_at as updated_at
    from subscriptions where discount_ends_at <= ${at} and discount_ends_at > updated_at and discount_minor > 0
    order by discount_ends_at limit 5000`
  if (over.length === 0) return 0
  const facts = over.map((row, index): FactIn => ({ kind: 'subscriptions', index, row }))
  await writer.write(facts, { source: 'clock', receivedAt: at })
  return over.length
}
