import { z } from 'zod'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
import { rateOf } from '../metrics/revenue-rows.ts'
import { number, opOf } from './fields.ts'
import { type Given, kind } from './kinds-types.ts'
import { COMPARISONS, type Comparison, holdsNumber } from './sets.ts'

/** What the account that somebody belongs to pays. */
export const pays = {
  mrr: kind({
    label: 'MRR of their account',
    group: 'What they pay',
    ops: COMPARISONS,
    fields: () => ['n'],
    unit: 'money',
    schema: z.strictObject({ kind: z.literal('mrr'), op: opOf(COMPARISONS), n: number }),
    holds: (q, given, scope) => {
      const major = q.sql`sum(p.amount_minor * x.rate) / ${q.minor}::float8`
      return holdsNumber(q, given, major, ofCustomers(q, scope))
    },
    say: ({ op, n }: Given, { currency }) => `pay ${COMPARISONS[op as Comparison]} ${n} ${currency} a month (MRR)`,
  }),
}

/**
 * The customer is the user, or the tenant they belong to. What they pay in other currencies counts at the rate of today, as
 * in MRR; of who pays only in currencies without a rate nothing is known.
 */
const ofCustomers =
  (q: SqlContext, scope: string) =>
  (having: Fragment): Fragment => {
    const { sql, policy } = q
    const today = sql`${q.today}::date`
    return sql`
        select x.user_id
        from users x join (
          select p.customer_id
          from (
            select customer_id, currency, sum(amount_minor) as amount_minor from customer_mrr_days
            where scope = ${scope} and policy in ('', ${policy}) and day <= ${today}
            group by customer_id, currency having sum(amount_minor) <> 0
          ) p cross join lateral (select ${rateOf(q, sql`p.currency`, today)} as rate) x
          group by p.customer_id having ${having}
        ) c on c.customer_id = x.user_id or c.customer_id = x.tenant_id and x.tenant_id <> ''`
  }
