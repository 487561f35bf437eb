import type { RollupName } from '../../metrics/rollups.ts'
import type { RowSource } from '../source.ts'
import {
  accounts,
  balances,
  costs,
  invoices,
  margins,
  retention,
  retentionMonths,
  subscriptions,
  upgrades,
} from './billing.ts'
import { aiCalls, calls, callsOfModels } from './calls.ts'
import * as content from './content.ts'
import {
  engagement,
  features,
  feedback,
  firsts,
  firstUses,
  health,
  inviters,
  invites,
  inviteTimes,
  objectCounts,
  objectParts,
  objectUsers,
  returns,
  stages,
  starts,
} from './growth.ts'
import { payments } from './money.ts'
import { mrr } from './mrr.ts'
import { activity, plans, sessions, signups, userDays, users } from './people.ts'
import * as quality from './quality.ts'
import * as uses from './uses.ts'
import { eventNames, events, gauges, jobs, objects, probes } from './work.ts'

const { contentOfModels, ...ofContent } = content

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
  margins,
  balances,
  signups,
  plans,
  objects,
  users,
  userDays,
  activity,
  sessions,
  events,
  gauges,
  probes,
  starts,
  firsts,
  firstUses,
  returns,
  inviters,
  stages,
  health,
  features,
  engagement,
  invites,
  inviteTimes,
  feedback,
  objectUsers,
  objectCounts,
  ...ofContent,
  ...quality,
  ...uses,
  callHours: calls,
}

/** Metrics that look at rows of the roll-up as a whole, which single facts cannot stand for. */
const special: Readonly<Record<string, RowSource>> = {
  'ai.cost_per_request': callsOfModels,
  'ai.cost_per_success': callsOfModels,
  'content.cost_per_success': contentOfModels,
  'events.names': eventNames,
  'product.repositories': objectParts,
  'revenue.customer_churn_3m': retentionMonths,
}

/** The facts beneath a metric of a roll-up; undefined where nobody has described them yet. */
export function sourceOfRows(key: string, from: RollupName): RowSource | undefined {
  return Object.hasOwn(special, key) ? special[key] : sources[from]
}
