import type { RollupName } from '../../metrics/rollups.ts'
import type { RowSource } from '../source.ts'
import { accounts, balances, costs, invoices, retention, retentionMonths, subscriptions, upgrades } from './billing.ts'
import { aiCalls, calls, callsOfModels } from './calls.ts'
import { mrr, payments } from './money.ts'
import { activity, plans, sessions, signups, users } from './people.ts'
import { eventNames, events, gauges, jobs, objects, probes } from './work.ts'

/** What lies beneath each roll-up: a metric has its rows by the roll-up it is computed from. */
const sources: Partial<Record<RollupName, RowSource>> = {
  calls,
  aiCalls,
  jobs,
  payments,
  mrr,
  retention,
  subscriptions,
  accounts,
  upgrades,
  invoices,
  costs,
  balances,
  signups,
  plans,
  objects,
  users,
  activity,
  sessions,
  events,
  gauges,
  probes,
}

/** Metrics that look at rows of the roll-up as a whole, which single facts cannot stand for. */
const special: Readonly<Record<string, RowSource>> = {
  'ai.cost_per_request': callsOfModels,
  'ai.cost_per_success': callsOfModels,
  'events.names': eventNames,
  'revenue.customer_churn_3m': retentionMonths,
}

/** The facts beneath a metric of a roll-up; undefined where nobody has described them yet. */
export function sourceOfRows(key: string, from: RollupName): RowSource | undefined {
  return Object.hasOwn(special, key) ? special[key] : sources[from]
}
