import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FactKind } from '../src/facts/types.ts'
import { foldAll } from '../src/rollups/fold.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const now = new Date('2026-11-20T12:00:00Z')
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now })
  await t.sql`
    insert into metric_days (scope, day, v, computed_at)
    select scope, day::date, '{}', now()
    from generate_series('2026-10-01'::date, '2026-11-19', '1 day') day, unnest('{*,t1,t2}'::text[]) scope`
})
beforeEach(async () => {
  await t.sql`delete from dirty_metric_days`
})
afterAll(() => t.close())

const send = (kind: FactKind, row: Record<string, unknown>) =>
  t.deps.writer.write([{ kind, row, index: 0 }], { source: 'test', receivedAt: now })
const stale = async () => {
  await t.fold()
  return t.sql`select scope, day::text as day from dirty_metric_days order by day, scope`
}
/** What a state makes stale when it comes for the second time. */
const staleOfSecond = async (kind: FactKind, first: object, second: object) => {
  await send(kind, { ...first })
  await t.fold()
  await t.sql`delete from dirty_metric_days`
  await send(kind, { ...first, ...second })
  return stale()
}

describe('snapshots stay', () => {
  it('when the same user is identified again, with other traits and a later updated_at', async () => {
    const user = { id: 'same', email: 'a@x.example', tenant_id: 't1', created_at: '2026-10-05T00:00:00Z' }
    expect(await staleOfSecond('users', user, { traits: { seen: 2 }, updated_at: now })).toHaveLength(0)
  })

  it('when a subscription is renewed', async () => {
    await send('users', { id: 'renews', created_at: '2026-10-02T00:00:00Z' })
    const sub = { id: 's1', user_id: 'renews', plan: 'pro', status: 'active', amount: 900 }
    const renewed = { updated_at: '2026-11-10T00:00:00Z', current_period_end: '2026-12-10T00:00:00Z' }
    expect(await staleOfSecond('subscriptions', { ...sub, updated_at: '2026-10-10T00:00:00Z' }, renewed)).toEqual([])
    expect(await t.sql`select class from user_plans where user_id = 'renews' order by since`).toEqual([
      { class: 'free' },
      { class: 'paid' },
    ])
  })

  it('when an object, a payment or a job says nothing new that a number is made of', async () => {
    const object = { kind: 'project', id: 'o1', created_at: '2026-10-05T00:00:00Z', quantity: 2 }
    expect(await staleOfSecond('objects', object, { status: 'review', updated_at: now })).toHaveLength(0)
    const payment = { id: 'p1', provider: 'stripe', status: 'succeeded', amount: 5, ts: '2026-10-05T00:00:00Z' }
    expect(await staleOfSecond('payments', payment, { invoice_id: 'in_1', updated_at: now })).toHaveLength(0)
    const job = { id: 'j1', kind: 'build', status: 'succeeded', finished_at: '2026-10-05T00:00:00Z' }
    expect(await staleOfSecond('jobs', job, { properties: { x: 1 } })).toHaveLength(0)
  })
})

describe('snapshots become stale', () => {
  it('when something counted has changed, each marked once', async () => {
    const object = { kind: 'project', id: 'o2', created_at: '2026-11-18T00:00:00Z' }
    expect((await staleOfSecond('objects', object, { closed_at: '2026-11-19T01:00:00Z' })).length).toBe(6)
    const payment = { id: 'p2', provider: 'stripe', status: 'pending', amount: 5, ts: '2026-11-19T00:00:00Z' }
    await t.sql`delete from dirty_metric_days`
    expect((await staleOfSecond('payments', payment, { status: 'succeeded' })).length).toBe(3)
    await send('payments', { ...payment, status: 'succeeded', fee: 1 })
    expect((await stale()).length).toBe(3)
  })

  it('when a user is deleted, who then is counted nowhere', async () => {
    const user = { id: 'leaves', created_at: '2026-11-19T00:00:00Z' }
    const classes = () =>
      t.sql`select coalesce(sum(delta), 0)::int as n from plan_days where scope = '*' and class = 'free'`
    await send('users', user)
    await t.fold()
    const [before] = await classes()
    expect((await staleOfSecond('users', user, { status: 'deleted', updated_at: now })).length).toBe(3)
    expect((await classes())[0]?.n).toBe(before?.n - 1)
  })

  it('in every scope when a probe comes late', async () => {
    await send('probes', { target: 'web', ok: true, ts: '2026-11-19T10:00:00Z' })
    expect((await stale()).map((row) => row.scope)).toEqual(['*', 't1', 't2'])
  })
})

it('a payer who leaves is free again, though the subscription began as a trial', async () => {
  await send('users', { id: 'left', created_at: '2026-10-01T00:00:00Z' })
  const sub = { id: 's2', user_id: 'left', plan: 'pro', amount: 900, trial_ends_at: '2026-10-08T00:00:00Z' }
  await send('subscriptions', { ...sub, status: 'trialing', updated_at: '2026-10-01T00:00:00Z' })
  await send('subscriptions', { ...sub, status: 'active', updated_at: '2026-10-10T00:00:00Z' })
  await send('subscriptions', { ...sub, status: 'expired', updated_at: '2026-11-10T00:00:00Z' })
  await t.fold()
  const classes = await t.sql`select class from user_plans where user_id = 'left' order by since`
  expect(classes.map((row) => row.class)).toEqual(['trial', 'trial_expired', 'paid', 'free'])
})

it('a rebuild leaves the hours of gauges and probes whose facts were dropped, and clears those of jobs', async () => {
  await send('gauges', { name: 'depth', value: 3, ts: '2026-10-20T10:00:00Z' })
  await send('probes', { target: 'kept', ok: true, ts: '2026-10-20T10:00:00Z' })
  await t.fold()
  await t.sql`insert into dropped_months values ('gauges', '2026-10-01')`
  await t.sql`
    insert into job_hours (scope, hour, kind, enqueued, succeeded, failed, cancelled, run_n, run_ms, wait_n, wait_ms, run_hist)
    values ('*', '2026-10-20T10:30:00Z', 'astray', 1, 0, 0, 0, 0, 0, 0, 0, '{}')`
  await rebuildDay(t.deps, '2026-10-20')
  expect(await t.sql`select n::int as n from gauge_hours where name = 'depth'`).toEqual([{ n: 1 }])
  expect(await t.sql`select n::int as n from probe_hours where target = 'kept'`).toEqual([{ n: 1 }])
  expect(await t.sql`select from job_hours where kind = 'astray'`).toHaveLength(0)
})

it('a fold that is told to stop leaves what is pending for the next', async () => {
  await send('events', { name: 'pending' })
  expect(await foldAll(t.deps, AbortSignal.abort())).toEqual({ merges: 0, batches: 0, facts: 0, buckets: 0 })
  expect((await t.fold()).facts).toBe(1)
})

it('a mark from inside a day, as another zone would set it, has the whole day folded', async () => {
  await send('payments', { id: 'p3', provider: 'paypal', status: 'failed', amount: 7, ts: '2026-10-21T10:00:00Z' })
  await t.sql`update dirty_buckets set bucket = '2026-10-21T15:00:00Z' where rollup = 'payment_days'`
  await t.fold()
  const days = await t.sql`select day::text, n::int from payment_days where scope = '*' and provider = 'paypal'`
  expect([...days]).toEqual([{ day: '2026-10-21', n: 1 }])
})
