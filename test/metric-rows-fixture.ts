import fc from 'fast-check'
import type { FactIn, FactKind } from '../src/facts/types.ts'
import { metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import type { TestApp } from './helpers/app.ts'
import { growthFacts, KNOWN_EVENTS } from './metric-rows-growth.ts'
import { fillOwn, qualityFacts } from './metric-rows-quality.ts'

export const NOW = new Date('2026-04-03T12:00:00Z')
export const FIRST = Date.parse('2026-01-10T00:00:00Z')
export const TENANTS = ['acme', 'bolt']
const MINUTE_MS = 60_000
const SEED = 20261121

type Filled = Pick<TestApp, 'deps' | 'sql'> & { fold(): Promise<unknown> }

/** Facts, and what is entered by hand; of the facts only those that `keep` says. */
export async function fillAll(t: Filled, keep: (row: Record<string, unknown>) => boolean = () => true): Promise<void> {
  await fillFacts(t, keep)
  await fillOwn(t, NOW)
  await t.sql`
    insert into finance_inputs (month, item, amount_minor, currency, updated_at, updated_by)
    select '2026-03-01', item, amount, 'USD', ${NOW}, 'test' from (values
      ('cash', 5000000), ('burn', 400000), ('hosting', 31000), ('other_costs', 9900), ('acquisition', 70000)) v (item, amount)`
  await t.sql`
    insert into health_days
    select scope, day, band, n, n * score from generate_series('2026-01-11'::date, '2026-04-02', '7 days') day,
      unnest(array['*', 'acme', 'bolt']) scope, (values
        ('healthy', 3, 81.5), ('at-risk', 2, 55), ('churning', 4, 12.5), ('unknown', 1, 0)) v (band, n, score)`
}

/** A product's life of twelve weeks by chance, the same each time, through the writer and the fold. */
async function fillFacts(t: Filled, keep: (row: Record<string, unknown>) => boolean): Promise<void> {
  const all = [...Object.entries(facts()), ...Object.entries(growthFacts(when1)), ...qualityFacts(NOW)]
  for (const [kind, rows] of all as [FactKind, Record<string, unknown>[]][]) {
    const kept = rows.filter(keep)
    const batch = kept.map((row, index): FactIn => ({ kind, row, index, ...(row.id ? { id: String(row.id) } : {}) }))
    const { rejected } = await t.deps.writer.write(batch, { source: 'test', receivedAt: NOW })
    if (rejected.length > 0) throw new Error(`${kind}: ${JSON.stringify(rejected[0])}`)
    // Some are known before the identities, some after.
    await t.fold()
  }
}

const span = NOW.getTime() - FIRST
/** Most of the past weeks, where days have 23 hours; each minute is used once, so that no two samples are at a time. */
const at = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 20 * 1440 }) },
  fc.nat(Math.floor(span / MINUTE_MS)),
)
const when = at.map((minutes) => new Date(NOW.getTime() - minutes * MINUTE_MS).toISOString())
const user = fc.constantFrom(...Array.from({ length: 14 }, (_, i) => `u${i}`))
const tenant = fc.constantFrom('acme', 'bolt', undefined)
const rare = <T>(one: fc.Arbitrary<T>) => fc.option(one, { freq: 3, nil: undefined })
const many = <T>(n: number, model: { [K in keyof T]: fc.Arbitrary<T[K]> }, seed: number) =>
  fc.sample(fc.record(model), { numRuns: n, seed: SEED + seed }).map((row) => clean(row as Record<string, unknown>))
const clean = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
const numbered = (prefix: string, rows: Record<string, unknown>[]) =>
  rows.map((row, i) => ({ ...row, id: `${prefix}${i}` }))
const after = (from: unknown, minutes: number) => new Date(Date.parse(String(from)) + minutes * MINUTE_MS).toISOString()

function facts(): Partial<Record<FactKind, Record<string, unknown>[]>> {
  return {
    users: [...users(), { id: 'u97', created_at: when1(10) }],
    events: events(260, 2),
    identities: [
      { anonymous_id: 'v1', user_id: 'u1', since: when1(30) },
      { anonymous_id: 'v2', user_id: 'u2', since: when1(3) },
      { anonymous_id: 'u13', user_id: 'u3', since: when1(5) },
    ],
    api_calls: calls(),
    jobs: jobs(),
    payments: payments(),
    subscriptions: [...subscriptions(), ...leavers()],
    mrr_movements: [
      { id: 'fx', ts: when1(8), customer_id: 'u94', plan: 'team', kind: 'fx', amount: -77, currency: 'USD' },
    ],
    invoices: invoices(),
    campaigns: [
      { id: 'c1', kind: 'acquisition', channel: 'search' },
      { id: 'c2', kind: 'content', channel: 'blog' },
    ],
    campaign_spend: spend(),
    objects: objects(),
    gauges: gauges(),
    probes: many(
      60,
      { ts: when, target: fc.constantFrom('web', 'api'), ok: fc.boolean(), latency_ms: rare(fc.nat(900)) },
      9,
    ),
  }
}

