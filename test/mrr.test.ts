import { describe, expect, it } from 'vitest'
import {
  endedInThePast,
  implied,
  type Movement,
  movementsOf,
  mrrOf,
  type SubscriptionState,
  withHistory,
} from '../src/facts/mrr.ts'

const day = (text: string) => new Date(`${text}T00:00:00Z`)

function state(changes: Partial<SubscriptionState> = {}): SubscriptionState {
  return {
    subscriptionId: 's1',
    customerId: 'c1',
    userId: 'u1',
    tenantId: '',
    plan: 'pro',
    status: 'active',
    interval: 'month',
    intervalCount: 1,
    quantity: 1,
    amountMinor: 4900,
    discountMinor: 0,
    discountEndsAt: null,
    currency: 'USD',
    startedAt: day('2026-01-10'),
    trialEndsAt: null,
    endsAt: null,
    updatedAt: day('2026-01-10'),
    cancelReason: null,
    ...changes,
  }
}

const short = (movements: Movement[]) =>
  movements.map(({ kind, plan, amountMinor, customersDelta }) => [kind, plan, amountMinor, customersDelta])

describe('what a subscription is worth a month', () => {
  it('is its amount times its seats, brought to a month', () => {
    expect(mrrOf(state({ quantity: 3 }))).toBe(14_700)
    expect(mrrOf(state({ interval: 'year', amountMinor: 49_000 }))).toBe(4083)
    expect(mrrOf(state({ intervalCount: 3, amountMinor: 9000 }))).toBe(3000)
    expect(mrrOf(state({ interval: 'week', amountMinor: 1200 }))).toBe(5200)
  })

  it('is nothing in a trial, when paused and when expired, and still all of it when past due', () => {
    for (const status of ['trialing', 'paused', 'expired'] as const) expect(mrrOf(state({ status }))).toBe(0)
    expect(mrrOf(state({ status: 'past_due' }))).toBe(4900)
  })

  it('lasts until the paid period ends after a cancellation', () => {
    const cancelled = { status: 'cancelled', updatedAt: day('2026-02-01') } as const
    expect(mrrOf(state({ ...cancelled, endsAt: day('2026-02-10') }))).toBe(4900)
    expect(mrrOf(state({ ...cancelled, endsAt: day('2026-02-01') }))).toBe(0)
    expect(mrrOf(state(cancelled))).toBe(0)
  })
})

describe('a discount', () => {
  const finite = state({ discountMinor: 900, discountEndsAt: day('2026-03-10') })

  it('that ends lowers MRR under one policy only, and for as long as it holds', () => {
    expect(mrrOf(finite)).toBe(4900)
    expect(mrrOf(finite, 'chartmogul')).toBe(4000)
    expect(mrrOf({ ...finite, updatedAt: day('2026-03-10') }, 'chartmogul')).toBe(4900)
  })

  it('that lasts lowers it under both, of all seats together and by the interval, to nothing at the most', () => {
    const forever = { discountMinor: 1200, discountEndsAt: null }
    for (const policy of ['stripe', 'chartmogul'] as const) {
      expect(mrrOf(state({ ...forever, quantity: 2 }), policy)).toBe(8600)
      expect(mrrOf(state({ ...forever, interval: 'year', amountMinor: 49_200 }), policy)).toBe(4000)
      expect(mrrOf(state({ ...forever, amountMinor: 1000 }), policy)).toBe(0)
    }
  })

  it('is expansion when it ends, under the policy that took it for contraction', () => {
    const [ended] = implied(finite, day('2026-04-01'))
    expect(short(movementsOf(finite, ended!, 0, true, 'chartmogul'))).toEqual([['expansion', 'pro', 900, 0]])
    expect(short(movementsOf(finite, ended!, 0, true, 'stripe'))).toEqual([])
  })
})

