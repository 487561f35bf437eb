import type { Day } from '../lib/time.ts'
import type { Band, Component, Scores } from './components.ts'

/** A user's health as it is stored: the score, what it is made of, and the same some weeks before. */
export interface HealthRow extends Scores {
  user_id: string
  /** E-mail, else name, else the id. */
  name: string
  tenant_id: string
  day: Day
  plan: string
  class: string
  stage: string
  score: number | null
  band: Band
  jobs: number
  jobs_ok: number
  last_ok_on: Day | null
  active_days: number
  active_before: number
  last_active_on: Day | null
  weeks: number
  weeks_of: number
  features: number
  features_of: number
  ratings: number
  then_score: number | null
  then_band: Band | null
  then_builds: number | null
  then_engagement: number | null
  then_returns: number | null
  then_adoption: number | null
  then_satisfaction: number | null
}

export const scoresIn = ({ builds, engagement, returns, adoption, satisfaction }: HealthRow): Scores => ({
  builds,
  engagement,
  returns,
  adoption,
  satisfaction,
})

export const scoresThen = (row: HealthRow): Scores => ({
  builds: row.then_builds,
  engagement: row.then_engagement,
  returns: row.then_returns,
  adoption: row.then_adoption,
  satisfaction: row.then_satisfaction,
})

/** One part of a score, in words. */
export interface Part {
  component: Component
  label: string
  /** Its part of the whole, 0-1; 0 = it is left out. */
  share: number
  score: number | null
  /** What it comes of: "7 of 17 jobs in 30 days". */
  words: string
  /** How many points of the change it made; null = nothing to compare with. */
  effect: number | null
}
