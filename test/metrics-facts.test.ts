import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FactIn, FactKind } from '../src/facts/types.ts'
import { type MetricKey, metricKeys, metricOf } from '../src/metrics/catalogue.ts'
import { series, summary } from '../src/metrics/query.ts'
import { closeDays, missingDays, settleDirtyDays } from '../src/metrics/snapshot.ts'
import { type TestApp, testApp } from './helpers/app.ts'

/** Facts through the writer and the fold, on a day of 25 hours in Berlin; the numbers are counted by hand. */
const ZONE = 'Europe/Berlin'
const DAY = '2026-10-25'
let t: TestApp
let now = new Date('2026-10-27T12:00:00Z')

const stored = metricKeys.filter((key) => metricOf(key).kind !== 'live')
const sums = metricKeys.filter((key) => metricOf(key).kind === 'sum' && !key.startsWith('system.'))
const RANGE = { from: '2026-10-20', to: '2026-10-27', compare: 'none' as const }

beforeAll(async () => {
  t = await testApp({ now: () => now, config: { timeZone: ZONE } })
})
afterAll(() => t.close())

async function send(kind: FactKind, ...rows: Record<string, unknown>[]): Promise<void> {
  const facts: FactIn[] = rows.map((row, index) => ({ kind, row, index, ...(row.id ? { id: String(row.id) } : {}) }))
  const { rejected } = await t.deps.writer.write(facts, { source: 'test', receivedAt: now })
  expect(rejected).toEqual([])
}

const value = async (key: MetricKey, day: string, scope = '*') =>
  (await series(t.deps, key, { scope, from: day, to: day })).total

it('counts facts of tenants, folded, as one would by hand', async () => {
  await send(
    'users',
    { id: 'ann', tenant_id: 'acme', created_at: '2026-10-20T10:00:00Z' },
    { id: 'bob', tenant_id: 'bolt', created_at: '2026-10-24T22:30:00Z' },
  )
  await send(
    'events',
    // The day begins at 22:00 UTC in summer time and ends at 23:00 UTC in winter time.
    { name: 'open', user_id: 'ann', tenant_id: 'acme', ts: '2026-10-24T21:59:59Z' },
    { name: 'open', user_id: 'ann', tenant_id: 'acme', session_id: 's1', ts: '2026-10-24T22:00:00Z' },
    { name: 'save', user_id: 'ann', tenant_id: 'acme', session_id: 's1', ts: '2026-10-24T22:10:00Z' },
    { name: 'open', user_id: 'bob', tenant_id: 'bolt', ts: '2026-10-25T22:59:59Z' },
    { name: 'open', user_id: 'bob', tenant_id: 'bolt', ts: '2026-10-25T23:00:00Z' },
    { name: 'open', tenant_id: 'bolt', ts: '2026-10-25T12:00:00Z' },
  )
  const call = {
    ts: '2026-10-25T01:30:00Z',
    user_id: 'ann',
    tenant_id: 'acme',
    provider: 'acme-ai',
    model: 'm',
    service: 'code',
  }
  await send(
    'api_calls',
    {
      ...call,
      request_id: 'r1',
      status: 'error',
      error_kind: 'timeout',
      latency_ms: 1000,
      tokens_in: 100,
      tokens_out: 10,
      cost: 0.25,
    },
    {
      ...call,
      request_id: 'r1',
      status: 'ok',
      retry: true,
      latency_ms: 3000,
      tokens_in: 100,
      tokens_out: 30,
      cost: 0.5,
    },
    {
      ...call,
      request_id: 'r2',
      status: 'ok',
      user_id: 'bob',
      tenant_id: 'bolt',
      model: 'unheard-of',
      tokens_in: 7,
      tokens_out: 3,
    },
  )
  await send(
    'jobs',
    {
      id: 'b1',
      kind: 'build',
      status: 'succeeded',
      user_id: 'ann',
      tenant_id: 'acme',
      enqueued_at: '2026-10-25T10:00:00Z',
      started_at: '2026-10-25T10:00:10Z',
      finished_at: '2026-10-25T10:01:10Z',
    },
    {
      id: 'b2',
      kind: 'build',
      status: 'failed',
      user_id: 'bob',
      tenant_id: 'bolt',
      enqueued_at: '2026-10-25T10:00:00Z',
      started_at: '2026-10-25T10:00:10Z',
      finished_at: '2026-10-25T10:00:40Z',
    },
    {
      id: 'p1',
      kind: 'preview',
      status: 'succeeded',
      tenant_id: 'bolt',
      enqueued_at: '2026-10-25T10:00:00Z',
      started_at: '2026-10-25T10:00:00Z',
      finished_at: '2026-10-25T10:00:01Z',
    },
  )
  await send('subscriptions', {
    id: 'sub',
    plan: 'pro',
    status: 'active',
    user_id: 'ann',
    tenant_id: 'acme',
    interval: 'year',
    amount: 12_000,
    currency: 'USD',
    started_at: '2026-10-25T09:00:00Z',
    updated_at: '2026-10-25T09:00:00Z',
  })
  await send('payments', {
    id: 'pay',
    provider: 'stripe',
    status: 'succeeded',
    amount: 12_000,
    fee: 378,
    currency: 'USD',
    user_id: 'ann',
    tenant_id: 'acme',
    ts: '2026-10-25T09:00:00Z',
  })
  await send('objects', {
    kind: 'project',
    id: 'o1',
    user_id: 'ann',
    tenant_id: 'acme',
    created_at: '2026-10-25T09:00:00Z',
  })
  await t.fold()
  const expected: Partial<Record<MetricKey, number | null>> = {
    'users.total': 2,
    'users.new': 1,
    'users.dau': 2,
    'users.mau': 2,
    'users.paid': 1,
    'users.active_paid': 1,
    'users.active_free': 1,
    'users.sessions': 1,
    'users.session_duration': 600_000,
    'events.total': 4,
    'ai.requests': 2,
    'ai.calls': 3,
    'ai.tokens_in': 207,
    'ai.tokens_out': 43,
    'ai.cost': 0.75,
    'ai.cost_unknown_calls': 1,
    'ai.cost_per_request': 0.75,
    'ai.errors_timeout': 1,
    'ai.error_rate': 100 / 3,
    'ai.retry_rate': 100 / 3,
    'ai.latency_avg': 2000,
    'ai.requests_per_user_max': 1,
    'jobs.total': 3,
    'jobs.success_rate': 200 / 3,
    'jobs.builds': 2,
    'jobs.build_success_rate': 50,
    'jobs.build_duration_avg': 45_000,
    'jobs.previews': 1,
    'revenue.mrr': 10,
    'revenue.mrr_new': 10,
    'revenue.arr': 120,
    'revenue.paying_customers': 1,
    'revenue.customers_new': 1,
    'revenue.payments_volume': 120,
    'revenue.fees': 3.78,
    'product.projects_open': 1,
  }
  for (const [key, wanted] of Object.entries(expected)) {
    const found = await value(key as MetricKey, DAY)
    if (wanted === null) expect(found, key).toBe(null)
    else expect(found, key).toBeCloseTo(wanted, 6)
  }
  expect(await value('users.dau', '2026-10-24')).toBe(1)
  expect(await value('users.dau', '2026-10-26')).toBe(1)
  expect(await value('ai.cost', DAY, 'bolt')).toBe(null)
})