describe('what nobody tells', () => {
  it('is the end of what was paid for, and comes in its order', () => {
    const cancelled = state({
      status: 'cancelled',
      endsAt: day('2026-03-01'),
      discountMinor: 5,
      discountEndsAt: day('2026-02-01'),
    })
    expect(implied(cancelled, day('2026-04-01')).map(({ status, updatedAt }) => [status, updatedAt])).toEqual([
      ['cancelled', day('2026-02-01')],
      ['expired', day('2026-03-01')],
    ])
    expect(implied(cancelled, day('2026-02-01'))).toEqual([])
    expect(implied(undefined, day('2026-04-01'))).toEqual([])
  })

  it('is no money of a trial that was cancelled and runs on', () => {
    const tried = { status: 'cancelled', trialEndsAt: day('2026-02-01'), endsAt: day('2026-02-01') } as const
    expect(mrrOf(state(tried))).toBe(0)
  })
})

describe('movements', () => {
  it('tell new, expansion, contraction, churn and reactivation apart', () => {
    expect(short(movementsOf(undefined, state(), 0, false))).toEqual([['new', 'pro', 4900, 1]])
    expect(short(movementsOf(state(), state({ quantity: 2 }), 0, true))).toEqual([['expansion', 'pro', 4900, 0]])
    expect(short(movementsOf(state({ quantity: 2 }), state(), 0, true))).toEqual([['contraction', 'pro', -4900, 0]])
    expect(short(movementsOf(state(), state({ status: 'expired' }), 0, true))).toEqual([['churn', 'pro', -4900, -1]])
    const back = movementsOf(state({ status: 'expired' }), state(), 0, true)
    expect(short(back)).toEqual([['reactivation', 'pro', 4900, 1]])
  })

  it('carry a change of plan on both plans, under the one kind of the customer', () => {
    const upgrade = movementsOf(state(), state({ plan: 'team', amountMinor: 9900 }), 0, true)
    expect(short(upgrade)).toEqual([
      ['expansion', 'pro', -4900, -1],
      ['expansion', 'team', 9900, 1],
    ])
  })

  it('see the end of one of several subscriptions as contraction, not churn', () => {
    expect(short(movementsOf(state(), state({ status: 'expired' }), 2000, true))).toEqual([
      ['contraction', 'pro', -4900, 0],
    ])
  })

  it('are none when nothing changed in money', () => {
    expect(movementsOf(state(), state({ updatedAt: day('2026-03-01') }), 0, true)).toEqual([])
    expect(movementsOf(undefined, state({ status: 'trialing' }), 0, false)).toEqual([])
  })
})

describe('a subscription first seen late', () => {
  it('began when it says, after its trial', () => {
    const seen = state({ trialEndsAt: day('2026-01-24'), updatedAt: day('2026-06-01') })
    const [began, now] = withHistory(seen)
    expect(began).toMatchObject({ status: 'active', updatedAt: day('2026-01-24') })
    expect(now).toMatchObject({ status: 'active', updatedAt: day('2026-06-01') })
  })

  it('that has ended is both its beginning and its end', () => {
    const seen = state({ status: 'expired', endsAt: day('2026-03-10'), updatedAt: day('2026-06-01') })
    expect(withHistory(seen).map((s) => [s.status, s.updatedAt])).toEqual([
      ['active', day('2026-01-10')],
      ['expired', day('2026-03-10')],
    ])
  })

  it('that ended with its trial was never paid', () => {
    const seen = state({
      status: 'expired',
      trialEndsAt: day('2026-01-24'),
      endsAt: day('2026-01-24'),
      updatedAt: day('2026-02-01'),
    })
    expect(withHistory(seen)).toEqual([seen])
  })
})

it('an end in the past takes effect then', () => {
  const told = state({ status: 'cancelled', endsAt: day('2026-02-10'), updatedAt: day('2026-03-01') })
  expect(endedInThePast(told).updatedAt).toEqual(day('2026-02-10'))
})
