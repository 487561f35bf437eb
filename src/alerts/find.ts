import type { Fragment } from 'postgres'
import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Tag } from '../db/tag.ts'
import type { Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import type { Rule, RuleState, StoredRule } from './rule.ts'
import { seedRules } from './seed.ts'

interface RuleRow {
  id: number
  slug: string
  name: string
  enabled: boolean
  severity: Rule['severity']
  scope: string
  rule: Omit<Rule, 'name' | 'enabled' | 'severity' | 'scope'>
  preset: string | null
  state: RuleState
  unreadSince: Date | null
  unreadWhy: string | null
  version: number
  updatedAt: Date
  updatedBy: string
}

/** Rules that are not deleted, by name. */
export async function ruleRows(sql: Tag, where: Fragment = sql`true`): Promise<StoredRule[]> {
  const rows = await sql<RuleRow[]>`
    select id::float8 as id, slug, name, enabled, severity, scope, rule, preset, state, version, unread_since as "unreadSince",
      unread_why as "unreadWhy",
      updated_at as "updatedAt", updated_by as "updatedBy"
    from alert_rules where deleted_at is null and ${where} order by lower(name), id`
  return rows.map(({ name, enabled, severity, scope, rule, ...rest }) => ({
    ...rest,
    rule: { ...rule, name, enabled, severity, scope },
  }))
}

/** Whether somebody may see a rule or an alert: who is bound to tenants sees those of theirs alone. */
export const maySee = (who: Who, scope: string): boolean =>
  who.tenants === null || (scope !== '*' && mayTenant(who, scope))

/** The same as a condition on a column `scope`. */
export const visible = (sql: Tag, who: Pick<Who, 'tenants'>, column: Fragment): Fragment =>
  who.tenants === null ? sql`true` : sql`${column} = any(${who.tenants})`

/** The rules that somebody may see; those that come with Quarterdeck are made where they are not yet. */
export async function listRules(deps: Pick<Deps, 'db'>, who: Who): Promise<StoredRule[]> {
  await seedRules(deps)
  const { sql } = deps.db
  return ruleRows(sql, visible(sql, who, sql`scope`))
}

/** A rule by its slug or id. @throws NotFound */
export async function findRule(deps: Pick<Deps, 'db'>, who: Who, ref: string): Promise<StoredRule> {
  await seedRules(deps)
  const { sql } = deps.db
  const [found] = await ruleRows(sql, referenceIs(sql, ref))
  if (found && maySee(who, found.rule.scope)) return found
  throw new NotFound(`There is no alert rule “${ref.slice(0, 80)}”.`)
}

export const referenceIs = (sql: Tag, ref: string): Fragment =>
  /^\d{1,15}$/.test(ref) ? sql`id = ${ref}` : sql`slug = ${ref.slice(0, 100)}`
