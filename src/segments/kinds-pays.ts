import { z } from 'zod'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
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
      const major = q.sql`sum(amount_minor) / ${q.minor}::float8`
      return holdsNumber(q, given, major, ofCustomers(q, scope))
    },
    say: ({ op, n }: Given, { currency }) => `pay ${COMPARISONS[op as Comparison]} ${n} ${currency} a month (MRR)`,
  }),
}

/** The customer is the user, or the tenant they belong to. */
const ofCustomers =
  ({ sql, currency, policy, today }: SqlContext, scope: string) =>
  (having: Fragment): Fragment =>
    sql`
        select x.user_id
        from users x join (
          select customer_id from customer_mrr_days
          where scope = ${scope} and currency = ${currency} and policy in ('', ${policy}) and day <= ${today}::date
          group by customer_id having ${having}
        ) c on c.customer_id = x.user_id or c.customer_id = x.tenant_id and x.tenant_id <> ''`
