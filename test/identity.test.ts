import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FactIn, FactKind } from '../src/facts/types.ts'
import { dayOf } from '../src/lib/time.ts'
import { foldOnce } from '../src/rollups/fold.ts'
import { rootsOf } from '../src/rollups/identity-roots.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { recount } from './helpers/recount.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const DAY_MS = 86_400_000
const ago = (days: number, hours = 0) => new Date(NOW.getTime() - days * DAY_MS - hours * 3_600_000).toISOString()

let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: NOW })
})
afterAll(() => t.close())
beforeEach(async () => {
  await t.sql`
    truncate events, api_calls, jobs, app_errors, exposures, user_trouble_days, user_countries, campaign_user_days,
      exposed_people, users, user_firsts, identities, merged_ids, dirty_identities, dirty_users, dirty_buckets,
      dirty_metric_days, metric_days, fact_batches, user_days, session_days, user_activity, event_days, signup_days,
      api_call_minutes, api_call_hours, api_call_days, job_hours, subscription_states, subscriptions, mrr_movements,
      mrr_days, user_plans, plan_days, dropped_months`
})

const send = async (...facts: [kind: FactKind, row: Record<string, unknown>][]) => {
  const meta = { source: 'test', receivedAt: NOW }
  const outcome = await t.deps.writer.write(
    facts.map(([kind, row], index) => ({ kind, row, index })),
    meta,
  )
  expect(outcome.rejected).toEqual([])
}
const visit = (anonymous_id: string, ts: string, more = {}): [FactKind, Record<string, unknown>] => [
  'events',
  { name: 'page', anonymous_id, ts, ...more },
]
const act = (user_id: string, ts: string, more = {}): [FactKind, Record<string, unknown>] => [
  'events',
  { name: 'click', user_id, ts, ...more },
]
const same = (anonymous_id: string, user_id: string, since = ago(0)): [FactKind, Record<string, unknown>] => [
  'identities',
  { anonymous_id, user_id, since },
]
const days = async (user: string) => {
  const rows = await t.sql`select day::text, events from user_days where user_id = ${user} and scope = '*' order by day`
  return Object.fromEntries(rows.map((row) => [row.day, row.events]))
}
const users = async () => (await t.sql`select user_id from users order by 1`).map((row) => row.user_id as string)
const ids = async () =>
  Object.fromEntries((await t.sql`select id, user_id from merged_ids`).map((row) => [row.id, row.user_id]))

/** The roll-ups are what the facts give with identities resolved, and a rebuild of all days changes nothing. */
const expectRight = async (last = 6) => {
  const { folded, counted } = await recount(t.sql, 'UTC')
  expect(folded).toEqual(counted)
  for (let n = 0; n <= last; n++) await rebuildDay(t.deps, dayOf(new Date(NOW.getTime() - n * DAY_MS), 'UTC'))
  await t.fold()
  expect((await recount(t.sql, 'UTC')).folded).toEqual(folded)
}

