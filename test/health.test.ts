import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_KEY_FEATURES } from '../src/config.ts'
import { readAtRisk, readBands, readState } from '../src/health/read.ts'
import { recomputeHealth } from '../src/health/recompute.ts'
import { loadUserHealth } from '../src/health/user.ts'
import healthScores from '../src/jobs/health-scores.ts'
import { summary } from '../src/metrics/query.ts'
import { closeDays } from '../src/metrics/snapshot.ts'
import { changeSettings } from '../src/settings/change.ts'
import { FIVE, FIVE_BEFORE, fiveUsers, healthApp, NOW, sender } from './health-kit.ts'
import type { TestApp } from './helpers/app.ts'
import { runJob } from './jobs-kit.ts'

type Row = Record<string, unknown> & { score: number | null; then_score: number | null; day: string }

let t: TestApp
const owner = { kind: 'key', id: 'k', name: 'test', scopes: ['act' as const], tenants: null } as const
const set = (settings: Record<string, string | null>) =>
  changeSettings(t.deps, { ...owner, scopes: [...owner.scopes] }, { settings })
const all = async (): Promise<Record<string, Row>> =>
  Object.fromEntries(
    (await t.sql<(Row & { user_id: string })[]>`select * from user_health order by user_id`).map(
      ({ user_id, ...row }) => [user_id, row],
    ),
  )
const scores = async () => Object.fromEntries(Object.entries(await all()).map(([id, { score }]) => [id, score]))

beforeAll(async () => {
  t = await healthApp(fiveUsers)
  await recomputeHealth(t.deps)
})
afterAll(() => t.close())

describe('scores', () => {
  it('are those worked out by hand, as of the last closed day', async () => {
    const found = await all()
    expect(found).toMatchObject(FIVE)
    expect(Object.keys(found)).toEqual(Object.keys(FIVE))
    expect(new Set(Object.values(found).map(({ day }) => day))).toEqual(new Set(['2026-11-20']))
  })

  it('know what they were made of', async () => {
    const { ann, eve, cat } = await all()
    expect(ann).toMatchObject({ jobs: 4, jobs_ok: 3, last_ok_on: '2026-11-03', active_days: 10, active_before: 1 })
    expect(ann).toMatchObject({ weeks: 2, weeks_of: 4, features: 2, features_of: 4, ratings: 2, plan: 'free' })
    expect(eve).toMatchObject({ jobs: 4, jobs_ok: 1, last_ok_on: '2026-11-11', plan: 'pro', class: 'paid' })
    expect(eve).toMatchObject({ last_active_on: '2026-11-20', active_days: 3, active_before: 0 })
    expect(cat).toMatchObject({ last_active_on: '2026-10-01', active_days: 0, active_before: 1 })
  })

  it('stand beside those of 30 days before', async () => {
    const found = await all()
    expect(Object.fromEntries(Object.entries(found).map(([id, row]) => [id, row.then_score]))).toEqual(FIVE_BEFORE)
    const [state] = await t.sql`select day, then_day, users from health_state`
    expect(state).toEqual({ day: '2026-11-20', then_day: '2026-10-21', users: 5 })
  })

  it('are the same when they are computed again', async () => {
    const rows = () => t.sql`select s.* from (
      select user_id, day, score::text, band, stage, then_score::text from user_health
      union all select user_id, day, score::text, '', '', builds::text from health_scores) s order by user_id, day, band`
    const before = await rows()
    await recomputeHealth(t.deps)
    expect(await rows()).toEqual(before)
  })

  it('are of one instant, however long they take', async () => {
    let tick = 0
    await recomputeHealth({ ...t.deps, now: () => new Date(NOW.getTime() + tick++) })
    expect(Object.keys(await all())).toEqual(Object.keys(FIVE))
    await recomputeHealth(t.deps)
  })

  it('are kept week by week, of those who were there', async () => {
    const weeks = await t.sql<{ day: string }[]>`select day from health_weeks order by day desc`
    expect(weeks.map(({ day }) => day)).toEqual([
      '2026-11-15',
      '2026-11-08',
      '2026-11-01',
      '2026-10-25',
      '2026-10-18',
      '2026-10-11',
    ])
    // On 18 October cat came last in the 30 days, and eve pays; ann and bob had never come.
    const rows = await t.sql`select user_id, paid, active from health_scores where day = '2026-10-18' order by user_id`
    expect(rows).toEqual([
      { user_id: 'cat', paid: false, active: true },
      { user_id: 'eve', paid: true, active: false },
    ])
  })

  it('become those of the metrics, also of days that were closed before', async () => {
    await closeDays(t.deps, ['2026-11-19', '2026-11-20'])
    const span = { scope: '*', from: '2026-11-20', to: '2026-11-20', compare: 'none' } as const
    const value = async (key: 'health.users_healthy' | 'health.score_avg', scope = '*') =>
      (await summary(t.deps, [key], { ...span, scope }))[key].value
    expect(await value('health.users_healthy')).toBe(2)
    expect(await value('health.score_avg')).toBeCloseTo((72.5 + 35.4 + 6.3 + 70.8 + 48.3) / 5)
    expect(await value('health.score_avg', 'acme')).toBeCloseTo(48.3)
    await set({ health_band_healthy: '71' })
    await recomputeHealth(t.deps)
    expect(await value('health.users_healthy')).toBe(1)
    await set({ health_band_healthy: null })
    await recomputeHealth(t.deps)
    expect(await value('health.users_healthy')).toBe(2)
  })
})

