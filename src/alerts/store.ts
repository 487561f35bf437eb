import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf, whyNotChange } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import { refuseUnknownTenant } from '../auth/tenants.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import { ALERTS_LOCK } from '../db/locks.ts'
import type { Who } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
import { freeName, wordSlug } from '../lib/slug.ts'
import { refuseUnknownChannels } from './channels.ts'
import { maySee, referenceIs, ruleRows } from './find.ts'
import { problemsOf, type Rule, type StoredRule } from './rule.ts'
import { noteAlertChange } from './version.ts'
import { endAlert } from './write.ts'

/** Each is checked every minute. */
export const MAX_RULES = 500

/** Why somebody cannot make or change rules, nor act on alerts; undefined = they can. */
export function whyNoAlerts(deps: Pick<Deps, 'config'>, who: Who): string | undefined {
  return whyNotChange(deps, who, 'operator')
}

/** @throws Problem 422 that names its field, Forbidden */
export async function createRule(deps: Deps, who: Who, rule: Rule): Promise<StoredRule> {
  const checked = await checkRule(deps, who, rule)
  return changing(deps, (tx) => insertRule(tx, who, checked))
}

/** Within a transaction that holds the lock: a rule that was checked, under the slug of its name or of `wanted`. */
export async function insertRule(tx: TransactionSql, who: Who, rule: Rule, wanted = rule.name): Promise<StoredRule> {
  const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
      select count(*)::float8 as n from alert_rules where deleted_at is null`
  if (n >= MAX_RULES)
    throw new Problem(422, 'Too many rules', `There are ${MAX_RULES} rules, which is the most: delete one first.`)
  const { name, enabled, severity, scope, ...rest } = rule
  const slug = await freeSlug(tx, wanted)
  await tx`
      insert into alert_rules (slug, name, enabled, severity, scope, rule, created_by, updated_by)
      values (${slug}, ${name}, ${enabled}, ${severity}, ${scope}, ${JSON.stringify(rest)}::text::jsonb, ${actorOf(who)},
        ${actorOf(who)})`
  return written(tx, who, 'alert_rule.create', slug)
}

/**
 * The saved rule runs until this one is saved; an alert that is open stays open, and is checked by the new rule.
 * @throws NotFound, Forbidden, Problem 409 where somebody saved it meanwhile, 422
 */
export async function changeRule(deps: Deps, who: Who, ref: string, rule: Rule, version?: number): Promise<StoredRule> {
  const checked = await checkRule(deps, who, rule)
  return changing(deps, async (tx) => {
    const before = await changeable(tx, who, ref)
    if (version !== undefined && before.version !== version)
      throw new Problem(409, 'Changed meanwhile', 'Somebody else has saved this rule meanwhile: look at it again.')
    return replaceRule(tx, deps, who, before, checked)
  })
}

/** Within a transaction that holds the lock: what a rule says from now on. */
export async function replaceRule(
  tx: TransactionSql,
  deps: Deps,
  who: Who,
  before: StoredRule,
  rule: Rule,
): Promise<StoredRule> {
  const { name, enabled, severity, scope, ...rest } = rule
  await tx`
      update alert_rules set name = ${name}, enabled = ${enabled}, severity = ${severity}, scope = ${scope},
        rule = ${JSON.stringify(rest)}::text::jsonb, version = version + 1, updated_at = now(),
        updated_by = ${actorOf(who)}
      where id = ${before.id}`
  // What it watched is another thing now: what was found of the old one is over.
  if (!enabled || isOther(before.rule, rule)) await endAll(tx, deps, who, before)
  return written(tx, who, 'alert_rule.change', before.slug)
}

/** Switches a rule on or off. @throws NotFound, Forbidden */
export async function switchRule(deps: Deps, who: Who, ref: string, enabled: boolean): Promise<StoredRule> {
  return changing(deps, async (tx) => {
    const before = await changeable(tx, who, ref)
    if (before.rule.enabled === enabled) return before
    await tx`
      update alert_rules set enabled = ${enabled}, state = 'ok', unread_since = null, unread_why = null,
        version = version + 1, updated_at = now(), updated_by = ${actorOf(who)}
      where id = ${before.id}`
    if (!enabled) await endAll(tx, deps, who, before)
    return written(tx, who, enabled ? 'alert_rule.enable' : 'alert_rule.disable', before.slug)
  })
}

/** What it raised stays in the history. @throws NotFound, Forbidden */
export async function deleteRule(deps: Deps, who: Who, ref: string): Promise<StoredRule> {
  return changing(deps, async (tx) => {
    const rule = await changeable(tx, who, ref)
    await endAll(tx, deps, who, rule)
    await tx`update alert_rules set deleted_at = now(), enabled = false where id = ${rule.id}`
    await noteRule(tx, who, 'alert_rule.delete', rule)
    return rule
  })
}

const isOther = (a: Rule, b: Rule): boolean => a.metric !== b.metric || a.scope !== b.scope || a.by !== b.by

async function endAll(tx: TransactionSql, { now }: Deps, who: Who, rule: StoredRule): Promise<void> {
  const open = await tx<{ id: number }[]>`
    select id::float8 as id from alerts where rule_id = ${rule.id} and state in ('pending', 'firing')`
  for (const { id } of open) await endAlert(tx, rule, id, { why: 'rule', by: actorOf(who), at: now() })
  await tx`update alert_rules set state = 'ok', unread_since = null, unread_why = null where id = ${rule.id}`
}

export async function changeable(tx: TransactionSql, who: Who, ref: string): Promise<StoredRule> {
  const [found] = await ruleRows(tx, referenceIs(tx, ref))
  if (!found || !maySee(who, found.rule.scope)) throw new NotFound(`There is no alert rule “${ref.slice(0, 80)}”.`)
  return found
}

/** @throws Problem 422 of the first field that is wrong, Forbidden */
export async function checkRule(deps: Deps, who: Who, rule: Rule): Promise<Rule> {
  const [problem] = problemsOf(await freshCatalogue(deps), rule)
  if (problem) throw new Problem(422, 'The rule is not valid', problem.message).at(problem.field)
  if (who.tenants !== null && rule.scope === '*')
    throw new Forbidden('A rule over all tenants is not yours to make: choose a tenant.').at('scope')
  await refuseUnknownChannels(deps, rule)
  if (rule.scope === '*') return rule
  const scope = scopeOf(who, rule.scope)
  await refuseUnknownTenant(deps, who, scope)
  return { ...rule, scope }
}

/** "AI cost > 50" → "ai-cost-50"; never only digits, as ids are, and never one that was used before. */
async function freeSlug(tx: TransactionSql, name: string): Promise<string> {
  const wanted = wordSlug(name, 'rule')
  const rows = await tx<{ slug: string }[]>`
    select slug from alert_rules where slug = ${wanted} or slug like ${`${wanted}-%`}`
  // And words of our own addresses.
  return freeName(wanted, new Set([...rows.map(({ slug }) => slug), 'new', 'form', 'import']))
}

/** Beside the check of the minute, and other people. */
export async function changing<T>({ db: { sql } }: Deps, change: (tx: TransactionSql) => Promise<T>): Promise<T> {
  try {
    return (await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${ALERTS_LOCK})`
      return change(tx)
    })) as T
  } finally {
    noteAlertChange()
  }
}

async function written(tx: TransactionSql, who: Who, action: string, slug: string): Promise<StoredRule> {
  const [rule] = await ruleRows(tx, tx`slug = ${slug}`)
  if (!rule) throw new Error('the rule was not written')
  await noteRule(tx, who, action, rule)
  return rule
}

const noteRule = (tx: TransactionSql, who: Who, action: string, { id, rule }: StoredRule) =>
  audit(tx, { actor: actorOf(who), action, target: `alert_rule:${id}`, detail: { ...rule } })