describe('a visitor who signs up', () => {
  it('is one person, with what they did before', async () => {
    await send(visit('a', ago(3), { session_id: 's' }), visit('a', ago(1)), visit('other', ago(1)), act('u', ago(0, 1)))
    await t.fold()
    expect(await days('u')).toEqual({ '2026-11-20': 1 })
    await send(same('a', 'u'))
    expect(await t.fold()).toMatchObject({ merges: 1, batches: 0 })
    expect(await days('u')).toEqual({ '2026-11-17': 1, '2026-11-19': 1, '2026-11-20': 1 })
    expect(await t.sql`select user_id, session_id from session_days`).toEqual([{ user_id: 'u', session_id: 's' }])
    await expectRight()
  })

  it('is a user from the sign-up on, not from the first visit', async () => {
    await send(visit('a', ago(5)))
    await t.fold()
    await send(['users', { id: 'told', created_at: ago(0, 2) }], same('a', 'told'))
    await send(visit('b', ago(5)), ['users', { id: 'guessed', updated_at: ago(1) }], same('b', 'guessed', ago(1)))
    await send(visit('c', ago(5)), same('c', 'only visits', ago(2)), visit('c', ago(0, 3)))
    await t.fold()
    const born = await t.sql`select user_id, created_at from users order by 1`
    expect(born.map((row) => [row.user_id, row.created_at.toISOString()])).toEqual([
      ['guessed', ago(1)],
      ['only visits', ago(2)],
      ['told', ago(0, 2)],
    ])
    await expectRight()
  })

  it('counts at once where facts and identity come together, and afterwards', async () => {
    await send(visit('a', ago(2)), same('a', 'u'), visit('a', ago(1)))
    await t.fold()
    await send(visit('a', ago(0, 1), { user_id: 'u' }), visit('a', ago(0, 2)))
    await t.fold()
    expect(await days('u')).toEqual({ '2026-11-18': 1, '2026-11-19': 1, '2026-11-20': 2 })
    await expectRight()
  })

  it('in a tenant is counted there as well', async () => {
    await send(visit('a', ago(1), { tenant_id: 't1' }), visit('a', ago(1)))
    await t.fold()
    await send(same('a', 'u'))
    await t.fold()
    expect(await t.sql`select scope, events from user_days order by 1`).toEqual([
      { scope: '*', events: 2 },
      { scope: 't1', events: 1 },
    ])
    await expectRight()
  })

  it('makes the snapshots of the days concerned stale, in the scopes concerned, and no others', async () => {
    await send(visit('a', ago(2), { tenant_id: 't1' }), act('u', ago(4)))
    await t.fold()
    await t.sql`
      insert into metric_days (scope, day, v, computed_at)
      select scope, day::date, '{}', now()
      from generate_series('2026-11-14'::date, '2026-11-19', '1 day') day, unnest('{*,t1,t2}'::text[]) scope`
    await send(same('a', 'u'))
    await t.fold()
    const stale = await t.sql`select scope, day::text from dirty_metric_days order by 1, 2`
    expect(stale.map((row) => `${row.scope} ${row.day}`)).toEqual([
      '* 2026-11-18',
      '* 2026-11-19',
      't1 2026-11-18',
      't1 2026-11-19',
    ])
  })

  it('costs their own facts: nobody else’s row is written, nor any count of events', async () => {
    await send(visit('a', ago(1)), act('else', ago(1)), act('u', ago(1)), act('u', ago(2)))
    await t.fold()
    const rows = () => t.sql`
      select 'days' as of, user_id || day as row, xmin::text from user_days where user_id = 'else' or day = '2026-11-18'
      union all select 'names', name || day, xmin::text from event_days
      union all select 'users', user_id, xmin::text from users order by 1, 2`
    const before = await rows()
    await send(same('a', 'u'))
    await t.fold()
    expect(before).toHaveLength(7)
    expect(await rows()).toEqual(before)
  })

  it('told again changes nothing, and what was told last holds whatever comes last', async () => {
    await send(same('a', 'u', ago(2)), visit('a', ago(1)))
    await t.fold()
    await send(same('a', 'u', ago(1)))
    expect(await t.sql`select from dirty_identities`).toHaveLength(0)
    await send(same('a', 'late', ago(1, 12)))
    expect(await t.fold()).toEqual({ merges: 0, batches: 0, facts: 0, buckets: 0 })
    expect(await t.sql`select user_id from identities`).toEqual([{ user_id: 'u' }])
  })
})