const when1 = (daysAgo: number) => new Date(NOW.getTime() - daysAgo * 86_400_000).toISOString()

const users = () =>
  many(
    10,
    {
      created_at: when,
      tenant_id: tenant,
      provider: rare(fc.constantFrom('google', 'github')),
      email: fc.constant('=a@b.example'),
    },
    1,
  ).map((row, i) => ({ ...row, id: i < 8 ? `u${i}` : `u${i + 83}`, status: i === 7 ? 'deleted' : 'active' }))

const events = (n: number, seed: number) =>
  many(
    n,
    {
      ts: when,
      name: fc.constantFrom('open', 'save', 'page_left', 'signed_in', ...KNOWN_EVENTS),
      user_id: rare(user),
      anonymous_id: rare(fc.constantFrom('v1', 'v2', 'v3')),
      tenant_id: tenant,
      session_id: rare(fc.constantFrom('s1', 's2', 's3')),
    },
    seed,
  )

/** A request is of one user; some are tried again. */
const calls = () =>
  many(
    260,
    {
      ts: when,
      user_id: rare(user),
      tenant_id: tenant,
      service: fc.constantFrom('code', 'web'),
      provider: fc.constantFrom('acme-ai', 'other'),
      model: rare(fc.constantFrom('m1', 'm2')),
      request_id: fc.nat(9),
      status: fc.constantFrom('ok', 'error'),
      error_kind: fc.constantFrom('provider', 'timeout', 'safety', 'rate_limit', 'client', 'server'),
      latency_ms: rare(fc.integer({ min: 0, max: 30_000 })),
      tokens_in: rare(fc.nat(5_000)),
      tokens_out: rare(fc.nat(900)),
      cached: fc.boolean(),
      retry: fc.boolean(),
      cost: rare(fc.nat(300).map((n) => n / 1000)),
    },
    3,
  ).map((row) => ({ ...row, request_id: `${row.user_id}-${row.request_id}` }))

const jobs = () =>
  numbered(
    'j',
    many(
      140,
      {
        enqueued_at: when,
        wait: fc.nat(900),
        run: fc.nat(600),
        kind: fc.constantFrom('build', 'preview', 'deploy'),
        status: fc.constantFrom('queued', 'succeeded', 'succeeded', 'failed', 'cancelled'),
        user_id: rare(user),
        tenant_id: tenant,
      },
      4,
    ).map(({ wait, run, ...row }) => {
      if (row.status === 'queued') return row
      const started_at = after(row.enqueued_at, Number(wait) / 60)
      return {
        ...row,
        started_at,
        finished_at: after(started_at, Number(run) / 60),
        updated_at: after(started_at, 700),
      }
    }),
  )

const payments = () =>
  numbered(
    'p',
    many(
      90,
      {
        ts: when,
        user_id: rare(user),
        tenant_id: tenant,
        provider: fc.constantFrom('stripe', 'paystack'),
        status: fc.constantFrom('succeeded', 'succeeded', 'failed', 'pending', 'refunded'),
        amount: fc.integer({ min: 1, max: 20_000 }),
        fee: rare(fc.nat(500)),
        fee_waived: rare(fc.nat(50)),
        currency: fc.constantFrom('USD', 'USD', 'EUR', 'JPY'),
        subscription_id: rare(fc.constantFrom('sub1', 'sub2')),
      },
      5,
    ).map((row) => (row.status === 'refunded' ? { ...row, refunded: row.amount } : row)),
  )

/** States of subscriptions in time order: new, larger, smaller, over, back again, in two currencies. */
const subscriptions = () =>
  many(
    90,
    {
      n: fc.nat(29),
      updated_at: when,
      status: fc.constantFrom('active', 'active', 'active', 'trialing', 'past_due', 'paused', 'expired'),
      plan: fc.constantFrom('pro', 'team'),
      interval: fc.constantFrom('month', 'year'),
      amount: fc.integer({ min: 100, max: 90_000 }),
    },
    6,
  )
    .sort((a, b) => String(a.updated_at).localeCompare(String(b.updated_at)))
    .map(({ n, ...row }) => ({
      ...row,
      id: `sub${n}`,
      user_id: `u${Number(n) % 20}`,
      ...(Number(n) % 3 === 0 ? { tenant_id: 'acme' } : {}),
      currency: Number(n) % 4 === 0 ? 'EUR' : 'USD',
      started_at: row.updated_at,
      ...(row.status === 'trialing' ? { trial_ends_at: after(row.updated_at, 9_000) } : {}),
    }))