describe('what is read of all users', () => {
  it('is what was counted when they were scored, and the same as of those who are picked', async () => {
    const free = await readBands(t.deps, { scope: '*', plan: 'free' })
    const pro = await readBands(t.deps, { scope: '*', plan: 'pro' })
    const all = await readBands(t.deps, { scope: '*' })
    expect(all.users).toBe(5)
    expect(all.users).toBe(free.users + pro.users)
    expect(all.histogram).toEqual(free.histogram.map((n, bin) => n + (pro.histogram[bin] ?? 0)))
    expect(all.counts.healthy).toEqual({ now: 2, before: 0 })
    expect(all.counts.unknown).toEqual({ now: 0, before: 0 })
    expect(all.mean).toBeCloseTo((72.5 + 35.4 + 6.3 + 70.8 + 48.3) / 5)
    expect(all.meanThen).toBeCloseTo((56.3 + 0 + 56.3 + 0) / 4)
    expect((await readBands(t.deps, { scope: 'acme' })).users).toBe(1)
    // No row of a user is looked at for them.
    await t.sql`update user_health set score = 1, band = 'churning' where user_id = 'dan'`
    expect(await readBands(t.deps, { scope: '*' })).toEqual(all)
    await recomputeHealth(t.deps)
  })

  it('of those at risk is how many were counted, without who lapsed or is kept out', async () => {
    // bob and eve; cat has lapsed.
    expect(await readAtRisk(t.deps, { scope: '*' }, ['at-risk', 'churning'], 1)).toMatchObject({
      total: 2,
      rows: [{ user_id: 'eve' }],
    })
    expect(await readAtRisk(t.deps, { scope: '*' }, ['churning'], 1)).toMatchObject({
      total: 1,
      rows: [{ user_id: 'bob' }],
    })
    await t.sql`update users set status = 'suspended' where user_id = 'bob'`
    await recomputeHealth(t.deps)
    expect((await readAtRisk(t.deps, { scope: '*' }, ['at-risk', 'churning'], 1)).total).toBe(1)
    await t.sql`update users set status = 'active' where user_id = 'bob'`
    await recomputeHealth(t.deps)
  })
})

