import { afterAll, beforeAll, expect, it } from 'vitest'
import { startRun } from '../src/jobs/runner.ts'
import job from '../src/jobs/user-stats.ts'
import { refreshUserStats } from '../src/users/stats.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let now = new Date('2026-11-20T12:00:00Z')
let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => now })
})
afterAll(() => t.close())

const send = (...facts: { kind: string; row: object }[]) =>
  t.deps.writer.write(facts.map((fact, index) => ({ ...fact, index })) as never, { source: 'typed', receivedAt: now })
const user = (id: string, more: object = {}) => ({
  kind: 'users',
  row: { id, email: `${id}@x.example`, created_at: '2026-11-01T00:00:00Z', updated_at: now.toISOString(), ...more },
})
const called = (id: string, ts: string, cost: number, more: object = {}) => ({
  kind: 'api_calls',
  row: { user_id: id, ts, ai: true, service: 'chat', provider: 'p', model: 'm', status: 'ok', cost, ...more },
})
const refresh = async () => {
  await t.fold()
  await refreshUserStats(t.deps)
}
const rows = (id: string) =>
  t.sql`select scope, calls_30d, ai_cost_30d, mrr_minor, margin_30d, last_seen_at from user_stats where user_id = ${id} order by scope`

/** The groups as they are kept, and as they are counted by hand. */
async function expectCounts(): Promise<void> {
  const kept = await t.sql`select scope, grp, n from user_group_counts where n <> 0 order by 1, 2`
  const counted = await t.sql`select scope, grp, count(*) as n from user_stats group by 1, 2 order by 1, 2`
  expect([...kept]).toEqual([...counted])
}

it('a user is listed as soon as they are known, with what they did and pay, in all and in their tenant', async () => {
  await send(
    user('ada', { tenant_id: 'acme' }),
    called('ada', '2026-11-20T09:00:00Z', 1.5, { tenant_id: 'acme' }),
    called('ada', '2026-11-20T10:00:00Z', 0.5),
    {
      kind: 'subscriptions',
      row: {
        id: 's1',
        user_id: 'ada',
        plan: 'pro',
        status: 'active',
        amount: 4900,
        currency: 'USD',
        interval: 'month',
        started_at: '2026-11-10T00:00:00Z',
        updated_at: '2026-11-10T00:00:00Z',
      },
    },
  )
  await refresh()
  expect(await rows('ada')).toEqual([
    {
      scope: '*',
      calls_30d: 2,
      ai_cost_30d: 2,
      mrr_minor: 4900,
      margin_30d: 47,
      last_seen_at: new Date('2026-11-20T10:00:00Z'),
    },
    // The money has no tenant: there nothing is known of it.
    {
      scope: 'acme',
      calls_30d: 1,
      ai_cost_30d: 1.5,
      mrr_minor: null,
      margin_30d: null,
      last_seen_at: new Date('2026-11-20T09:00:00Z'),
    },
  ])
  await expectCounts()
})

it('only whose facts have changed is made anew', async () => {
  await send(user('bea'), user('cleo'))
  await refresh()
  await t.sql`update user_stats set calls_30d = 77 where user_id = 'bea'`
  await send(called('cleo', '2026-11-20T11:00:00Z', 0))
  await refresh()
  expect((await rows('bea'))[0]?.calls_30d).toBe(77)
  expect((await rows('cleo'))[0]?.calls_30d).toBe(1)
  expect(await t.sql`select from dirty_user_stats`).toEqual([])
})

it('who is suspended, changes their tenant or is deleted leaves the group they were in', async () => {
  const suspended = () => t.sql`
    select scope, n from user_group_counts join user_groups using (grp) where suspended and n > 0 order by scope`
  await send(user('bea', { status: 'suspended', tenant_id: 'bolt' }))
  await refresh()
  expect(await suspended()).toEqual([
    { scope: '*', n: 1 },
    { scope: 'bolt', n: 1 },
  ])
  now = new Date('2026-11-20T12:01:00Z')
  await send(user('bea', { status: 'active', tenant_id: 'acme' }))
  await refresh()
  expect(await suspended()).toEqual([])
  expect((await rows('bea')).map(({ scope }) => scope)).toEqual(['*', 'acme'])
  now = new Date('2026-11-20T12:02:00Z')
  await send(user('bea', { status: 'deleted' }))
  await refresh()
  expect(await rows('bea')).toEqual([])
  await expectCounts()
})

it('what a visitor did counts for the user they turn out to be', async () => {
  const told = { type: 'track', name: 'Opened', anonymous_id: 'v1' }
  await send({ kind: 'events', row: { ...told, ts: '2026-11-19T08:00:00Z' } })
  await send(user('dee'))
  await refresh()
  expect((await rows('dee'))[0]?.last_seen_at).toBeNull()
  await send({ kind: 'identities', row: { anonymous_id: 'v1', user_id: 'dee', since: '2026-11-20T08:00:00Z' } })
  await refresh()
  expect((await rows('dee'))[0]?.last_seen_at).toEqual(new Date('2026-11-19T08:00:00Z'))
})

it('a day that ends moves the window: the nightly job counts everybody anew, also after it was cut short', async () => {
  now = new Date('2026-12-20T00:05:00Z')
  const started = await startRun(t.deps, job, { slot: now, startedBy: 'test' })
  expect(started.state).toBe('started')
  if (started.state === 'started') expect(await started.done).toBe('ok')
  // The calls of the 20th of November are the 31st day back.
  expect((await rows('ada')).map((row) => row.calls_30d)).toEqual([0, 0])
  expect((await rows('ada'))[0]).toMatchObject({ mrr_minor: 4900, margin_30d: 49 })
  await expectCounts()
})
