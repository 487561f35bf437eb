import { counted } from '../lib/counted.ts'
import { type Day, daysBetween } from '../lib/time.ts'
import { COMPONENT_NAMES, COMPONENTS, type Component, effectsOf, sharesOf, type Weights } from './components.ts'
import type { HealthRules } from './rules.ts'
import { LEAST_JOBS } from './score-sql.ts'
import { type HealthRow, type Part, scoresIn, scoresThen } from './types.ts'

type Scale = Pick<HealthRules, 'ratingLow' | 'ratingHigh'>

/** Less is noise: others of the plan come and go, and with them everybody's place among them. */
export const LEAST_CHANGE = 3
/** So long away is a reason by itself. */
const AWAY_DAYS = 7
/** Without a build that succeeds for so long, that is what is wrong. */
const STUCK_DAYS = 3

/** What a score is made of, in the order of the weights. */
export function partsOf(row: HealthRow, weights: Weights, scale: Scale): Part[] {
  const [now, before] = [scoresIn(row), scoresThen(row)]
  const shares = sharesOf(now, weights)
  const effects = row.score === null || row.then_score === null ? undefined : effectsOf(now, before, weights)
  return COMPONENT_NAMES.map((component) => ({
    component,
    label: COMPONENTS[component].label,
    share: shares[component],
    score: now[component],
    words: WORDS[component](row, scale),
    effect: effects?.[component] ?? null,
  }))
}

/** How a score has changed; null = it was not known before, or is not now. */
export const changeOf = ({ score, then_score }: Pick<HealthRow, 'score' | 'then_score'>): number | null =>
  score === null || then_score === null ? null : Math.round(10 * (score - then_score)) / 10

/** "down 14: no build succeeded for 9 days"; undefined where nothing changed to speak of. */
export function changeText(row: HealthRow, weights: Weights): string | undefined {
  const change = changeOf(row)
  if (change === null || Math.abs(change) < LEAST_CHANGE) return undefined
  return `${change < 0 ? 'down' : 'up'} ${Math.abs(Math.round(change))}: ${reasonOfChange(row, weights)}`
}

/** What made most of the change, in words. */
export function reasonOfChange(row: HealthRow, weights: Weights): string {
  const change = changeOf(row) ?? 0
  const effects = effectsOf(scoresIn(row), scoresThen(row), weights)
  const most = COMPONENT_NAMES.reduce((a, b) =>
    effects[b] * Math.sign(change) > effects[a] * Math.sign(change) ? b : a,
  )
  return change < 0 ? FELL[most](row) : ROSE[most](row)
}

/** What is worst about a score, the worst first: by the points that it costs. */
export function weakestOf(row: HealthRow, weights: Weights): Component[] {
  const shares = sharesOf(scoresIn(row), weights)
  const cost = (name: Component) => shares[name] * (100 - (row[name] ?? 100))
  return COMPONENT_NAMES.filter((name) => cost(name) > 0).sort((a, b) => cost(b) - cost(a))
}

/** The two reasons that cost most, in short: "no build succeeded for 9 days, 1 of 6 key features". */
export function reasonsOf(row: HealthRow, weights: Weights, scale: Scale): string {
  const texts = weakestOf(row, weights).map((name) => SHORT[name](row, scale))
  return [...new Set(texts)].slice(0, 2).join(', ')
}

/** What to do about it, by the reason that costs most. */
export function actionFor(row: HealthRow, weights: Weights): string {
  const [worst = 'engagement'] = weakestOf(row, weights)
  return ACTIONS[worst](row)
}

const awayDays = ({ last_active_on, day }: HealthRow): number | null => since(last_active_on, day)
const since = (from: Day | null, day: Day): number | null => (from === null ? null : daysBetween(from, day))

const awayText = (row: HealthRow): string => {
  const days = awayDays(row)
  if (days === null) return 'not seen in 60 days'
  return days === 0 ? 'seen on the day' : `last seen ${counted(days, 'day')} before`
}

const stuckText = (row: HealthRow): string | undefined => {
  if (row.jobs === 0) return undefined
  const days = since(row.last_ok_on, row.day)
  if (days === null) return 'no build succeeded in 30 days'
  return days >= STUCK_DAYS ? `no build succeeded for ${days} days` : undefined
}

const failedText = ({ jobs, jobs_ok }: HealthRow): string => `${jobs - jobs_ok} of ${counted(jobs, 'build')} failed`

const meanRating = ({ satisfaction }: HealthRow, { ratingLow, ratingHigh }: Scale): string =>
  (ratingLow + ((satisfaction ?? 0) / 100) * (ratingHigh - ratingLow)).toFixed(1)