describe('settings', () => {
  it('are the weights: one without data is shared among the rest, and under half of them there is no score', async () => {
    await set({ health_weight_builds: '60', health_weight_engagement: '20', health_weight_returns: '10' })
    await recomputeHealth(t.deps)
    // Builds and ratings are 70 of 115: of bob, cat and dan under half is known.
    const eve = (25 * 60 + 100 * 20 + 50 * 10 + 25 * 15 + 20 * 10) / 115
    expect(await scores()).toMatchObject({ bob: null, cat: null, dan: null, eve: Number(eve.toFixed(1)) })
    expect((await readBands(t.deps, { scope: '*' })).counts.unknown).toEqual({ now: 3, before: 4 })
    await set({ health_weight_builds: null, health_weight_engagement: null, health_weight_returns: null })
    await recomputeHealth(t.deps)
    expect(await scores()).toMatchObject({ bob: 35.4, cat: 6.3 })
  })

  it('scale ratings and name the key features, and make the past anew', async () => {
    const before = await t.sql`select score from health_scores where user_id = 'cat' and day = '2026-10-18'`
    await set({ health_rating_low: '1', health_key_features: 'report, build' })
    await recomputeHealth(t.deps)
    const { ann, eve, dan } = await all()
    // 3.75 of 5 on a scale from 1; the lowest rating is nothing; dan has neither feature.
    expect([ann?.satisfaction, eve?.satisfaction, ann?.adoption, dan?.adoption]).toEqual([68.8, 0, 100, 0])
    const after = await t.sql`select score from health_scores where user_id = 'cat' and day = '2026-10-18'`
    // Nobody else came: (100 × 25 + 25 × 20 + 25 × 15) ÷ 60 by one of four features, and 50 × 15 by one of two.
    expect([before[0]?.score, after[0]?.score]).toEqual([56.3, 62.5])
    expect(await t.sql`select count(distinct rules)::int as n, count(*)::int as weeks from health_weeks`).toEqual([
      { n: 1, weeks: 6 },
    ])
    await set({ health_rating_low: null, health_key_features: null })
    await recomputeHealth(t.deps)
    expect(await all()).toMatchObject(FIVE)
  })

  it('that are tried and set back lose no week: those that are not scored anew stay, with their rules', async () => {
    const [now] = await t.sql<{ rules: string }[]>`select rules from health_state`
    await t.sql`insert into health_weeks values ('2026-02-01', ${now?.rules ?? ''}, ${NOW})`
    await t.sql`
      insert into health_scores (user_id, day, score, paid, active) values ('ann', '2026-02-01', 81, false, true)`
    await t.sql`insert into health_days values ('*', '2026-02-01', 'healthy', 1, 81), ('*', '2026-11-19', 'healthy', 9, 9)`
    await set({ health_weight_builds: '31' })
    await recomputeHealth(t.deps)
    const old = () => t.sql`select s.score, w.rules = h.rules as same, d.n::int as n
      from health_weeks w join health_scores s using (day) join health_days d using (day) cross join health_state h
      where w.day = '2026-02-01'`
    expect(await old()).toEqual([{ score: 81, same: false, n: 1 }])
    expect((await readState(t.deps))?.other_until).toBe('2026-02-01')
    // Of the half year that is scored anew nothing is left that was scored by the others.
    expect(await t.sql`select n from health_days where day = '2026-11-19'`).toEqual([])
    await set({ health_weight_builds: null })
    await recomputeHealth(t.deps)
    expect(await old()).toEqual([{ score: 81, same: true, n: 1 }])
    expect((await readState(t.deps))?.other_until).toBe(null)
    for (const table of ['health_weeks', 'health_scores', 'health_days'])
      await t.sql`delete from ${t.sql(table)} where day = '2026-02-01'`
  })

  it('of other rules leave their weeks out of the lines of users', async () => {
    const lines = async () => (await loadUserHealth(t.deps, 'cat'))?.history.map(({ day }) => day)
    const before = await lines()
    expect(before).toContain('2026-10-18')
    await t.sql`update health_weeks set rules = 'other' where day = '2026-10-18'`
    expect(await lines()).toEqual(before?.filter((day) => day !== '2026-10-18'))
    await recomputeHealth(t.deps)
    expect(await lines()).toEqual(before)
  })

  it('that do not fit together are refused by the one that says so', async () => {
    await expect(set({ health_band_churning: '70' })).rejects.toMatchObject({ field: 'settings.health_band_churning' })
    await expect(set({ health_rating_low: '5' })).rejects.toMatchObject({ field: 'settings.health_rating_low' })
    await expect(set({ health_weight_builds: '-1' })).rejects.toMatchObject({ field: 'settings.health_weight_builds' })
    const none = Object.fromEntries(
      ['builds', 'engagement', 'returns', 'adoption', 'satisfaction'].map((name) => [`health_weight_${name}`, '0']),
    )
    await expect(set(none)).rejects.toThrow('At least one weight')
    expect(await t.sql`select key from settings where key like 'health%'`).toEqual([])
  })
})

describe('the run', () => {
  it('tells how far it is, and what it has done', async () => {
    await t.sql`delete from health_weeks where day < '2026-11-01'`
    const run = await runJob(t, healthScores)
    // The scores of now, three weeks, and what became of past scores.
    expect(run).toMatchObject({ outcome: 'ok', done: 5, total: 5, note: '5 users as of 2026-11-20, and 3 past weeks' })
  })

  it('scores a week anew of which something became known later', async () => {
    await closeDays(t.deps, ['2026-11-08'])
    await t.sql`update health_weeks set computed_at = computed_at - interval '1 day'`
    expect((await recomputeHealth(t.deps)).weeks).toBe(1)
    expect((await recomputeHealth(t.deps)).weeks).toBe(0)
  })

  it('forgets who is not there any more', async () => {
    await t.sql`update users set status = 'deleted' where user_id = 'cat'`
    // What is counted for all is of the last night.
    expect((await readBands(t.deps, { scope: '*', plan: 'free' })).users).toBe(3)
    expect((await readBands(t.deps, { scope: '*' })).users).toBe(5)
    expect(await loadUserHealth(t.deps, 'cat')).toBe(undefined)
    await recomputeHealth({ ...t.deps, now: () => new Date('2026-11-21T13:00:00Z') })
    expect(Object.keys(await all())).toEqual(['ann', 'bob', 'dan', 'eve'])
    expect((await readBands(t.deps, { scope: '*' })).users).toBe(4)
    await t.sql`update users set status = 'active' where user_id = 'cat'`
  })

  it('counts for a user what was done under ids that were merged into theirs', async () => {
    await sender(t)('jobs', {
      id: 'm1',
      user_id: 'visitor',
      kind: 'build',
      status: 'succeeded',
      enqueued_at: '2026-11-20T08:00:00Z',
      finished_at: '2026-11-20T08:00:00Z',
    })
    await t.sql`insert into merged_ids values ('visitor', 'bob', '2026-11-20T00:00:00Z')`
    await recomputeHealth(t.deps)
    // With the third he has enough of them.
    expect((await all()).bob).toMatchObject({ jobs: 3, builds: 100 })
  })
})

