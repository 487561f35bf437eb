import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'

/** Customers who began to pay, or came back, in a range of days. */
export async function newCustomers(
  { db: { sql } }: Deps,
  { scope, from, to }: { scope: string; from: Day; to: Day },
): Promise<number> {
  const [row] = await sql<{ customers: number }[]>`
    select coalesce(sum(customers_delta), 0)::int as customers from mrr_days
    where scope = ${scope} and day between ${from} and ${to} and kind in ('new', 'reactivation')`
  return row?.customers ?? 0
}
