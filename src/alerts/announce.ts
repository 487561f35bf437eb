import type { TransactionSql } from 'postgres'
import { noteChange as noteAnnotation } from '../annotations/version.ts'
import { notify } from '../delivery/notify.ts'
import type { Rule } from './rule.ts'
import type { EndedWhy } from './write.ts'

/** An alert has changed its state, in the transaction that is open. */
export interface AlertChange {
  change: 'fired' | 'resolved'
  alert: {
    id: number
    scope: string
    severity: Rule['severity']
    title: string
    text: string
    endedWhy: EndedWhy | null
    silenced: boolean
    /** The channels that were told that it fires; null = nobody yet. */
    toldTo: string[] | null
  }
  /** Whom its rule tells that it fires. */
  channels: Rule['channels']
  at: Date
}

/** The page of the alerts, for whoever is told of one. */
export const alertHref = (id: number): string => `/dashboard/alerts?tab=history#alert-${id}`

/**
 * Tells of an alert that has fired or ended, in the transaction that changes its state: what happens here has happened
 * exactly if the change has. Once for each firing and each end, whatever was killed in between; what a silence holds back
 * is told when that is over.
 */
export async function announce(tx: TransactionSql, change: AlertChange): Promise<void> {
  const { alert, at } = change
  if (alert.silenced) await owe(tx, change)
  else await tellChannels(tx, change)
  if (change.change !== 'fired') return
  await tx`
    insert into annotations (kind, at, tenant_id, text, key, created_by)
    values ('incident', ${at}, ${alert.scope === '*' ? '' : alert.scope}, ${alert.title.slice(0, 200)},
      ${`alert:${alert.id}`}, 'system')
    on conflict (tenant_id, key) do nothing`
  noteAnnotation()
}

/** What fired and ended behind the same silence is never told. */
async function owe(tx: TransactionSql, { change, alert }: AlertChange): Promise<void> {
  const owed = change === 'fired' || wasTold(alert) ? change : null
  await tx`update alerts set owed = ${owed} where id = ${alert.id}`
}

/** That it is over is told to those alone that were told that it fires, whatever the rule says by now. */
async function tellChannels(tx: TransactionSql, { change, alert, channels }: AlertChange): Promise<void> {
  const { id, severity, title, endedWhy, toldTo } = alert
  const key = `alert-${id}-${change}`
  const whom = change === 'fired' ? channels : (toldTo ?? [])
  await notify(tx, {
    // The same however often it is tried.
    dedupeKey: key,
    event: change === 'fired' ? 'firing' : 'resolved',
    severity,
    title,
    text: [alert.text, ENDS[endedWhy ?? 'recovered']].filter(Boolean).join('. '),
    link: change === 'fired' ? '/dashboard/alerts' : alertHref(id),
    thread: `alert-${id}`,
    ...(whom !== 'all' && { channels: whom }),
  })
  if (change === 'resolved') await tx`update alerts set owed = null where id = ${id}`
  else
    await tx`
      update alerts set owed = null, told_to = array(
        select channel_id from notifications
        where channel_id in (select c.id from channels c) and dedupe_key = ${key} order by 1
      )
      where id = ${id}`
}

/** What did not just get well does not say so. */
const ENDS: Record<EndedWhy, string> = {
  recovered: '',
  'by hand': 'Ended by hand',
  rule: 'Ended with its rule, which was changed, switched off or deleted',
  metric: 'Ended as its metric is gone: nobody knows whether it is well',
}

const wasTold = ({ toldTo }: AlertChange['alert']): boolean => toldTo !== null && toldTo.length > 0

interface OwedRow extends Omit<AlertChange['alert'], 'silenced'> {
  owed: AlertChange['change']
  channels: Rule['channels']
}

/** Tells what silences held back that are over now: of all alerts, or of one rule and subject. */
export async function tellOwed(
  tx: TransactionSql,
  at: Date,
  place?: { ruleId: number; subject: string },
): Promise<void> {
  const here = place ? tx`a.rule_id = ${place.ruleId} and a.subject = ${place.subject}` : tx`true`
  const rows = await tx<OwedRow[]>`
    select a.id::float8 as id, a.scope, a.severity, a.title, a.text, a.ended_why as "endedWhy",
      a.told_to as "toldTo", a.owed, r.rule -> 'channels' as channels
    from alerts a join alert_rules r on r.id = a.rule_id
    where a.owed is not null and coalesce(a.silenced_until <= ${at}, true) and ${here}
    order by a.id`
  for (const { owed, channels, ...alert } of rows)
    await tellChannels(tx, { change: owed, alert: { ...alert, silenced: false }, channels, at })
}