describe('an id that was a user', () => {
  it('becomes one with the user it is told to be: days, sessions, activity, account', async () => {
    await send(
      act('device', ago(3), { session_id: 's' }),
      ['api_calls', { user_id: 'device', ts: ago(3), model: 'm', cost: 0.5 }],
      ['jobs', { id: 'j', kind: 'build', status: 'queued', user_id: 'device', enqueued_at: ago(2) }],
      act('u', ago(3, 2), { session_id: 's' }),
      ['users', { id: 'device', email: 'd@x.example', traits: { a: 1, b: 1 }, updated_at: ago(3) }],
      ['users', { id: 'u', username: 'ada', traits: { b: 2 }, updated_at: ago(1) }],
    )
    await t.fold()
    expect(await users()).toEqual(['device', 'u'])
    await send(same('device', 'u'))
    await t.fold()
    expect(await users()).toEqual(['u'])
    const [account] = await t.sql`select * from users`
    expect(account).toMatchObject({ email: 'd@x.example', username: 'ada', traits: { a: 1, b: 2 } })
    expect(account?.created_at.toISOString()).toBe(ago(3, 2))
    expect(await t.sql`select user_id, events from session_days`).toEqual([{ user_id: 'u', events: 2 }])
    expect(await t.sql`select day::text, sum(n)::int as n from signup_days where scope = '*' group by 1`).toEqual([
      { day: '2026-11-17', n: 1 },
    ])
    expect(await t.sql`select sum(delta)::int as n from plan_days where scope = '*'`).toEqual([{ n: 1 }])
    await expectRight()
  })

  it('keeps a beginning that was told, and of two the earlier', async () => {
    await send(['users', { id: 'u', created_at: ago(2) }], act('device', ago(5)), same('device', 'u'))
    await send(
      ['users', { id: 'new', created_at: ago(1) }],
      ['users', { id: 'old', created_at: ago(9) }],
      same('old', 'new'),
    )
    await t.fold()
    const born = await t.sql`select user_id, created_at, created_known from users order by 1`
    expect(born.map((row) => [row.user_id, row.created_at.toISOString(), row.created_known])).toEqual([
      ['new', ago(9), true],
      ['u', ago(2), true],
    ])
    await expectRight()
  })

  it('becomes the account of a user of whom nothing was known', async () => {
    await send(['users', { id: 'device', email: 'd@x.example', created_at: ago(2) }], same('device', 'u'))
    await t.fold()
    expect(await t.sql`select user_id, email from users`).toEqual([{ user_id: 'u', email: 'd@x.example' }])
  })

  it('that a client goes on to name makes no second user', async () => {
    await send(act('device', ago(2)), same('device', 'u'))
    await t.fold()
    await send(act('device', ago(1)), ['users', { id: 'device', email: 'again@x.example' }])
    await t.fold()
    expect(await users()).toEqual(['u'])
    expect(await t.sql`select email from users`).toEqual([{ email: 'again@x.example' }])
    expect(await days('u')).toEqual({ '2026-11-18': 1, '2026-11-19': 1 })
    await expectRight()
  })

  it('brings its subscription: the days of the user are those of one who pays', async () => {
    await send(
      act('u', ago(1)),
      ['users', { id: 'u', created_at: ago(5) }],
      ['users', { id: 'old', created_at: ago(5) }],
      ['subscriptions', { id: 's', user_id: 'old', plan: 'pro', status: 'active', amount: 100, updated_at: ago(3) }],
    )
    await t.fold()
    const classes = () => t.sql`select user_id, class from user_plans order by 1, since`
    await send(same('old', 'u'))
    await t.fold()
    expect(await classes()).toEqual([
      { user_id: 'u', class: 'free' },
      { user_id: 'u', class: 'paid' },
    ])
    expect(await t.sql`select distinct plan_class from user_days`).toEqual([{ plan_class: 'paid' }])
    await send([
      'subscriptions',
      { id: 's', user_id: 'old', plan: 'pro', status: 'expired', amount: 100, updated_at: ago(2) },
    ])
    await t.fold()
    expect((await classes()).map((row) => row.class)).toEqual(['free', 'paid', 'free'])
  })

  it('brings days along whose raw facts are gone', async () => {
    await send(act('device', ago(300)), act('device', ago(1)), act('u', ago(1)))
    await t.fold()
    await t.sql`delete from events where ts < '2026-11-01'`
    await t.sql`insert into dropped_months values ('events', '2026-01-01')`
    await send(same('device', 'u'))
    await t.fold()
    expect(await days('u')).toEqual({ [ago(300).slice(0, 10)]: 1, '2026-11-19': 2 })
    expect(await days('device')).toEqual({})
  })

  it('makes the snapshots of all its days stale', async () => {
    await send(act('device', ago(2)))
    await t.fold()
    await t.sql`
      insert into metric_days (scope, day, v, computed_at)
      select '*', day::date, '{}', now() from generate_series('2026-11-16'::date, '2026-11-19', '1 day') day`
    await send(['users', { id: 'u', created_at: ago(0, 1) }], same('device', 'u'))
    await t.fold()
    const stale = await t.sql`select distinct day::text from dirty_metric_days where day < '2026-11-20' order by 1`
    expect(stale.map((row) => row.day)).toEqual(['2026-11-18', '2026-11-19'])
  })
})

