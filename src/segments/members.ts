import type { Fragment, SqlContext } from '../metrics/metric.ts'
import { type Condition, kindOf } from './conditions.ts'
import { type Group, isGroup, type Rule, type SegmentRule } from './rule.ts'

/**
 * The ids of the users for whom a rule holds now. Within a tenant, what they did counts there only; of who made it for
 * some tenants, only users of those are in it.
 */
export function membersOf(q: SqlContext, { rule, tenants }: SegmentRule, scope: string): Fragment {
  const { sql } = q
  const bound = tenants !== null && !tenants.includes(scope) ? sql`u.tenant_id = any(${tenants}::text[])` : sql`true`
  return sql`
      select u.user_id from users u
      where ${bound} and ${holds(q, rule, scope)}`
}

/** One by one, so that each set is a join; of alternatives their users together. */
function holds(q: SqlContext, { match, conditions }: Rule | Group, scope: string): Fragment {
  const { sql } = q
  const parts = conditions.map((one) => (isGroup(one) ? holds(q, one, scope) : conditionHolds(q, one, scope)))
  const [first, ...others] = parts
  if (!first) return sql`true`
  if (others.length === 0) return sql`(${first})`
  if (match === 'all') return parts.reduce((all, one) => sql`${all} and (${one})`, sql`true`)
  const users = parts.map((one) => sql`select u.user_id from users u where ${one}`)
  return sql`u.user_id in (${users.reduce((all, one) => sql`${all} union ${one}`)})`
}

const conditionHolds = (q: SqlContext, condition: Condition, scope: string): Fragment =>
  kindOf(condition.kind).holds(q, condition, scope)
