import { counted } from '../lib/counted.ts'
import { ageText, dayLabel } from '../lib/dates.ts'
import { type Day, dayOf } from '../lib/time.ts'
import { formatValue } from '../metrics/format.ts'
import { type FoundUser, planNameOf } from './find.ts'
import { STATS_DAYS } from './stats.ts'
import type { UsageDay } from './usage.ts'
import type { JobCount } from './work.ts'

/** What a profile is written from: stored numbers, no words of the user's. */
export interface ProfileFacts {
  user: Pick<
    FoundUser,
    | 'class'
    | 'planName'
    | 'plan'
    | 'toldPlan'
    | 'toldPlanName'
    | 'tenant'
    | 'tenantId'
    | 'createdAt'
    | 'createdKnown'
    | 'provider'
    | 'country'
    | 'mrr'
    | 'margin'
    | 'status'
  >
  /** The last 60 days, oldest first. */
  days: readonly UsageDay[]
  /** How jobs of 30 days ended. */
  jobs: readonly JobCount[]
  today: Day
  now: Date
  timeZone: string
  currency: string
}

/** Who somebody is, in sentences: what they pay, whether they come, what they do, how it goes. By rules alone. */
export function writeProfile(facts: ProfileFacts): string[] {
  return [who(facts), comes(facts), does(facts), work(facts), worth(facts)].filter((one) => one !== undefined)
}

function who({ user, today, now, timeZone }: ProfileFacts): string {
  const joined = dayLabel(dayOf(user.createdAt, timeZone), today)
  const since = user.createdKnown
    ? `Signed up on ${joined}, ${ageText(user.createdAt, now)} ago`
    : `First seen on ${joined}`
  const by = user.provider ? ` with ${user.provider}` : ''
  const from = user.country ? ` from ${user.country}` : ''
  const team = user.tenantId ? `; belongs to ${user.tenant ?? user.tenantId}` : ''
  return `${since}${by}${from}${team}. ${standing(user)}`
}

function standing(user: ProfileFacts['user']): string {
  const { class: own, toldPlan, status } = user
  const name = planNameOf(user)
  const words: Record<string, string> = {
    paid: `Pays for ${name}.`,
    trial: `Is trying ${name}.`,
    trial_expired: 'Let a trial end without paying.',
  }
  const free =
    toldPlan === null ? 'Is on the free plan.' : `Is on ${name}, as the product says, without a subscription.`
  const text = words[own] ?? free
  return status === 'active' ? text : `${text} The account is ${status}.`
}

function comes({ days }: ProfileFacts): string {
  const [before, recent] = halves(days)
  const now = recent.filter(({ active }) => active).length
  const then = before.filter(({ active }) => active).length
  if (now === 0 && then === 0) return `Was not active in the last ${days.length} days.`
  if (now === 0)
    return `Has not been active for ${STATS_DAYS} days, after ${counted(then, 'active day')} in the ${STATS_DAYS} before.`
  const change =
    then === 0
      ? `after none in the ${STATS_DAYS} before`
      : now >= then * 1.2
        ? `up from ${then} in the ${STATS_DAYS} before`
        : now <= then / 2
          ? `down from ${then} in the ${STATS_DAYS} before`
          : `about as in the ${STATS_DAYS} before (${then})`
  return `Active on ${now} of the last ${STATS_DAYS} days, ${change}.`
}

function does({ days, currency }: ProfileFacts): string | undefined {
  const [, recent] = halves(days)
  const sum = (of: (day: UsageDay) => number) => recent.reduce((total, day) => total + of(day), 0)
  const calls = sum((day) => day.apiCalls)
  const ai = sum((day) => day.aiCalls)
  if (calls === 0) return undefined
  const errors = sum((day) => day.errors)
  const cost = sum((day) => day.cost)
  const aiWords =
    ai > 0
      ? `, ${formatValue(ai, 'calls', 'table')} of them AI for ${formatValue(cost, 'money', 'table', currency)}`
      : ''
  const failed = errors > 0 ? ` ${formatValue((errors / calls) * 100, 'percent', 'table')} of the calls failed.` : ''
  return `Made ${formatValue(calls, 'calls', 'table')} API ${calls === 1 ? 'call' : 'calls'} in ${STATS_DAYS} days${aiWords}.${failed}`
}

function work({ jobs }: ProfileFacts): string | undefined {
  const ended = jobs.filter(({ succeeded, failed }) => succeeded + failed > 0)
  if (ended.length === 0) return undefined
  const words = ended
    .slice(0, 3)
    .map(({ kind, succeeded, failed }) => `${succeeded} of ${counted(succeeded + failed, kind)}`)
  return `${words.join(', ')} succeeded.`
}

function worth({ user, currency }: ProfileFacts): string | undefined {
  const { mrr, margin } = user
  if (mrr === null || margin === null || mrr <= 0) return undefined
  const amount = (value: number) => formatValue(Math.abs(value), 'money', 'table', currency)
  return margin < 0
    ? `Costs ${amount(margin)} more in AI than the ${amount(mrr)} paid a month.`
    : `Leaves ${amount(margin)} of the ${amount(mrr)} paid a month after AI.`
}

const halves = (days: readonly UsageDay[]): [UsageDay[], UsageDay[]] => [
  days.slice(0, -STATS_DAYS),
  days.slice(-STATS_DAYS),
]