it('weeks of the past have those who deleted their account later, and not who was gone by then', async () => {
  const one = await healthApp(fiveUsers)
  await one.sql`update users set updated_at = created_at`
  const left = { status: 'deleted', updated_at: '2026-11-05T12:00:00Z' }
  await sender(one)('users', { id: 'eve', tenant_id: 'acme', ...left }, { id: 'cat', ...left })
  await one.fold()
  expect(await one.sql`select from user_plans where user_id = 'eve'`).toEqual([])
  await recomputeHealth(one.deps)
  const weeks = await one.sql`select day, paid, active from health_scores where user_id = 'eve' order by day desc`
  expect(weeks).toEqual(
    ['2026-11-01', '2026-10-25', '2026-10-18', '2026-10-11'].map((day) => ({ day, paid: true, active: false })),
  )
  const [cat] = await one.sql`select max(day)::text as day from health_scores where user_id = 'cat'`
  expect(cat).toEqual({ day: '2026-11-01' })
  // Neither is anybody's concern now, nor counted in the metrics of then.
  expect(await one.sql`select user_id from user_health order by user_id`).toEqual(
    ['ann', 'bob', 'dan'].map((user_id) => ({ user_id })),
  )
  const [counted] = await one.sql`select sum(n)::int as n from health_days where scope = '*' and day = '2026-10-18'`
  expect(counted).toEqual({ n: 2 })
  await one.close()
})

describe('where there is nothing', () => {
  it('nobody is scored, and nothing fails', async () => {
    const empty = await healthApp(async () => {})
    expect(await recomputeHealth(empty.deps)).toMatchObject({ users: 0, weeks: 0 })
    await empty.close()
  })

  it('who is new and has not come has not lapsed yet, and where nobody uses a feature there is nothing to judge', async () => {
    const young = await healthApp(async (send) => {
      await send(
        'users',
        { id: 'old', created_at: '2026-08-01T00:00:00Z' },
        { id: 'new', created_at: '2026-11-18T00:00:00Z' },
      )
      const days = ['2026-10-02', '2026-11-20']
      await send('events', ...days.map((day) => ({ user_id: 'old', name: 'opened', ts: `${day}T12:00:00Z` })))
    })
    await recomputeHealth(young.deps)
    const rows = await young.sql`select user_id, stage, returns, weeks_of, adoption from user_health order by user_id`
    expect(rows).toEqual([
      { user_id: 'new', stage: 'activation', returns: 0, weeks_of: 1, adoption: null },
      { user_id: 'old', stage: 'mature', returns: 25, weeks_of: 4, adoption: null },
    ])
    await young.close()
  })

  it('while nobody has said which features count, those do that anybody used', async () => {
    const plain = await healthApp(
      async (send) => {
        const seen = { created_at: '2026-08-01T00:00:00Z' }
        await send('users', { id: 'all', ...seen }, { id: 'half', ...seen })
        const ts = '2026-11-19T12:00:00Z'
        const uses = [
          ['all', 'project'],
          ['all', 'report'],
          ['half', 'project'],
          ['half', 'opened'],
        ] as const
        await send('events', ...uses.map(([user_id, name]) => ({ user_id, name, ts })))
      },
      { keyFeatures: DEFAULT_KEY_FEATURES.split(',') },
    )
    await recomputeHealth(plain.deps)
    const rows = await plain.sql`select user_id, features, features_of, adoption from user_health order by user_id`
    expect(rows).toEqual([
      { user_id: 'all', features: 2, features_of: 2, adoption: 100 },
      { user_id: 'half', features: 1, features_of: 2, adoption: 50 },
    ])
    await plain.close()
  })

  it('users of whom nothing is known but that they are there have no score', async () => {
    const silent = await healthApp((send) => send('users', { id: 'u1', created_at: '2026-08-01T00:00:00Z' }))
    await recomputeHealth(silent.deps)
    const rows = await silent.sql`select user_id, score, band, engagement, adoption from user_health`
    expect(rows).toEqual([{ user_id: 'u1', score: null, band: 'unknown', engagement: null, adoption: null }])
    await silent.close()
  })
})
