import type { Config } from '../config.ts'
import { BODY_DAYS } from '../doors/webhook-store.ts'
import { APPEND_TABLES } from '../facts/append.ts'
import { SCORES_KEPT_DAYS } from '../health/recompute.ts'
import { KEPT_DAYS, MEASURED, SEEN_DAYS } from '../jobs/retention.ts'
import { MINUTES_KEPT_HOURS } from '../rollups/api-calls.ts'
import type { VariableName } from './environment.ts'

/** How long something is kept. */
export interface Kept {
  what: string
  kept: string
  /** What happens then, and when. */
  after: string
  /** What sets it; absent = it is fixed. */
  by?: VariableName
}

const listOf = (tables: readonly string[]): string => {
  const names = tables.map((table) => table.replaceAll('_', ' ').replace(/^api\b/, 'API'))
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const NIGHTLY = 'deleted each night'

/** What is kept for how long, as the nightly job does it. */
export function whatIsKept({ retentionDays }: Pick<Config, 'retentionDays'>): Kept[] {
  const retention = `${retentionDays} days`
  return [
    {
      what: capital(listOf(APPEND_TABLES)),
      kept: retention,
      after: 'dropped by whole months, once all of a month is older; what was imported counts from its import',
      by: 'RETENTION_DAYS',
    },
    {
      what: capital(listOf(Object.keys(MEASURED))),
      kept: retention,
      after: `${NIGHTLY}, a ticket only when it is closed`,
      by: 'RETENTION_DAYS',
    },
    {
      what: 'Events of webhooks',
      kept: retention,
      after: `their bodies go after ${BODY_DAYS} days`,
      by: 'RETENTION_DAYS',
    },
    {
      what: 'Users, tenants, subscriptions, payments, invoices',
      kept: 'for good',
      after: 'they change as the product tells of them',
    },
    { what: 'Metrics, roll-ups', kept: 'for good', after: 'numbers stay when their facts are gone' },
    { what: 'Health scores of users, by week', kept: `${SCORES_KEPT_DAYS} days`, after: NIGHTLY },
    { what: 'IP addresses of users', kept: 'not at all', after: 'at the door they become a country, and are left out' },
    { what: 'Refused facts', kept: `${KEPT_DAYS.rejected} days`, after: NIGHTLY },
    { what: 'Ids that tell a fact was seen before', kept: `${SEEN_DAYS} to ${2 * SEEN_DAYS} days`, after: 'dropped' },
    { what: 'Calls by the minute', kept: `${MINUTES_KEPT_HOURS} hours`, after: 'deleted; the hours stay' },
    { what: 'Failed sign-ins, with address', kept: `${KEPT_DAYS.loginFailures} days`, after: NIGHTLY },
    { what: 'Sessions of admins, with address', kept: 'until they end', after: NIGHTLY },
    {
      what: 'Runs of jobs',
      kept: `${KEPT_DAYS.runs} days`,
      after: `${NIGHTLY}; those by the minute after ${KEPT_DAYS.frequentRuns}`,
    },
    {
      what: 'Alerts that are over, notices and their attempts, mails to users, and what the main app was asked',
      kept: `${KEPT_DAYS.told} days`,
      after: `${NIGHTLY}; canaries, tests, and what was bad for too short a time to be an alert after ${KEPT_DAYS.trials}`,
    },
    { what: 'The audit log', kept: 'for good', after: 'it is a chain that a gap would break' },
  ]
}
