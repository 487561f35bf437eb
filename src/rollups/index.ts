import { clearApiCalls, foldApiCalls } from './api-calls.ts'
import {
  type FoldBuckets,
  foldJobHours,
  foldObjectDays,
  foldPaymentDays,
  foldPlanDays,
  foldSignupDays,
} from './buckets.ts'
import { clearCustomerMrrDay, foldCustomerMrrDays } from './customer-mrr.ts'
import { foldEventDays, foldSessionDays } from './event-days.ts'
import { foldInvoiceDays } from './invoice-days.ts'
import { foldGaugeHours, foldMrrDays, foldProbeHours } from './samples.ts'
import { foldSpendDays } from './spend-days.ts'
import { foldAccountDays, foldSubscriptionDays } from './subscription-days.ts'
import type { FoldContext, Source } from './types.ts'
import { foldUserDaysOfCalls, foldUserDaysOfEvents, foldUserDaysOfJobs } from './user-days.ts'

export type FoldSource = (context: FoldContext, source: Source) => Promise<void>

/** What people do, by the table of the facts, and the roll-ups that count it for each of them. */
export const personFolds = {
  events: [foldUserDaysOfEvents, foldSessionDays],
  api_calls: [foldUserDaysOfCalls],
  jobs: [foldUserDaysOfJobs],
} satisfies Record<string, FoldSource[]>
export type PersonKind = keyof typeof personFolds

/** The append-only fact tables, and the roll-ups that their batches are folded into. */
export const appendFolds = {
  events: [...personFolds.events, foldEventDays],
  api_calls: [...personFolds.api_calls, foldApiCalls],
  jobs: personFolds.jobs,
  mrr_movements: [foldMrrDays, foldCustomerMrrDays],
  gauges: [foldGaugeHours],
  probes: [foldProbeHours],
  // No roll-up of these yet: their batches are only taken off the list.
  component_uses: [],
  feedback: [],
  app_errors: [],
  exposures: [],
} satisfies Record<string, FoldSource[]>
export type AppendKind = keyof typeof appendFolds

interface BucketRollup {
  fold: FoldBuckets
  /** A stock (users, open projects) changes every later day; a flow the trailing windows that see it. */
  stock: boolean
  /** An hour or a local day. */
  grain: 'hour' | 'day'
}

/** The roll-ups of facts that change, by the name under which their buckets are marked dirty. */
export const bucketFolds: Record<string, BucketRollup> = {
  job_hours: { fold: foldJobHours, stock: false, grain: 'hour' },
  payment_days: { fold: foldPaymentDays, stock: false, grain: 'day' },
  signup_days: { fold: foldSignupDays, stock: true, grain: 'day' },
  object_days: { fold: foldObjectDays, stock: true, grain: 'day' },
  plan_days: { fold: foldPlanDays, stock: true, grain: 'day' },
  subscription_days: { fold: foldSubscriptionDays, stock: true, grain: 'day' },
  account_days: { fold: foldAccountDays, stock: true, grain: 'day' },
  invoice_days: { fold: foldInvoiceDays, stock: true, grain: 'day' },
  spend_days: { fold: foldSpendDays, stock: false, grain: 'day' },
}

/**
 * What a rebuild deletes of a day before it folds the day anew; [from, until) are the day's bounds. The roll-ups of kinds
 * whose facts are gone stay: nothing could fill them again.
 */
export async function clearDay(
  context: FoldContext,
  day: string,
  [from, until]: [Date, Date],
  gone: ReadonlySet<string>,
): Promise<void> {
  const { tx } = context
  await tx`delete from user_days where day = ${day}`
  await tx`delete from event_days where day = ${day}`
  await tx`delete from session_days where day = ${day}`
  await clearApiCalls(context, day, from, until)
  await tx`delete from mrr_days where day = ${day}`
  await clearCustomerMrrDay(context, day)
  await tx`delete from job_hours where hour >= ${from} and hour < ${until}`
  if (!gone.has('gauges')) await tx`delete from gauge_hours where hour >= ${from} and hour < ${until}`
  if (!gone.has('probes')) await tx`delete from probe_hours where hour >= ${from} and hour < ${until}`
}
