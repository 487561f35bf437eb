import { describe, expect, it } from 'vitest'
import { addDays } from '../src/lib/time.ts'
import { type ProfileFacts, writeProfile } from '../src/users/profile.ts'

const TODAY = '2026-11-20'
const NONE = { active: false, apiCalls: 0, aiCalls: 0, errors: 0, jobs: 0, tokens: 0, cost: 0 }

/** Sixty days, of which those so many days ago have something. */
const daysWith = (some: Record<number, Partial<typeof NONE>>): ProfileFacts['days'] =>
  Array.from({ length: 60 }, (_, n) => {
    const ago = 59 - n
    return { day: addDays(TODAY, -ago), ...NONE, ...some[ago] }
  })

const facts = (user: Partial<ProfileFacts['user']> = {}, more: Partial<ProfileFacts> = {}): ProfileFacts => ({
  user: {
    class: 'free',
    plan: 'free',
    planName: null,
    toldPlan: null,
    toldPlanName: null,
    tenant: null,
    tenantId: '',
    createdAt: new Date('2026-11-08T12:00:00Z'),
    createdKnown: true,
    provider: null,
    country: null,
    mrr: 0,
    margin: 0,
    status: 'active',
    ...user,
  },
  days: daysWith({}),
  jobs: [],
  today: TODAY,
  now: new Date('2026-11-20T12:00:00Z'),
  timeZone: 'UTC',
  currency: 'USD',
  ...more,
})

describe('a written profile', () => {
  it('says of somebody new and silent no more than is known', () => {
    expect(writeProfile(facts())).toEqual([
      'Signed up on 8 Nov, 12 d ago. Is on the free plan.',
      'Was not active in the last 60 days.',
    ])
  })

  it('names a plan that only the product tells of, and says that nobody pays for it', () => {
    const told = facts({ toldPlan: 'pro', toldPlanName: 'Pro' })
    expect(writeProfile(told)[0]).toBe(
      'Signed up on 8 Nov, 12 d ago. Is on Pro, as the product says, without a subscription.',
    )
  })

  it('says who somebody is, whether they come more, what they do and what is left of what they pay', () => {
    const user = {
      class: 'paid',
      plan: 'pro',
      planName: 'Pro',
      tenantId: 't1',
      tenant: 'Atelier Nord',
      provider: 'google',
      country: 'FR',
      mrr: 49,
      margin: 36.5,
    }
    const days = daysWith({
      0: { active: true, apiCalls: 6, aiCalls: 4, errors: 2, cost: 12.5 },
      29: { active: true, apiCalls: 2 },
      30: { active: true, apiCalls: 100, aiCalls: 100, cost: 99 },
    })
    const jobs = [
      { kind: 'build', succeeded: 7, failed: 10, open: 1 },
      { kind: 'deploy', succeeded: 1, failed: 0, open: 0 },
      { kind: 'preview', succeeded: 0, failed: 0, open: 3 },
    ]
    expect(writeProfile(facts(user, { days, jobs }))).toEqual([
      'Signed up on 8 Nov, 12 d ago with google from FR; belongs to Atelier Nord. Pays for Pro.',
      'Active on 2 of the last 30 days, up from 1 in the 30 before.',
      'Made 8 API calls in 30 days, 4 of them AI for $12.50. 25% of the calls failed.',
      '7 of 17 builds, 1 of 1 deploy succeeded.',
      'Leaves $36.50 of the $49.00 paid a month after AI.',
    ])
  })

  it('says what is wrong: who comes less, costs more than they pay, or may not come', () => {
    const user = { class: 'paid', plan: 'pro', mrr: 49, margin: -47.41, status: 'suspended', createdKnown: false }
    const active = { active: true }
    const days = daysWith({ 3: active, 31: active, 32: active, 40: active })
    expect(writeProfile(facts(user, { days }))).toEqual([
      'First seen on 8 Nov. Pays for pro. The account is suspended.',
      'Active on 1 of the last 30 days, down from 3 in the 30 before.',
      'Costs $47.41 more in AI than the $49.00 paid a month.',
    ])
    const gone = writeProfile(facts({ class: 'trial_expired' }, { days: daysWith({ 35: active }) }))
    expect(gone).toEqual([
      'Signed up on 8 Nov, 12 d ago. Let a trial end without paying.',
      'Has not been active for 30 days, after 1 active day in the 30 before.',
    ])
  })
})
