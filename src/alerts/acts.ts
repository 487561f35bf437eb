import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { ALERTS_LOCK } from '../db/locks.ts'
import type { Who } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { tellOwed } from './announce.ts'
import { maySee } from './find.ts'
import type { Rule } from './rule.ts'
import { noteAlertChange } from './version.ts'
import { endAlert, note } from './write.ts'

/** How long an alert is silenced from the page. */
export const SILENCES = { 60: '1 h', 240: '4 h', 1440: '1 day', 10080: '1 week' } as const
const MAX_SILENCE_MS = 31 * 86_400_000

interface Target {
  id: number
  subject: string
  scope: string
  state: 'pending' | 'firing' | 'resolved' | 'passed'
  ackedAt: Date | null
  ruleId: number
  name: string
  severity: Rule['severity']
  rule: Omit<Rule, 'name' | 'enabled' | 'severity' | 'scope'>
}

/** Somebody has seen it and is at it. A second time changes nothing. @throws NotFound, Problem 409 */
export async function acknowledge(deps: Deps, who: Who, id: string): Promise<void> {
  await acting(deps, who, id, 'acknowledge', async (tx, alert) => {
    refuseEnded(alert)
    if (alert.ackedAt) return false
    await tx`update alerts set acked_at = ${deps.now()}, acked_by = ${actorOf(who)} where id = ${alert.id}`
    await said(tx, deps, who, alert, 'acknowledged')
    return true
  })
}

/** No notices of it until then, nor of the next alerts of its rule and subject. @throws NotFound, Problem 409, 422 */
export async function silence(deps: Deps, who: Who, id: string, until: Date): Promise<void> {
  const ahead = until.getTime() - deps.now().getTime()
  if (!(ahead > 0)) throw new Problem(422, 'In the past', 'The end of a silence lies ahead.').at('until')
  if (ahead > MAX_SILENCE_MS)
    throw new Problem(422, 'Too long', 'A silence lasts a month at most; a rule can be switched off.').at('until')
  await acting(deps, who, id, 'silence', async (tx, alert) => {
    refuseEnded(alert)
    // What an earlier silence holds back of the same rule and subject waits for the end of this one.
    await tx`
      update alerts set silenced_until = ${until}, silenced_by = ${actorOf(who)}
      where rule_id = ${alert.ruleId} and subject = ${alert.subject} and (id = ${alert.id} or owed is not null)`
    await said(tx, deps, who, alert, 'silenced', `until ${until.toISOString()}`)
    return true
  })
}

/** Ends a silence, and tells what it held back; without one nothing happens. @throws NotFound */
export async function unsilence(deps: Deps, who: Who, id: string): Promise<void> {
  await acting(deps, who, id, 'unsilence', async (tx, alert) => {
    const ended = await tx`
      update alerts set silenced_until = null, silenced_by = null
      where rule_id = ${alert.ruleId} and subject = ${alert.subject} and silenced_until > ${deps.now()} returning id`
    if (ended.length === 0) return false
    await said(tx, deps, who, alert, 'unsilenced')
    await tellOwed(tx, deps.now(), alert)
    return true
  })
}

/** Ends it by hand; where it is still bad it fires again, after the rule's quiet time. @throws NotFound, Problem 409 */
export async function resolve(deps: Deps, who: Who, id: string): Promise<void> {
  await acting(deps, who, id, 'resolve', async (tx, alert) => {
    refuseEnded(alert)
    const { name, severity, scope, rule } = alert
    const whole: Rule = { ...rule, name, severity, scope, enabled: true }
    await endAlert(tx, { rule: whole }, alert.id, {
      why: 'by hand',
      by: actorOf(who),
      at: deps.now(),
    })
    return true
  })
}

/** Acts stand behind the check of the minute, so that none of the two overwrites the other. */
async function acting(
  deps: Deps,
  who: Who,
  id: string,
  action: string,
  act: (tx: TransactionSql, alert: Target) => Promise<boolean>,
): Promise<void> {
  await deps.db.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ALERTS_LOCK})`
    const [alert] = /^\d{1,15}$/.test(id)
      ? await tx<Target[]>`
          select a.id::float8 as id, a.subject, a.scope, a.state, a.acked_at as "ackedAt", r.id::float8 as "ruleId", r.name,
            r.severity, r.rule
          from alerts a join alert_rules r on r.id = a.rule_id where a.id = ${id} for update of a`
      : []
    if (!alert || !maySee(who, alert.scope)) throw new NotFound('There is no alert of this id.')
    if (!(await act(tx, alert))) return
    await audit(tx, {
      actor: actorOf(who),
      action: `alert.${action}`,
      target: `alert:${alert.id}`,
      detail: { rule: alert.name },
    })
  })
  noteAlertChange()
}

function refuseEnded({ state }: Target): void {
  if (state !== 'firing' && state !== 'pending')
    throw new Problem(409, 'It has ended', 'This alert has ended already: there is nothing left to do.')
}

const said = (tx: TransactionSql, deps: Deps, who: Who, { id, scope }: Target, kind: string, text?: string) =>
  note(tx, { alertId: id, kind, at: deps.now(), scope, actor: actorOf(who), text })