describe('chains', () => {
  const orders = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [0, 2, 1],
  ]
  it.each(orders)('lead to their end, in whatever order they are told (%i %i %i)', async (...order) => {
    await send(visit('a', ago(3)), act('b', ago(2)), act('c', ago(1)), act('d', ago(0, 1)))
    await t.fold()
    const told = [same('a', 'b'), same('b', 'c'), same('c', 'd')]
    for (const n of order) {
      await send(told[n]!)
      await t.fold()
    }
    expect(await ids()).toEqual({ a: 'd', b: 'd', c: 'd' })
    expect(await users()).toEqual(['d'])
    expect(Object.keys(await days('d'))).toHaveLength(4)
    await expectRight()
  })

  it('in a circle, and of an id that is itself, end', async () => {
    await send(visit('b', ago(3)), act('b', ago(2)), act('c', ago(1)), visit('x', ago(1)))
    await t.fold()
    await send(same('b', 'c'))
    await t.fold()
    await send(same('c', 'b'), same('x', 'x'))
    await t.fold()
    expect(await ids()).toEqual({ b: 'b', c: 'b', x: 'x' })
    expect(await users()).toEqual(['b', 'x'])
    await expectRight()
    await send(same('c', 'd', ago(-0.5)))
    await t.fold()
    expect(await ids()).toEqual({ b: 'd', c: 'd', x: 'x' })
    await expectRight()
  })

  it('have a root for any identities there could be', () => {
    const id = fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f')
    const edges = fc.uniqueArray(fc.record({ id, userId: id }), { selector: (edge) => edge.id, maxLength: 6 })
    fc.assert(
      fc.property(edges, (some) => {
        const roots = rootsOf(some)
        const next = new Map(some.map((edge) => [edge.id, edge.userId]))
        expect([...roots.keys()].sort()).toEqual([...next.keys()].sort())
        for (const [from, root] of roots) {
          // Whoever follows the chain long enough meets the root, and has the root of the next one.
          const walk = Array.from({ length: 12 }).reduce<string[]>(
            (path) => [...path, next.get(path.at(-1)!) ?? path.at(-1)!],
            [from],
          )
          expect(walk).toContain(root)
          expect(roots.get(next.get(from)!) ?? next.get(from)).toBe(root)
        }
      }),
    )
  })
})

describe('a visitor’s id that is told to be another user’s', () => {
  it('takes along what it did, and leaves the first user what was theirs', async () => {
    await send(
      visit('a', ago(3), { session_id: 's' }),
      visit('a', ago(2)),
      visit('b', ago(3)),
      act('u1', ago(2)),
      act('u2', ago(2)),
    )
    await send(same('a', 'u1', ago(2)), same('b', 'u1', ago(2)))
    await t.fold()
    expect(await days('u1')).toEqual({ '2026-11-17': 2, '2026-11-18': 2 })
    await send(same('a', 'u2', ago(1)))
    await t.fold()
    expect(await days('u1')).toEqual({ '2026-11-17': 1, '2026-11-18': 1 })
    expect(await days('u2')).toEqual({ '2026-11-17': 1, '2026-11-18': 2 })
    expect(await t.sql`select user_id from session_days`).toEqual([{ user_id: 'u2' }])
    await expectRight()
  })

  it('leaves those days whose raw facts are gone where they were', async () => {
    await send(visit('a', ago(40)), visit('a', ago(1)), same('a', 'u1', ago(2)))
    await t.fold()
    await t.sql`delete from events where ts < '2026-11-01'`
    await t.sql`insert into dropped_months values ('events', '2026-10-01')`
    await send(same('a', 'u2', ago(1)))
    await t.fold()
    expect([await days('u1'), await days('u2')]).toEqual([{ '2026-10-11': 1 }, { '2026-11-19': 1 }])
  })
})

it('what is told between two passes, of ids that others are merged into, is right after the second', async () => {
  await send(visit('a', ago(2)), act('u', ago(2)), act('u', ago(1)), same('a', 'u', ago(3)))
  await t.fold()
  await send(same('a', 'elsewhere', ago(1)), same('u', 'v', ago(1)))
  // The identity of `a` is there to be read, but not on the list yet.
  await t.sql`delete from dirty_identities where anonymous_id = 'a'`
  await t.fold()
  await t.sql`insert into dirty_identities values ('a')`
  await t.fold()
  expect([await days('elsewhere'), await days('u')]).toEqual([{ '2026-11-18': 1 }, {}])
  expect(await days('v')).toEqual({ '2026-11-18': 1, '2026-11-19': 1 })
  await expectRight(3)
})