/** Whole sentences of the breakdown. */
const WORDS: Record<Component, (row: HealthRow, scale: Scale) => string> = {
  builds: (row) => {
    if (row.jobs === 0) return 'no job ended in 30 days'
    const done = `${row.jobs_ok} of ${counted(row.jobs, 'job')} in 30 days`
    return row.jobs < LEAST_JOBS ? `${done}, too few to judge` : done
  },
  engagement: (row) =>
    row.engagement === null
      ? 'no activity is known of anybody'
      : `${counted(row.active_days, 'active day')} of 30${row.active_days === 0 ? '' : `, as many as or more than ${Math.round(row.engagement)} % on ${row.plan}`}`,
  returns: (row) =>
    row.returns === null
      ? 'no activity is known of anybody'
      : `active in ${Math.min(row.weeks, row.weeks_of)} of ${counted(row.weeks_of, 'week')}, ${awayText(row)}`,
  adoption: (row) =>
    row.adoption === null
      ? 'nobody used a key feature'
      : `${row.features} of ${counted(row.features_of, 'key feature')} in 90 days`,
  satisfaction: (row, scale) =>
    row.ratings === 0 ? 'no rating in 90 days' : `${meanRating(row, scale)} of 5 in ${counted(row.ratings, 'rating')}`,
}

/** A reason among others. */
const SHORT: Record<Component, (row: HealthRow, scale: Scale) => string> = {
  builds: (row) => stuckText(row) ?? failedText(row),
  engagement: (row) =>
    row.active_days === 0 ? 'no active day of 30' : `${counted(row.active_days, 'active day')} of 30`,
  returns: (row) => {
    const away = awayDays(row)
    if (away === null) return 'not seen in 60 days'
    return away >= AWAY_DAYS ? `away ${away} days` : `active in ${row.weeks} of ${counted(row.weeks_of, 'week')}`
  },
  adoption: (row) => `${row.features} of ${counted(row.features_of, 'key feature')}`,
  satisfaction: (row, scale) => `rates ${meanRating(row, scale)} of 5`,
}

const weeksThen = ({ then_returns }: HealthRow): number => Math.round((4 * (then_returns ?? 0)) / 100)

const FELL: Record<Component, (row: HealthRow) => string> = {
  builds: (row) =>
    stuckText(row) ?? (row.builds === null ? 'too few builds to judge, they used to succeed' : failedText(row)),
  engagement: (row) => {
    if (row.active_days === 0) return `not active in 30 days, ${counted(row.active_before, 'day')} in the 30 before`
    if (row.active_days < row.active_before)
      return `active on ${counted(row.active_days, 'day')}, ${row.active_before} in the 30 before`
    return `others on ${row.plan} came more often`
  },
  returns: (row) => {
    const away = awayDays(row)
    if (away === null) return 'not seen in 60 days'
    if (away >= AWAY_DAYS) return `away for ${away} days`
    return `active in ${row.weeks} of the last 4 weeks, ${weeksThen(row)} before`
  },
  adoption: (row) => `uses ${row.features} of ${counted(row.features_of, 'key feature')}, more before`,
  satisfaction: (row) => (row.then_satisfaction === null ? 'gave a low rating' : 'rates lower than before'),
}

const ROSE: Record<Component, (row: HealthRow) => string> = {
  builds: (row) =>
    row.builds === null
      ? 'builds that failed are more than 30 days ago'
      : `${row.jobs_ok} of ${counted(row.jobs, 'build')} succeeded`,
  engagement: (row) =>
    row.active_days > row.active_before
      ? `active on ${counted(row.active_days, 'day')}, ${row.active_before} in the 30 before`
      : `others on ${row.plan} came less often`,
  returns: (row) => `active in ${row.weeks} of the last ${counted(row.weeks_of, 'week')}, ${weeksThen(row)} before`,
  adoption: (row) => `uses ${row.features} of ${counted(row.features_of, 'key feature')}, fewer before`,
  satisfaction: (row) => (row.then_satisfaction === null ? 'gave a good rating' : 'rates higher than before'),
}

const ACTIONS: Record<Component, (row: HealthRow) => string> = {
  builds: (row) =>
    stuckText(row)
      ? 'Look at the last failed build and write what to change'
      : 'Look at what their failed builds have in common',
  engagement: (row) =>
    row.active_days === 0 ? 'Ask what made them stop' : 'Ask what they came for, and show the way there',
  returns: (row) =>
    (awayDays(row) ?? 60) >= AWAY_DAYS
      ? 'Write what is new since they were here'
      : 'Offer a reason for each week: a report, a reminder',
  adoption: () => 'Show the next feature that others use',
  satisfaction: () => 'Answer their rating in person',
}
