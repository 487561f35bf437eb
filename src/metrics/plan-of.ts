import type { Fragment, SqlContext } from './metric.ts'

/** The plan that a row of user_plans or plan_days means: without one, and after a trial that led to none, the free one. */
export const planOf = ({ sql }: SqlContext, row: string): Fragment =>
  sql`case when ${sql(row)}.class = 'trial_expired' then 'free' else ${sql(row)}.plan end`
