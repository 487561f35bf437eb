/** What a health score is made of, in the order of its weights. */
export const COMPONENTS = {
  builds: { label: 'Build success', weight: 30, about: 'jobs that succeeded of those that ended in 30 days' },
  engagement: { label: 'Engagement', weight: 25, about: 'active days in 30, against the users of the same plan' },
  returns: { label: 'Return', weight: 20, about: 'weeks with activity, of the last 4 or since sign-up' },
  adoption: { label: 'Adoption', weight: 15, about: 'key features used in 90 days, of those in the settings' },
  satisfaction: { label: 'Satisfaction', weight: 10, about: 'mean rating of 90 days' },
} as const
export type Component = keyof typeof COMPONENTS
export const COMPONENT_NAMES = Object.keys(COMPONENTS) as Component[]

/** 0-100 each; null = there is nothing to judge it by. */
export type Scores = Record<Component, number | null>
export type Weights = Record<Component, number>

export const BANDS = ['healthy', 'at-risk', 'churning', 'unknown'] as const
export type Band = (typeof BANDS)[number]
export const BAND_WORDS: Record<Band, string> = {
  healthy: 'Healthy',
  'at-risk': 'At risk',
  churning: 'Churning',
  unknown: 'Unknown',
}
export const BAND_TONES = { healthy: 'good', 'at-risk': 'warn', churning: 'crit', unknown: 'plain' } as const

/** From these scores on a user is healthy, and no longer churning. */
export interface Bounds {
  healthy: number
  churning: number
}

/** The class of a score. */
export function bandOf(score: number | null, { healthy, churning }: Bounds): Band {
  if (score === null) return 'unknown'
  if (score >= healthy) return 'healthy'
  return score >= churning ? 'at-risk' : 'churning'
}

/** The weights of those that have data, as shares that add up to 1; the others have 0. */
export function sharesOf(scores: Scores, weights: Weights): Weights {
  const present = COMPONENT_NAMES.reduce((sum, name) => sum + (scores[name] === null ? 0 : weights[name]), 0)
  const share = (name: Component) => (scores[name] === null || present === 0 ? 0 : weights[name] / present)
  return Object.fromEntries(COMPONENT_NAMES.map((name) => [name, share(name)])) as Weights
}

/** The score of some components: null where under half of the weights have data. */
export function scoreOf(scores: Scores, weights: Weights): number | null {
  const total = COMPONENT_NAMES.reduce((sum, name) => sum + weights[name], 0)
  const present = COMPONENT_NAMES.reduce((sum, name) => sum + (scores[name] === null ? 0 : weights[name]), 0)
  if (present === 0 || 2 * present < total) return null
  const sum = COMPONENT_NAMES.reduce((all, name) => all + (scores[name] ?? 0) * weights[name], 0)
  return Math.round((10 * sum) / present) / 10
}

/**
 * How many points of a change each component made; they add up to it. A component counts by how far it lies from the
 * score before, so that one which has come or gone has its part as well.
 */
export function effectsOf(now: Scores, before: Scores, weights: Weights): Record<Component, number> {
  const [shares, sharesBefore] = [sharesOf(now, weights), sharesOf(before, weights)]
  const base = COMPONENT_NAMES.reduce((sum, name) => sum + (before[name] ?? 0) * sharesBefore[name], 0)
  const from = (scores: Scores, share: Weights, name: Component) => share[name] * ((scores[name] ?? base) - base)
  return Object.fromEntries(
    COMPONENT_NAMES.map((name) => [name, from(now, shares, name) - from(before, sharesBefore, name)]),
  ) as Record<Component, number>
}
