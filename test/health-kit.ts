import type { FactKind } from '../src/facts/types.ts'
import { type TestApp, testApp } from './helpers/app.ts'

/** Scores are as of the 20th, the last closed day. */
export const NOW = new Date('2026-11-21T12:00:00Z')

/** An app that has its facts folded; key features of which nobody uses the last. */
export async function healthApp(facts: (send: Send) => Promise<void>, config: object = {}): Promise<TestApp> {
  const t = await testApp({
    now: NOW,
    config: { timeZone: 'UTC', keyFeatures: ['build', 'project', 'report', 'share'], ...config },
  })
  await facts(sender(t))
  await t.fold()
  return t
}

export type Send = (kind: FactKind, ...rows: Record<string, unknown>[]) => Promise<void>

export function sender(t: TestApp): Send {
  return async (kind, ...rows) => {
    const facts = rows.map((row, index) => ({ kind, row, index, ...(row.id ? { id: String(row.id) } : {}) }))
    const { rejected } = await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW, exemptRetention: true })
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected[0]))
  }
}

const noon = (day: string) => `${day}T12:00:00Z`
const event = (user_id: string, day: string, name = 'opened') => ({ user_id, name, ts: noon(day) })
const days = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => `2026-11-${String(first + n).padStart(2, '0')}`)
let made = 0
const job = (user_id: string, day: string, status: string) => ({
  id: `j${++made}`,
  user_id,
  kind: 'build',
  status,
  enqueued_at: noon(day),
  finished_at: noon(day),
})

/**
 * Five users, of whom eve pays (tenant acme) and the others are free. Over 22 October to 20 November:
 * ann comes on 10 days in 2 weeks, 3 of her 4 builds succeed, she uses 2 features, and rates 9 of 10 and 3 of 5;
 * bob comes on the last two days, with 2 builds, too few to judge;
 * cat was there on 10 September with a report and on 1 October, and is gone;
 * dan signed up on the 16th, came on all his five days, and has a project;
 * eve comes on 3 days in 2 weeks; 1 of 4 builds succeeded, the last nine days before; she rates 1 of 5.
 */
export async function fiveUsers(send: Send): Promise<void> {
  const born = noon('2026-08-01')
  await send(
    'users',
    { id: 'ann', email: 'ann@example.com', created_at: born },
    { id: 'bob', email: 'bob@example.com', created_at: born },
    { id: 'cat', username: 'Cat', created_at: born },
    { id: 'dan', email: 'dan@example.com', created_at: noon('2026-11-16') },
    { id: 'eve', email: 'eve@example.com', tenant_id: 'acme', created_at: born },
  )
  await send('subscriptions', {
    id: 's1',
    user_id: 'eve',
    tenant_id: 'acme',
    plan: 'pro',
    status: 'active',
    amount: 4900,
    currency: 'USD',
    interval: 'month',
    started_at: born,
    updated_at: born,
  })
  await send(
    'events',
    ...days(1, 10).map((day) => event('ann', day)),
    event('ann', '2026-11-01', 'report'),
    ...days(19, 20).map((day) => event('bob', day)),
    event('cat', '2026-09-10', 'report'),
    event('cat', '2026-10-01'),
    ...days(16, 20).map((day) => event('dan', day)),
    { ...event('eve', '2026-11-20'), tenant_id: 'acme' },
    // After the last closed day: it does not count yet.
    event('cat', '2026-11-21'),
  )
  await send(
    'jobs',
    ...days(1, 3).map((day) => job('ann', day, 'succeeded')),
    job('ann', '2026-11-04', 'failed'),
    job('ann', '2026-11-05', 'cancelled'),
    // The day before the window.
    job('ann', '2026-10-21', 'failed'),
    job('bob', '2026-11-19', 'succeeded'),
    job('bob', '2026-11-20', 'succeeded'),
    { ...job('eve', '2026-11-11', 'succeeded'), tenant_id: 'acme' },
    ...[1, 2, 3].map(() => ({ ...job('eve', '2026-11-18', 'failed'), tenant_id: 'acme' })),
  )
  await send('objects', { kind: 'project', id: 'p1', user_id: 'dan', status: 'open', created_at: noon('2026-11-17') })
  await send(
    'feedback',
    { kind: 'nps', score: 9, user_id: 'ann', ts: noon('2026-11-10') },
    { kind: 'rating', score: 3, user_id: 'ann', ts: noon('2026-11-10') },
    { kind: 'rating', score: 1, user_id: 'eve', tenant_id: 'acme', ts: noon('2026-11-18') },
  )
}

/**
 * By hand. On the free plan cat came on 0 days, bob on 2, dan on 5, ann on 10: the shares that came on as many or fewer
 * are 0 (never came), 2, 3 and 4 of 4. Four features are configured, of which nobody uses the last.
 */
export const FIVE = {
  // 2 of 4 features: (75 × 30 + 100 × 25 + 50 × 20 + 50 × 15 + 75 × 10) ÷ 100
  ann: {
    score: 72.5,
    band: 'healthy',
    builds: 75,
    engagement: 100,
    returns: 50,
    adoption: 50,
    satisfaction: 75,
    stage: 'growth',
  },
  // 1 of 4: (50 × 25 + 25 × 20 + 25 × 15) ÷ 60 = 35.42
  bob: {
    score: 35.4,
    band: 'churning',
    builds: null,
    engagement: 50,
    returns: 25,
    adoption: 25,
    satisfaction: null,
    stage: 'at-risk',
  },
  // (25 × 15) ÷ 60 = 6.25
  cat: {
    score: 6.3,
    band: 'churning',
    builds: null,
    engagement: 0,
    returns: 0,
    adoption: 25,
    satisfaction: null,
    stage: 'lapsed',
  },
  // (75 × 25 + 100 × 20 + 25 × 15) ÷ 60 = 70.83: he has had one week, and was there in it.
  dan: {
    score: 70.8,
    band: 'healthy',
    builds: null,
    engagement: 75,
    returns: 100,
    adoption: 25,
    satisfaction: null,
    stage: 'activation',
  },
  // (25 × 30 + 100 × 25 + 50 × 20 + 25 × 15 + 20 × 10) ÷ 100 = 48.25
  eve: {
    score: 48.3,
    band: 'at-risk',
    builds: 25,
    engagement: 100,
    returns: 50,
    adoption: 25,
    satisfaction: 20,
    stage: 'growth',
  },
} as const

/** Of 21 October: dan was not there; ann (a failed build) and cat came on one day each, nobody else on any. */
export const FIVE_BEFORE = {
  // Both came on as many days as all others or more; one of their four weeks; one of four features: (100 × 25 + 25 × 20 + 25 × 15) ÷ 60 = 56.25
  ann: 56.3,
  bob: 0,
  cat: 56.3,
  dan: null,
  eve: 0,
}
