import { describe, expect, it } from 'vitest'
import { aucOf, verdictOf } from '../src/health/backtest.ts'
import { bandOf, effectsOf, type Scores, scoreOf, sharesOf } from '../src/health/components.ts'
import type { HealthRow } from '../src/health/types.ts'
import { actionFor, changeText, partsOf, reasonsOf } from '../src/health/words.ts'

const WEIGHTS = { builds: 30, engagement: 25, returns: 20, adoption: 15, satisfaction: 10 }
const SCALE = { ratingLow: 0, ratingHigh: 5 }

/** A user who did well 30 days before: scores 80 in everything, without a rating. */
const row = (change: Partial<HealthRow>): HealthRow => {
  const now = { builds: 80, engagement: 80, returns: 75, adoption: 80, satisfaction: null, ...change }
  const then = {
    then_builds: 80,
    then_engagement: 80,
    then_returns: 75,
    then_adoption: 80,
    then_satisfaction: null,
    ...change,
  }
  const before: Scores = {
    builds: then.then_builds,
    engagement: then.then_engagement,
    returns: then.then_returns,
    adoption: then.then_adoption,
    satisfaction: then.then_satisfaction,
  }
  return {
    user_id: 'u',
    name: 'u@example.com',
    tenant_id: '',
    day: '2026-11-20',
    plan: 'pro',
    class: 'paid',
    stage: 'mature',
    score: scoreOf(now, WEIGHTS),
    band: 'healthy',
    jobs: 10,
    jobs_ok: 8,
    last_ok_on: '2026-11-20',
    active_days: 12,
    active_before: 12,
    last_active_on: '2026-11-20',
    weeks: 3,
    weeks_of: 4,
    features: 4,
    features_of: 5,
    ratings: 0,
    then_score: scoreOf(before, WEIGHTS),
    then_band: 'healthy',
    ...now,
    ...then,
  }
}

describe('a score', () => {
  it('is the weighted mean of what has data, and unknown under half of the weights', () => {
    const scores = { builds: 90, engagement: 60, returns: null, adoption: null, satisfaction: null }
    expect(scoreOf(scores, WEIGHTS)).toBe(Number(((90 * 30 + 60 * 25) / 55).toFixed(1)))
    expect(scoreOf({ ...scores, builds: null, adoption: 100 }, WEIGHTS)).toBe(null)
    expect(scoreOf({ ...scores, builds: null, adoption: 100, satisfaction: 100 }, WEIGHTS)).toBe(80)
    const nothing = { builds: null, engagement: null, returns: null, adoption: null, satisfaction: null }
    expect(scoreOf(nothing, WEIGHTS)).toBe(null)
    expect(sharesOf(nothing, WEIGHTS)).toEqual({ builds: 0, engagement: 0, returns: 0, adoption: 0, satisfaction: 0 })
  })

  it('belongs to a band by the bounds, which belong to the better one', () => {
    const bounds = { healthy: 70, churning: 40 }
    expect([70, 69.9, 40, 39.9, 0, null].map((score) => bandOf(score, bounds))).toEqual([
      'healthy',
      'at-risk',
      'at-risk',
      'churning',
      'churning',
      'unknown',
    ])
  })

  it('changes by what its parts add up to, those that came and went among them', () => {
    const before: Scores = { builds: 80, engagement: 60, returns: 100, adoption: null, satisfaction: 40 }
    const now: Scores = { builds: null, engagement: 30, returns: 50, adoption: 10, satisfaction: 40 }
    const effects = effectsOf(now, before, WEIGHTS)
    const whole = (scores: Scores) => {
      const shares = sharesOf(scores, WEIGHTS)
      return Object.entries(shares).reduce((sum, [name, share]) => sum + share * (scores[name as keyof Scores] ?? 0), 0)
    }
    const sum = Object.values(effects).reduce((all, one) => all + one)
    expect(sum).toBeCloseTo(whole(now) - whole(before))
    // What came is low, so that it draws down; what went was high, and so does that.
    expect(effects.adoption).toBeLessThan(0)
    expect(effects.builds).toBeLessThan(0)
  })
})

