import type { Expr } from './metric.ts'
import { reportedSum } from './reported.ts'

/** The movements of some kinds, in major units of the reporting currency. */
export const moved =
  (...kinds: string[]): Expr =>
  (q) =>
    reportedSum(q, 'amount', q.sql`r.kind = any(${kinds}::text[])`)

/** MRR itself. */
export const allMoved: Expr = (q) => reportedSum(q, 'amount')

/** Customers whose money MRR has; of one kind of movement where it is given. */
export const customers =
  (kind?: string): Expr =>
  ({ sql, currency }) =>
    sql`coalesce(sum(case when r.currency = ${currency} then r.customers_delta else r.customers_reported end)
      ${kind === undefined ? sql`` : sql`filter (where r.kind = ${kind})`}, 0)`