it('a key that is bound to tenants merges nobody of another tenant, nor into them', async () => {
  const bound = await t.key(['ingest'], ['acme'])
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bound}` }
    const answer = await t.request(`/ingest/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return ((await answer.json()) as { errors: { index: number }[] }).errors.map(({ index }) => index)
  }
  await send(['users', { id: 'theirs', tenant_id: 'other' }], ['users', { id: 'ours', tenant_id: 'acme' }])
  await send(same('alias', 'theirs'), same('visitor', 'alias'))
  await t.fold()
  const refused = await post('identities', [
    { anonymous_id: 'theirs', user_id: 'ours' },
    { anonymous_id: 'visitor', user_id: 'ours' },
    { anonymous_id: 'new', user_id: 'alias' },
    { anonymous_id: 'new', user_id: 'ours' },
  ])
  expect(refused).toEqual([0, 1, 2])
  expect(await post('users', [{ id: 'alias', email: 'x@x.example' }, { id: 'ours' }])).toEqual([0])
})

describe('at random', () => {
  const NAMES = ['a', 'b', 'c', 'd', 'e']
  const name = fc.constantFrom(...NAMES)
  const ts = fc.integer({ min: 0, max: 2 }).map((n) => ago(n, 1))
  const tenant_id = fc.option(fc.constantFrom('t1', 't2'), { nil: undefined })
  const whose = { user_id: fc.option(name, { nil: undefined }), anonymous_id: name }
  const campaign_id = fc.constantFrom('c', undefined)
  const country = fc.constantFrom('DE', 'FR')
  const variant = fc.constantFrom('x', 'y')
  const session_id = fc.option(fc.constantFrom('s1', 's2'), { nil: undefined })
  type Step = [kind: FactKind | 'fold' | 'rebuild' | 'hold' | 'release', row: Record<string, unknown>]
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .record({ name, ts, tenant_id, session_id })
        .map((row): Step => ['events', { ...row, anonymous_id: row.name, campaign_id: 'c' }]),
    },
    {
      weight: 3,
      arbitrary: fc
        .record({ name, user_id: name, ts, tenant_id, session_id, campaign_id })
        .map((row): Step => ['events', row]),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({ user_id: name, ts, tenant_id, cost: fc.constant(0.5) })
        .map((row): Step => ['api_calls', row]),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({ user_id: name, enqueued_at: ts })
        .map((row): Step => ['jobs', { ...row, id: randomUUID(), kind: 'build', status: 'queued' }]),
    },
    { weight: 1, arbitrary: fc.record({ id: name }).map((row): Step => ['users', row]) },
    {
      weight: 1,
      arbitrary: fc
        .record({ user_id: name, ts, tenant_id, country })
        .map((row): Step => ['events', { ...row, name: 'login' }]),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({ ...whose, ts, tenant_id })
        .map((row): Step => ['app_errors', { ...row, source: 'client', message: 'x' }]),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({ user_id: name, ts, tenant_id })
        .map((row): Step => ['api_calls', { ...row, ai: false, http_status: 429 }]),
    },
    {
      weight: 2,
      arbitrary: fc
        .record({ ...whose, ts, tenant_id, variant })
        .map((row): Step => ['exposures', { ...row, experiment_id: 'e' }]),
    },
    {
      weight: 4,
      arbitrary: fc
        .record({ anonymous_id: name, user_id: name, late: fc.boolean() })
        .map((row): Step => ['identities', row]),
    },
    { weight: 4, arbitrary: fc.constant<Step>(['fold', {}]) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }).map((n): Step => ['rebuild', { n }]) },
    // An identity that can be read, and is not on the list yet: one that is told while the fold is looking.
    { weight: 1, arbitrary: fc.record({ name }).map((row): Step => ['hold', row]) },
    { weight: 1, arbitrary: fc.constant<Step>(['release', {}]) },
  )

  it('told, folded and rebuilt in any order, the roll-ups are those of the facts', async () => {
    await fc.assert(
      fc
        .asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
          const held: string[] = []
          const release = () => t.sql`insert into dirty_identities select * from unnest(${held.splice(0)}::text[])`
          for (const [n, [kind, row]] of steps.entries()) {
            if (kind === 'fold') await foldOnce(t.deps)
            else if (kind === 'rebuild') await rebuildDay(t.deps, ago(row.n as number).slice(0, 10))
            else if (kind === 'release') await release()
            else if (kind === 'hold')
              held.push(
                ...(
                  await t.sql`delete from dirty_identities where anonymous_id = ${row.name as string} returning *`
                ).map((mark) => mark.anonymous_id as string),
              )
            else if (kind === 'identities') await send([kind, { ...row, since: ago(0, row.late ? 9 : 8 - n / 10) }])
            else await send([kind, row])
          }
          await release()
          await t.fold()
          await expectRight(2)
        })
        .beforeEach(async () => {
          await t.sql`
            truncate events, api_calls, jobs, app_errors, exposures, user_trouble_days, user_countries, campaign_user_days,
      exposed_people, users, user_firsts, identities, merged_ids, dirty_identities, dirty_users, dirty_buckets,
              fact_batches, user_days, session_days, user_activity, event_days, signup_days, api_call_minutes,
              api_call_hours, api_call_days, job_hours, user_plans, plan_days`
        }),
      { numRuns: 25 },
    )
  }, 240_000)
})

