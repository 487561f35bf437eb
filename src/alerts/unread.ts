import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { type Catalogue, freshCatalogue, reloadCatalogue } from '../custom-metrics/catalogue.ts'
import { counted } from '../lib/counted.ts'
import { isCustomKey } from '../metrics/catalogue.ts'
import { metricOfRule, type Rule, type StoredRule } from './rule.ts'
import { noteAlertChange } from './version.ts'
import { endAlert } from './write.ts'

/** Why nothing could be said of a rule: a read that failed, which changes none of its alerts; or its metric is gone. */
export interface Unread {
  why: string
  gone: boolean
}

/** The metrics there are. That one is gone is never concluded from what is remembered. @throws where nobody can tell */
export async function catalogueFor(deps: Deps, rules: readonly { rule: Rule }[]): Promise<Catalogue> {
  const catalogue = await freshCatalogue(deps)
  return rules.some(({ rule }) => isGone(catalogue, rule)) ? reloadCatalogue(deps) : catalogue
}

export const isGone = (catalogue: Catalogue, rule: Rule): boolean =>
  rule.when.kind !== 'source' && metricOfRule(catalogue, rule) === undefined

/** What has become of a rule's metric. */
export function goneWords({ custom }: Catalogue, { metric }: Rule): string {
  const entry = isCustomKey(metric) ? custom.get(metric) : undefined
  if (!entry) return `There is no metric ${metric} any more.`
  return entry.broken ? `${metric} cannot be computed: ${entry.broken}` : `${metric} is archived.`
}

const MAX_WHY = 300

export const unreadOf = (error: unknown): Unread => ({
  why: (error instanceof Error ? error.message : String(error)).slice(0, MAX_WHY),
  gone: false,
})

/** What fires by a metric that is gone ends with it: nobody would ever find it well. */
export async function endGone(tx: TransactionSql, unread: readonly [StoredRule, Unread][], at: Date): Promise<void> {
  const rules = new Map(unread.flatMap(([stored, { gone }]) => (gone ? [[stored.id, stored]] : [])))
  if (rules.size === 0) return
  const open = await tx<{ id: number; ruleId: number }[]>`
    select id::float8 as id, rule_id::float8 as "ruleId" from alerts
    where state in ('pending', 'firing') and rule_id = any(${[...rules.keys()]}::bigint[])`
  for (const { id, ruleId } of open) await endAlert(tx, rules.get(ruleId) as StoredRule, id, { why: 'metric', at })
  if (open.length > 0) noteAlertChange()
}

/** Since when and why each rule cannot be read; of one that was read again nothing is left of it. */
export async function storeUnread(
  tx: TransactionSql,
  read: readonly StoredRule[],
  unread: readonly [StoredRule, Unread][],
  at: Date,
): Promise<void> {
  const again = read.flatMap(({ id, unreadSince }) => (unreadSince === null ? [] : [id]))
  if (again.length > 0)
    await tx`
      update alert_rules set unread_since = null, unread_why = null, state = case state when 'unread' then 'ok' else state end
      where id = any(${again}::bigint[])`
  if (unread.length > 0)
    await tx`
      update alert_rules a set unread_since = coalesce(a.unread_since, ${at}), unread_why = r.why,
        state = case when r.is_open then a.state else 'unread' end
      from (
        select u.id, u.why, exists (
          select from alerts o where o.rule_id = u.id and o.state in ('pending', 'firing')
        ) as is_open
        from unnest(${unread.map(([{ id }]) => id)}::bigint[], ${unread.map(([, { why }]) => why)}::text[]) u (id, why)
      ) r
      where a.id = r.id and (a.unread_since is null or a.unread_why <> r.why or (a.state <> 'unread' and not r.is_open))`
  if (again.length + unread.length > 0) noteAlertChange()
}

/** A check that could not read some of its rules has failed for those. @throws Error that names them */
export function refuseUnread(unread: readonly { name: string; why: string }[]): void {
  if (unread.length === 0) return
  const each = unread.slice(0, MOST_NAMED).map(({ name, why }) => `“${name}”: ${why}`)
  throw new Error(`${counted(unread.length, 'alert rule')} could not be read. ${each.join('; ')}`)
}

const MOST_NAMED = 5
