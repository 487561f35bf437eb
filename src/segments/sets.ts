import type { Fragment, SqlContext } from '../metrics/metric.ts'
import type { Given } from './kinds-types.ts'

/** Comparisons of a number per user. */
export const COMPARISONS = { more: 'more than', at_least: 'at least', exactly: 'exactly', fewer: 'fewer than' } as const
export type Comparison = keyof typeof COMPARISONS

/**
 * Whether the user `u` is among those of whom a number holds. Who has no rows has zero: where zero is what is asked for,
 * those are left out of whom it does not hold, or whose number is not known. Both are joins for the planner, of a set that is made once.
 * @param numbers all users who have any, each once, given what they are to fulfil: `having ${holds}`
 */
export function holdsNumber(
  { sql }: SqlContext,
  given: Given,
  number: Fragment,
  numbers: (having: Fragment) => Fragment,
): Fragment {
  const holds = compared(sql, given, number)
  return holdsOfZero(given) ? without(sql, numbers(sql`(${holds}) is not true`)) : sql`u.user_id in (${numbers(holds)})`
}

/** Whether the user `u` is not in a set of ids. */
export const without = (sql: SqlContext['sql'], set: Fragment): Fragment =>
  sql`not exists (select from (${set}) others where others.user_id = u.user_id)`

function compared(sql: SqlContext['sql'], { op, n = 0 }: Given, number: Fragment): Fragment {
  switch (op as Comparison) {
    case 'more':
      return sql`${number} > ${n}`
    case 'at_least':
      return sql`${number} >= ${n}`
    case 'exactly':
      return sql`${number} = ${n}`
    case 'fewer':
      return sql`${number} < ${n}`
  }
}

const holdsOfZero = ({ op, n = 0 }: Given): boolean =>
  op === 'fewer' ? n > 0 : op === 'exactly' || op === 'at_least' ? n === 0 : false