describe('a change in words', () => {
  it('names what made most of it', () => {
    // 30 of 90 weights × (80 − 38): 14 points.
    const stuck = row({ builds: 38, jobs: 8, jobs_ok: 3, last_ok_on: '2026-11-11' })
    expect(changeText(stuck, WEIGHTS)).toBe('down 14: no build succeeded for 9 days')
    expect(changeText(row({ builds: 0, jobs: 8, jobs_ok: 0, last_ok_on: null }), WEIGHTS)).toBe(
      'down 27: no build succeeded in 30 days',
    )
    expect(changeText(row({ builds: 38, jobs: 8, jobs_ok: 3 }), WEIGHTS)).toBe('down 14: 5 of 8 builds failed')
    const away = row({ returns: 0, weeks: 0, last_active_on: '2026-11-01', engagement: 40, active_days: 4 })
    expect(changeText(away, WEIGHTS)).toBe('down 28: away for 19 days')
    expect(changeText(row({ engagement: 40, active_days: 5, active_before: 12 }), WEIGHTS)).toBe(
      'down 11: active on 5 days, 12 in the 30 before',
    )
    expect(changeText(row({ engagement: 40 }), WEIGHTS)).toBe('down 11: others on pro came more often')
    expect(changeText(row({ satisfaction: 0, ratings: 1, then_satisfaction: null }), WEIGHTS)).toBe(
      'down 8: gave a low rating',
    )
    expect(changeText(row({ adoption: 20, features: 1 }), WEIGHTS)).toBe(
      'down 10: uses 1 of 5 key features, more before',
    )
    expect(changeText(row({ then_returns: 0 }), WEIGHTS)).toBe('up 17: active in 3 of the last 4 weeks, 0 before')
  })

  it('says nothing of noise, and nothing where there is nothing to compare with', () => {
    expect(changeText(row({ engagement: 72 }), WEIGHTS)).toBe(undefined)
    expect(changeText(row({ then_score: null }), WEIGHTS)).toBe(undefined)
    expect(changeText({ ...row({}), score: null }, WEIGHTS)).toBe(undefined)
  })
})

describe('reasons', () => {
  it('are the two that cost most points, and the action goes with the first', () => {
    const poor = row({ builds: 10, jobs: 9, jobs_ok: 1, last_ok_on: '2026-11-02', adoption: 20, features: 1 })
    expect(reasonsOf(poor, WEIGHTS, SCALE)).toBe('no build succeeded for 18 days, 1 of 5 key features')
    expect(actionFor(poor, WEIGHTS)).toBe('Look at the last failed build and write what to change')
    const gone = row({ engagement: 0, active_days: 0, returns: 0, weeks: 0, last_active_on: '2026-10-10' })
    expect(reasonsOf(gone, WEIGHTS, SCALE)).toBe('no active day of 30, away 41 days')
    expect(actionFor(gone, WEIGHTS)).toBe('Ask what made them stop')
  })

  it('of what is left out say so', () => {
    const parts = partsOf(row({ builds: null, jobs: 2, jobs_ok: 2 }), WEIGHTS, SCALE)
    expect(parts.map(({ share }) => Math.round(100 * share))).toEqual([0, 42, 33, 25, 0])
    expect(parts.map(({ words }) => words)).toEqual([
      '2 of 2 jobs in 30 days, too few to judge',
      '12 active days of 30, as many as or more than 80 % on pro',
      'active in 3 of 4 weeks, seen on the day',
      '4 of 5 key features in 90 days',
      'no rating in 90 days',
    ])
  })
})

describe('an AUC', () => {
  it('has a range that is wide where few left, and promises no more', () => {
    const few = aucOf(0.8125, 2, 4)
    // By Hanley and McNeil: Q1 0.684211, Q2 0.728448, so that the standard error is 0.218.
    expect([few.value, Number(few.low.toFixed(2)), few.high]).toEqual([0.8125, 0.38, 1])
    expect(verdictOf(few)).toBe('It may be chance: too few left to say.')
    const many = aucOf(0.8125, 200, 4000)
    expect(many.high - many.low).toBeLessThan(0.08)
    expect(verdictOf(many)).toBe('It tells well who leaves.')
    expect(verdictOf(aucOf(0.4, 50, 500))).toBe('It does not tell who leaves.')
  })
})