/** Trials that run and ran out, customers who leave, left and came back, and two who pay for over a year. */
const leavers = () =>
  [
    { id: 'old', status: 'active', daysAgo: 380, user_id: 'u93' },
    { id: 'team', status: 'active', daysAgo: 380, user_id: 'u94' },
    { id: 'team', status: 'active', daysAgo: 12, user_id: 'u94', amount: 9_900, plan: 'team' },
    { id: 'reduced', status: 'active', daysAgo: 12, user_id: 'u98', discount: 900, discount_ends_at: when1(4) },
    { id: 'leaving', status: 'cancelled', daysAgo: 3, user_id: 'u95', ends_at: when1(-9) },
    { id: 'left', status: 'active', daysAgo: 15, user_id: 'u96' },
    { id: 'left', status: 'cancelled', daysAgo: 11, user_id: 'u96', ends_at: when1(6) },
    { id: 'trying', status: 'trialing', daysAgo: 2, user_id: 'u97', trial_ends_at: when1(-12) },
    { id: 'trial', status: 'trialing', daysAgo: 14, user_id: 'u91', trial_ends_at: when1(5) },
    { id: 'back', status: 'active', daysAgo: 16, user_id: 'u92' },
    { id: 'back', status: 'expired', daysAgo: 9, user_id: 'u92' },
    { id: 'back', status: 'active', daysAgo: 4, user_id: 'u92' },
  ].map(({ daysAgo, ...row }) => ({
    plan: 'pro',
    amount: 4_900,
    ...row,
    interval: 'month',
    currency: 'USD',
    started_at: when1(daysAgo),
    updated_at: when1(daysAgo),
  }))

const invoices = () =>
  numbered(
    'in',
    many(
      60,
      {
        issued_at: when,
        due: fc.nat(12_000),
        status: fc.constantFrom('draft', 'open', 'pending_verification', 'paid', 'void', 'uncollectible'),
        after: fc.integer({ min: -300, max: 15_000 }),
        amount: fc.integer({ min: 100, max: 50_000 }),
        currency: fc.constantFrom('USD', 'USD', 'EUR'),
        provider: rare(fc.constantFrom('stripe')),
        user_id: rare(user),
        tenant_id: tenant,
      },
      8,
    ).map(({ due, after: later, ...row }) => ({
      ...row,
      due_at: after(row.issued_at, Number(due)),
      updated_at: earlier(after(row.issued_at, Number(later))),
      ...(row.status === 'paid' ? { paid_at: earlier(after(row.issued_at, Number(later))) } : {}),
    })),
  )

const spend = () =>
  Array.from({ length: 30 }, (_, n) => ({
    campaign_id: n % 3 ? 'c1' : 'c2',
    day: when1(n).slice(0, 10),
    amount: 1_000 + n * 7,
    currency: 'USD',
  }))

const objects = () =>
  numbered(
    'o',
    many(
      70,
      {
        created_at: when,
        open: fc.boolean(),
        life: fc.nat(20_000),
        kind: fc.constantFrom('project', 'contract', 'invite'),
        user_id: rare(user),
        tenant_id: tenant,
      },
      7,
    ).map(({ open, life, ...row }) =>
      open ? row : { ...row, closed_at: earlier(after(row.created_at, Number(life))) },
    ),
  )

const earlier = (text: string) => (Date.parse(text) < NOW.getTime() ? text : NOW.toISOString())

/** Every gauge that the catalogue reads, by the hour and of the tenants too. */
function gauges(): Record<string, unknown>[] {
  const names = metricKeys.filter((key) => {
    const metric = metricOf(key)
    return metric.kind !== 'live' && metric.kind !== 'derived' && metric.from === 'gauges'
  })
  return ['queue.depth', ...names].flatMap((name, n) =>
    many(12, { value: fc.integer({ min: 0, max: 40 }), tenant_id: tenant }, 20 + n).map((row, i) => ({
      ...row,
      name,
      ts: new Date(NOW.getTime() - (i * 31 * 60 + 7) * MINUTE_MS).toISOString(),
    })),
  )
}