describe('at once', () => {
  it('a fold that waits for a writer who waits for it starts again, and nothing is lost', async () => {
    await send(act('first', ago(1)), ['users', { id: 'device' }], act('u', ago(1)))
    await t.fold()
    await send(act('first', ago(2)), same('device', 'u'))
    const waiting = async () =>
      (await t.sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
        .length > 0
    let folding: Promise<unknown> = Promise.resolve()
    await t.sql.begin(async (writer) => {
      // So that it is the fold that finds out, and gives way.
      await writer`set local deadlock_timeout = '1min'`
      await writer`select from users where user_id = 'device' for update`
      folding = t.fold()
      while (!(await waiting())) await new Promise((resolve) => setTimeout(resolve, 5))
      await writer`select from users where user_id = 'first' for update`
    })
    await folding
    expect(await users()).toEqual(['first', 'u'])
    await expectRight()
  })

  it('writers of facts and identities, two folds and a rebuilder leave one person each', async () => {
    let writing = true
    let seed = 7
    const pick = (n: number) => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
      return Math.floor((seed / 4_294_967_296) * n)
    }
    const at = () => new Date(NOW.getTime() - pick(4 * DAY_MS)).toISOString()
    const some = (index: number): FactIn => {
      const who = [
        () => ({ anonymous_id: `a${pick(60)}` }),
        () => ({ user_id: `u${pick(20)}` }),
        () => ({ user_id: `a${pick(60)}` }),
      ]
      const fact = pick(10)
      if (fact < 6)
        return {
          kind: 'events',
          index,
          id: randomUUID(),
          row: { name: 'n', ts: at(), session_id: `s${pick(5)}`, ...who[pick(3)]!() },
        }
      if (fact < 8)
        return { kind: 'api_calls', index, row: { user_id: `a${pick(60)}`, ts: at(), model: 'm', cost: 0.5 } }
      // Most are visitors of users; some are re-told, some lead on to other users, in circles even.
      const from = pick(5) ? `a${pick(60)}` : `u${pick(20)}`
      if (fact < 9)
        return { kind: 'identities', index, row: { anonymous_id: from, user_id: `u${pick(20)}`, since: at() } }
      return { kind: 'users', index, row: { id: pick(2) ? `u${pick(20)}` : `a${pick(60)}` } }
    }
    const meta = { source: 'test', receivedAt: NOW }
    const writers = [1, 2, 3].map(async () => {
      for (let i = 0; i < 40; i++)
        expect(
          (
            await t.deps.writer.write(
              Array.from({ length: 1 + pick(60) }, (_, n) => some(n)),
              meta,
            )
          ).rejected,
        ).toEqual([])
    })
    const folder = async () => {
      let merges = 0
      while (writing) merges += (await foldOnce(t.deps)).merges
      return merges
    }
    const rebuilder = async () => {
      for (let n = 0; writing; n++) await rebuildDay(t.deps, ago(n % 5).slice(0, 10))
    }
    const others = Promise.all([folder(), folder(), rebuilder()])
    await Promise.all(writers)
    writing = false
    const [first, second] = await others
    await t.fold()
    expect(first + second).toBeGreaterThan(20)
    expect(await t.sql`select from dirty_identities`).toHaveLength(0)
    await expectRight(5)
  }, 120_000)
})
