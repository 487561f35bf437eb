import type { TransactionSql } from 'postgres'
import { noteChange as noteAnnotation } from '../annotations/version.ts'
import { notify } from '../delivery/notify.ts'
import type { Rule } from './rule.ts'

/** An alert has changed its state, in the transaction that is open. */
export interface AlertChange {
  change: 'fired' | 'resolved'
  rule: { id: number; slug: string; rule: Rule }
  alert: {
    id: number
    subject: string
    scope: string
    severity: Rule['severity']
    title: string
    text: string
    firedAt: Date
    silenced: boolean
  }
  at: Date
  /** The same however often it is tried: "alert-12-fired". */
  dedupeKey: string
}

/** The page of the alerts, for whoever is told of one. */
export const alertHref = (id: number): string => `/dashboard/alerts?tab=history#alert-${id}`

/**
 * Tells of an alert that has fired or ended, in the transaction that changes its state: what happens here has happened
 * exactly if the change has. Once for each firing and each end, whatever was killed in between.
 */
export async function announce(tx: TransactionSql, change: AlertChange): Promise<void> {
  await tellChannels(tx, change)
  const { alert, at } = change
  if (change.change !== 'fired') return
  await tx`
    insert into annotations (kind, at, tenant_id, text, key, created_by)
    values ('incident', ${at}, ${alert.scope === '*' ? '' : alert.scope}, ${alert.title.slice(0, 200)},
      ${`alert:${alert.id}`}, 'system')
    on conflict (tenant_id, key) do nothing`
  noteAnnotation()
}

/** What fires while it is silenced is told to nobody; that it is over is told where it was told that it fires. */
async function tellChannels(tx: TransactionSql, { change, rule, alert, dedupeKey }: AlertChange): Promise<void> {
  const told = change === 'fired' ? !alert.silenced : await wasTold(tx, alert.id)
  if (!told) return
  const { channels } = rule.rule
  await notify(tx, {
    dedupeKey,
    event: change === 'fired' ? 'firing' : 'resolved',
    severity: alert.severity,
    title: alert.title,
    text: alert.text,
    link: change === 'fired' ? '/dashboard/alerts' : alertHref(alert.id),
    thread: `alert-${alert.id}`,
    ...(channels !== 'all' && { channels }),
  })
}

async function wasTold(tx: TransactionSql, id: number): Promise<boolean> {
  const [row] = await tx<{ told: boolean }[]>`
    select exists (
      select from notifications where channel_id in (select c.id from channels c) and dedupe_key = ${`alert-${id}-fired`}
    ) as told`
  return row?.told ?? false
}
