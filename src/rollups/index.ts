import { clearApiCalls, foldApiCalls } from './api-calls.ts'
import { type FoldBuckets, foldJobHours, foldPaymentDays, foldPlanDays, foldSignupDays } from './buckets.ts'
import { foldCampaignDays } from './campaign-days.ts'
import { clearCustomerMrrDay, foldCustomerMrrDays } from './customer-mrr.ts'
import { foldEventDays, foldSessionDays } from './event-days.ts'
import { foldFeedbackDays } from './feedback-days.ts'
import { foldInviteDays } from './invite-days.ts'
import { foldInvoiceDays } from './invoice-days.ts'
import { foldMrrDays } from './mrr-days.ts'
import { foldObjectDays } from './object-days.ts'
import { clearQuality, qualityFolds } from './quality.ts'
import { foldGaugeHours, foldProbeHours } from './samples.ts'
import { foldSpendDays } from './spend-days.ts'
import { foldAccountDays, foldSubscriptionDays } from './subscription-days.ts'
import { foldErrorUsers, foldRateLimited, foldUserCountries } from './troubles.ts'
import type { FoldContext, Source } from './types.ts'
import { foldUserDaysOfCalls, foldUserDaysOfEvents, foldUserDaysOfJobs } from './user-days.ts'
import { foldFirstsOfEvents, foldFirstsOfJobs } from './user-firsts.ts'
import { foldCampaignUsers, foldExposedPeople } from './uses.ts'

export type FoldSource = (context: FoldContext, source: Source) => Promise<void>

/** What people do and what happens to them, by the table of the facts, and the roll-ups that count it for each of them. */
export const personFolds = {
  events: [foldUserDaysOfEvents, foldSessionDays, foldFirstsOfEvents, foldUserCountries, foldCampaignUsers],
  api_calls: [foldUserDaysOfCalls, foldRateLimited],
  jobs: [foldUserDaysOfJobs, foldFirstsOfJobs],
  app_errors: [foldErrorUsers],
  exposures: [foldExposedPeople],
} satisfies Record<string, FoldSource[]>
export type PersonKind = keyof typeof personFolds

/** The append-only fact tables, and the roll-ups that their batches are folded into. */
export const appendFolds = {
  events: [foldEventDays, ...personFolds.events, ...qualityFolds.events],
  api_calls: [...personFolds.api_calls, foldApiCalls, ...qualityFolds.api_calls],
  jobs: personFolds.jobs,
  mrr_movements: [foldMrrDays, foldCustomerMrrDays],
  gauges: [foldGaugeHours],
  probes: [foldProbeHours],
  component_uses: qualityFolds.component_uses,
  feedback: [foldFeedbackDays],
  app_errors: [...personFolds.app_errors, ...qualityFolds.app_errors],
  exposures: [...personFolds.exposures, ...qualityFolds.exposures],
} satisfies Record<string, FoldSource[]>
export type AppendKind = keyof typeof appendFolds

interface BucketRollup {
  fold: FoldBuckets
  /** A stock (users, open projects) changes every later day; a flow the trailing windows that see it. */
  stock: boolean
  /** An hour or a local day. */
  grain: 'hour' | 'day'
}

/** What campaigns cost and brought is made of what others are made of as well. */
function together(...folds: FoldBuckets[]): FoldBuckets {
  return async (context, buckets) => {
    for (const fold of folds) await fold(context, buckets)
  }
}

/** The roll-ups of facts that change, by the name under which their buckets are marked dirty. */
export const bucketFolds: Record<string, BucketRollup> = {
  job_hours: { fold: foldJobHours, stock: false, grain: 'hour' },
  payment_days: { fold: together(foldPaymentDays, foldCampaignDays), stock: false, grain: 'day' },
  signup_days: { fold: together(foldSignupDays, foldCampaignDays), stock: true, grain: 'day' },
  object_days: { fold: foldObjectDays, stock: true, grain: 'day' },
  // Written with the objects; what they grew in late hours makes stored days stale.
  object_counts: { fold: async () => {}, stock: false, grain: 'hour' },
  invite_days: { fold: foldInviteDays, stock: false, grain: 'day' },
  plan_days: { fold: foldPlanDays, stock: true, grain: 'day' },
  subscription_days: { fold: foldSubscriptionDays, stock: true, grain: 'day' },
  account_days: { fold: foldAccountDays, stock: true, grain: 'day' },
  invoice_days: { fold: foldInvoiceDays, stock: true, grain: 'day' },
  campaign_days: { fold: foldCampaignDays, stock: false, grain: 'day' },
  spend_days: { fold: together(foldSpendDays, foldCampaignDays), stock: false, grain: 'day' },
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
  if (!gone.has('feedback')) await tx`delete from feedback_days where day = ${day}`
  await clearApiCalls(context, day, from, until)
  await clearQuality(context, day, gone)
  // What came of exchange rates alone has no facts; the rebuild works it out when all others are there.
  await tx`delete from mrr_days where day = ${day} and n > 0`
  await clearCustomerMrrDay(context, day)
  await tx`delete from job_hours where hour >= ${from} and hour < ${until}`
  if (!gone.has('gauges')) await tx`delete from gauge_hours where hour >= ${from} and hour < ${until}`
  if (!gone.has('probes')) await tx`delete from probe_hours where hour >= ${from} and hour < ${until}`
}
