import type { Expr } from './define.ts'

/** The movements of some kinds, in major units of the configured currency. */
export const moved =
  (...kinds: string[]): Expr =>
  ({ sql, currency, minor }) =>
    sql`coalesce(sum(r.amount_minor) filter (where r.kind = any(${kinds}::text[]) and r.currency = ${currency}), 0)
      / ${minor}::float8`

/** MRR itself. */
export const allMoved: Expr = ({ sql, currency, minor }) =>
  sql`coalesce(sum(r.amount_minor) filter (where r.currency = ${currency}), 0) / ${minor}::float8`

/** Customers of the configured currency, as MRR has them; of one kind of movement where it is given. */
export const customers =
  (kind?: string): Expr =>
  ({ sql, currency }) =>
    sql`coalesce(sum(r.customers_delta) filter (where r.currency = ${currency}
      ${kind === undefined ? sql`` : sql`and r.kind = ${kind}`}), 0)`
