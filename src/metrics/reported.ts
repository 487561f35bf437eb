import type { Fragment, SqlContext } from './metric.ts'

/**
 * An amount of the rows `r`, in minor units of the reporting currency: money of another one has been converted by the
 * fold, at the rate of its day. null where there is no rate.
 */
export function reported({ sql, currency }: SqlContext, amount: string): Fragment {
  return sql`case when r.currency = ${currency} then r.${sql(`${amount}_minor`)} else r.${sql(`${amount}_reported`)} end`
}

/** Σ of such amounts in major units; 0 where there is none. */
export function reportedSum(q: SqlContext, amount: string, where?: Fragment): Fragment {
  const { sql, minor } = q
  return sql`coalesce(sum(${reported(q, amount)}) ${where ? sql`filter (where ${where})` : sql``}, 0) / ${minor}::float8`
}

/** Whether the amount of a row is known in the reporting currency. */
export function isReported({ sql, currency }: SqlContext, amount: string): Fragment {
  return sql`(r.currency = ${currency} or r.${sql(`${amount}_reported`)} is not null)`
}
