import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { recount } from './helpers/recount.ts'
import { type Core, openCore } from './quality-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const on = (day: number) => `2026-11-${day}T09:00:00Z`

let t: Core
beforeAll(async () => {
  t = await openCore(() => NOW)
})
afterAll(() => t.close())
beforeEach(async () => {
  await t.sql`
    truncate events, api_calls, app_errors, exposures, users, identities, merged_ids, user_days, user_activity, event_days,
      session_days, user_firsts, signup_days, api_call_minutes, api_call_hours, api_call_days, exposure_days, error_days,
      user_trouble_days, user_countries, campaign_user_days, campaign_use_days, exposed_people, metric_days, dirty_metric_days,
      user_plans, plan_days, dirty_users, dirty_buckets, dropped_months`
})

const same = async (anonymous_id: string, user_id: string, since = on(20)) => {
  await t.send('identities', { anonymous_id, user_id, since })
  await t.fold()
}

/** The roll-ups are what the facts give with identities resolved, and a rebuild of the days changes nothing. */
const expectRight = async () => {
  const { folded, counted } = await recount(t.sql, 'UTC')
  expect(folded).toEqual(counted)
  for (let day = 16; day <= 20; day++) await rebuildDay(t.deps, `2026-11-${day}`)
  await t.fold()
  expect((await recount(t.sql, 'UTC')).folded).toEqual(folded)
}

it('a visitor whom a campaign brought and the user they become are one of its users', async () => {
  const click = { name: 'page', campaign_id: 'spring' }
  await t.send('events', { ...click, anonymous_id: 'a', ts: on(18) }, { ...click, anonymous_id: 'nobody', ts: on(18) })
  await t.send('events', { ...click, user_id: 'u', ts: on(19) })
  await t.fold()
  expect(await t.value('campaigns.users', '2026-11-16', '2026-11-20')).toBe(3)
  await same('a', 'u')
  expect(await t.value('campaigns.users', '2026-11-16', '2026-11-20')).toBe(2)
  // What they do without a name from now on is theirs, too.
  await t.send('events', { ...click, anonymous_id: 'a', ts: on(20) })
  await t.fold()
  expect(await t.value('campaigns.users', '2026-11-20')).toBe(1)
  expect(await t.value('campaigns.users', '2026-11-16', '2026-11-20')).toBe(2)
  await expectRight()
})

it('a visitor who saw a variant and the user they become are one person exposed, from the first time on', async () => {
  const seen = { experiment_id: 'e', variant: 'x', tenant_id: 'acme' }
  await t.send('exposures', { ...seen, anonymous_id: 'a', ts: on(17) }, { ...seen, user_id: 'u', ts: on(19) })
  await t.fold()
  expect(await t.value('experiments.people', '2026-11-16', '2026-11-20')).toBe(2)
  await same('a', 'u')
  expect(await t.value('experiments.people', '2026-11-16', '2026-11-20')).toBe(1)
  expect(await t.value('experiments.people', '2026-11-17')).toBe(1)
  expect(await t.value('experiments.people', '2026-11-16', '2026-11-20', 'acme')).toBe(1)
  await expectRight()
})

it('errors and refusals that hit an old id of a user hit the user: once', async () => {
  const error = { source: 'client', message: 'x', ts: on(18) }
  const refusal = { ai: false, http_status: 429, ts: on(18) }
  await t.send(
    'app_errors',
    { ...error, user_id: 'device' },
    { ...error, user_id: 'u' },
    { ...error, anonymous_id: 'a' },
  )
  await t.send('api_calls', { ...refusal, user_id: 'device' }, { ...refusal, user_id: 'u' })
  await t.fold()
  expect(await t.value('support.users_hit', '2026-11-18')).toBe(2)
  await same('device', 'u')
  await same('a', 'u')
  expect(await t.value('support.users_hit', '2026-11-18')).toBe(1)
  const rows = await t.sql`select user_id, errors::int, rate_limited::int from user_trouble_days where scope = '*'`
  expect([...rows]).toEqual([{ user_id: 'u', errors: 3, rate_limited: 2 }])
  await expectRight()
})

it('sign-ins under an old id are the user’s: a country known from there is no new one', async () => {
  const login = { name: 'login', country: 'FR' }
  await t.send(
    'events',
    { ...login, user_id: 'device', ts: on(17) },
    { ...login, user_id: 'u', country: 'DE', ts: on(16) },
  )
  await t.send('events', { ...login, user_id: 'u', ts: on(19) })
  await t.fold()
  await same('device', 'u')
  const rows = await t.sql`
    select user_id, country, first_day::text from user_countries where scope = '*' order by country`
  expect([...rows]).toEqual([
    { user_id: 'u', country: 'DE', first_day: '2026-11-16' },
    { user_id: 'u', country: 'FR', first_day: '2026-11-17' },
  ])
  await expectRight()
})

it('an id that is told to be another user’s takes all of it along, and leaves the first user what was theirs', async () => {
  const all = async (whose: Record<string, string>, ts: string) => {
    await t.send('events', { ...whose, name: 'login', country: 'FR', campaign_id: 'spring', ts })
    await t.send('app_errors', { ...whose, source: 'client', message: 'x', ts })
    await t.send('exposures', { ...whose, experiment_id: 'e', variant: 'x', ts })
  }
  await all({ anonymous_id: 'a' }, on(17))
  await all({ user_id: 'u1' }, on(18))
  await t.fold()
  await same('a', 'u1', on(19))
  const firsts = async () => {
    const rows = await t.sql`
      select person, first_day::text as day from exposed_people union all
      select user_id, first_day::text from user_countries union all
      select user_id, day::text from user_trouble_days union all
      select user_id, day::text from campaign_user_days order by 1, 2`
    return rows.map(({ person, day }) => `${person} ${day.slice(8)}`)
  }
  expect(await firsts()).toEqual(['u1 17', 'u1 17', 'u1 17', 'u1 17', 'u1 18', 'u1 18'])
  await same('a', 'u2', on(20))
  expect(await firsts()).toEqual(['u1 18', 'u1 18', 'u1 18', 'u1 18', 'u2 17', 'u2 17', 'u2 17', 'u2 17'])
  await expectRight()
})

it('a merge makes the snapshots stale of days on which only errors, campaigns or experiments were counted', async () => {
  await t.send('app_errors', { source: 'client', message: 'x', user_id: 'device', ts: on(17) })
  await t.send('exposures', { experiment_id: 'e', variant: 'x', anonymous_id: 'a', ts: on(18) })
  await t.fold()
  await t.sql`
    insert into metric_days (scope, day, v, computed_at)
    select '*', day::date, '{}', now() from generate_series('2026-11-14'::date, '2026-11-19', '1 day') day`
  const stale = async () => {
    const rows = await t.sql`delete from dirty_metric_days returning day::text`
    return [...new Set(rows.map(({ day }) => day as string))].sort()
  }
  // Written late, as all that comes to the writer; from here on it is the merges alone.
  await stale()
  await same('a', 'v')
  expect(await stale()).toEqual(['2026-11-18', '2026-11-19'])
  await same('device', 'u')
  expect(await stale()).toEqual(['2026-11-17', '2026-11-18', '2026-11-19'])
})
