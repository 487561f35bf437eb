import type { TransactionSql } from 'postgres'
import { noteChange as noteAnnotation } from '../annotations/version.ts'
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
export async function announce(tx: TransactionSql, { change, alert, at }: AlertChange): Promise<void> {
  if (change !== 'fired') return
  await tx`
    insert into annotations (kind, at, tenant_id, text, key, created_by)
    values ('incident', ${at}, ${alert.scope === '*' ? '' : alert.scope}, ${alert.title.slice(0, 200)},
      ${`alert:${alert.id}`}, 'system')
    on conflict (tenant_id, key) do nothing`
  noteAnnotation()
}