it('adds tenants up to all, and facts without a tenant to all alone', async () => {
  const of = async (scope: string) => summary(t.deps, sums, { ...RANGE, scope })
  const [all, acme, bolt] = [await of('*'), await of('acme'), await of('bolt')]
  for (const key of sums) {
    expect(all[key].value ?? 0, key).toBeCloseTo((acme[key].value ?? 0) + (bolt[key].value ?? 0), 6)
  }
  await send('events', { name: 'open', user_id: 'cat', ts: '2026-10-25T12:00:00Z' })
  await t.fold()
  const [after, acmeAfter] = [await of('*'), await of('acme')]
  expect(after['events.total'].value).toBe((all['events.total'].value ?? 0) + 1)
  expect(acmeAfter['events.total'].value).toBe(acme['events.total'].value)
})

it('stores what it showed, and settles days that facts come late for', async () => {
  const shown = await summary(t.deps, stored, { ...RANGE, scope: '*' })
  await closeDays(t.deps, await missingDays(t.deps))
  const closed = await summary(t.deps, stored, { ...RANGE, scope: '*' })
  for (const key of stored)
    expect(closed[key], key).toMatchObject({ value: shown[key].value, points: shown[key].points })

  await send('events', { name: 'late', user_id: 'dan', tenant_id: 'acme', ts: '2026-10-25T12:00:00Z' })
  await t.fold()
  expect(await value('users.dau', DAY)).toBe(4)
  expect(await settleDirtyDays(t.deps)).toBeGreaterThan(0)
  expect(await t.sql`select * from dirty_metric_days where day < '2026-10-27'`).toHaveLength(0)
  expect(await value('users.dau', DAY)).toBe(4)
  expect(await value('users.dau', DAY, 'acme')).toBe(2)
  const [row] = await t.sql`select value from metric_values where scope = '*' and day = ${DAY} and key = 'users.dau'`
  expect(row?.value).toBe(4)
})

it('shows tomorrow what today said', async () => {
  const day = { scope: '*', from: '2026-10-27', to: '2026-10-27', compare: 'none' as const }
  await send('events', { name: 'open', user_id: 'ann', tenant_id: 'acme', ts: '2026-10-27T11:00:00Z' })
  await t.fold()
  const today = await summary(t.deps, stored, day)
  now = new Date('2026-10-28T12:00:00Z')
  await closeDays(t.deps, await missingDays(t.deps))
  const closed = await summary(t.deps, stored, day)
  for (const key of stored) expect(closed[key].value, key).toBe(today[key].value)
})
