import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { type AlertChange, announce } from './announce.ts'
import { looksDown } from './conditions/index.ts'
import type { Memory } from './machine.ts'
import type { Finding } from './readings.ts'
import type { Rule, RuleState, StoredRule } from './rule.ts'
import type { Step } from './steps.ts'
import { noteAlertChange } from './version.ts'
import { titleOf } from './words.ts'

/** Writes what has changed of one subject; what has not is only seen. */
export async function apply(
  deps: Deps,
  tx: TransactionSql,
  { stored, finding, open, memory, changes }: Step,
  drivers: string,
  now: Date,
) {
  const { rule } = stored
  let id = open?.id
  for (const change of changes) {
    if (change === 'pending') id = await begin(tx, stored, finding, titleOf(deps, rule, finding, now), now)
    else if (id === undefined) continue
    else if (change === 'passed') await tx`update alerts set state = 'passed', ended_at = ${now} where id = ${id}`
    else if (change === 'fired') {
      const title = titleOf(deps, rule, finding, now)
      await tx`
        update alerts set state = 'firing', fired_at = ${now}, pending_since = ${new Date(memory.since ?? now.getTime())},
          severity = ${rule.severity}, title = ${title}, text = ${drivers}, value = ${finding.value}, peak = ${finding.value}
        where id = ${id}`
      await tell(tx, stored, id, 'fired', now)
    } else if (change === 'resolved') await endAlert(tx, stored, id, { why: 'recovered', at: now })
    else await note(tx, { alertId: id, kind: change, at: now, scope: rule.scope })
  }
}

async function begin(
  tx: TransactionSql,
  { id, rule }: StoredRule,
  finding: Finding,
  title: string,
  now: Date,
): Promise<number> {
  // A silence is of the rule and subject: one that flaps does not get loud by beginning anew.
  const [row] = await tx<{ id: number }[]>`
    insert into alerts (rule_id, subject, scope, state, severity, title, value, peak, pending_since, seen_at,
      silenced_until, silenced_by)
    select ${id}, ${finding.subject}, ${rule.scope}, 'pending', ${rule.severity}, ${title}, ${finding.value},
      ${finding.value}, ${now}, ${now}, s.silenced_until, s.silenced_by
    from (values (1)) one left join lateral (
      select b.silenced_until, b.silenced_by from alerts b
      where b.rule_id = ${id} and b.subject = ${finding.subject} and b.silenced_until > ${now}
      order by b.silenced_until desc limit 1
    ) s on true
    returning id::float8 as id`
  if (!row) throw new Error('the alert was not written')
  return row.id
}

/** Why an alert ended; 'metric': that is gone. */
export type EndedWhy = 'recovered' | 'by hand' | 'rule' | 'metric'

/** Ends an alert, with its notice where it had fired. */
export async function endAlert(
  tx: TransactionSql,
  stored: Pick<StoredRule, 'rule'>,
  id: number,
  { why, by, at }: { why: EndedWhy; by?: string; at: Date },
): Promise<void> {
  const [row] = await tx<{ fired: boolean }[]>`
    update alerts set state = case when fired_at is null then 'passed' else 'resolved' end, ended_at = ${at},
      ended_why = ${why}, ended_by = ${by ?? null}, ok_since = null
    where id = ${id} and state in ('pending', 'firing')
    returning fired_at is not null as fired`
  if (row?.fired) await tell(tx, stored, id, 'resolved', at, by)
}

async function tell(
  tx: TransactionSql,
  { rule }: Pick<StoredRule, 'rule'>,
  id: number,
  change: 'fired' | 'resolved',
  at: Date,
  by?: string,
): Promise<void> {
  await note(tx, { alertId: id, kind: change, at, scope: rule.scope, actor: by })
  const [alert] = await tx<Omit<AlertChange['alert'], 'id'>[]>`
    select scope, severity, title, text, ended_why as "endedWhy", told_to as "toldTo",
      coalesce(silenced_until > ${at}, false) as silenced
    from alerts where id = ${id}`
  if (alert) await announce(tx, { change, alert: { id, ...alert }, channels: rule.channels, at })
}

/** A line of an alert's history. */
export async function note(
  tx: TransactionSql,
  {
    alertId,
    kind,
    at,
    scope,
    actor,
    text,
  }: { alertId: number; kind: string; at: Date; scope: string; actor?: string; text?: string },
): Promise<void> {
  await tx`
    insert into alert_events (alert_id, at, kind, tenant_id, actor, value, note)
    select ${alertId}, ${at}, ${kind}, ${scope === '*' ? '' : scope}, ${actor ?? null}, value, ${text ?? null}
    from alerts where id = ${alertId}`
}

/** What is still open has been seen: its value now, and the worst so far. One statement for all. */
export async function touch(tx: TransactionSql, steps: readonly Step[], now: Date): Promise<void> {
  const rows = steps.flatMap(({ open, finding, memory, stored, changes }) =>
    open === undefined || memory.phase === 'calm' || changes.includes('fired')
      ? []
      : [
          {
            id: open.id,
            value: finding.value,
            peak: worse(stored.rule, open.peak, finding.value),
            pending_since: memory.since === null ? open.since : new Date(memory.since),
            ok_since: memory.okSince === null ? null : new Date(memory.okSince),
            unknown_since: memory.unknownSince === null ? null : new Date(memory.unknownSince),
          },
        ],
  )
  if (rows.length === 0) return
  await tx`
    update alerts a set value = coalesce(r.value, a.value), peak = r.peak, pending_since = r.pending_since,
      ok_since = r.ok_since, unknown_since = r.unknown_since, seen_at = ${now}
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      r(id bigint, value float8, peak float8, pending_since timestamptz, ok_since timestamptz, unknown_since timestamptz)
    where a.id = r.id`
}

/** Of two values the one that is further on the bad side. */
export function worse({ when }: Pick<Rule, 'when'>, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return looksDown(when) ? Math.min(a, b) : Math.max(a, b)
}

/** What each rule is in now, where that has changed. */
export async function storeStates(tx: TransactionSql, steps: readonly Step[]): Promise<void> {
  const states = new Map<number, RuleState>()
  const before = new Map<number, RuleState>()
  for (const { stored, finding, memory } of steps) {
    const state = stateOf(finding, memory)
    before.set(stored.id, stored.state)
    states.set(stored.id, RANK[state] > RANK[states.get(stored.id) ?? 'ok'] ? state : (states.get(stored.id) ?? 'ok'))
  }
  const changed = [...states].filter(([id, state]) => before.get(id) !== state)
  if (changed.length === 0) return
  await tx`
    update alert_rules a set state = r.state
    from unnest(${changed.map(([id]) => id)}::bigint[], ${changed.map(([, state]) => state)}::text[]) r(id, state)
    where a.id = r.id`
  noteAlertChange()
}

/** The worst of a rule's subjects is the rule's own state. */
const RANK: Record<RuleState, number> = { ok: 0, nodata: 1, held: 2, unread: 3, pending: 4, firing: 5 }

function stateOf({ verdict }: Finding, { phase }: Memory): RuleState {
  if (phase === 'firing' || phase === 'pending') return phase
  if (verdict === 'held') return 'held'
  return verdict === 'unknown' ? 'nodata' : 'ok'
}
