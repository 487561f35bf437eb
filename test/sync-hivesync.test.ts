import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPreset } from '../src/connectors/check.ts'
import { syncAll } from '../src/connectors/sync.ts'
import { syncStatus } from '../src/connectors/sync-status.ts'
import { expireSubscriptions } from '../src/facts/expire-subscriptions.ts'
import daily from '../src/jobs/daily.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { killSync } from './helpers/kill-sync.ts'
import { recount } from './helpers/recount.ts'
import { type SourceDb, sourceDb } from './helpers/source-db.ts'
import { runJob } from './jobs-kit.ts'

const NOW = new Date('2026-08-10T12:00:00Z')
const FROM = '2026-07-12'
const TO = '2026-08-10'
let source: SourceDb
let app: TestApp
let key: string

beforeAll(async () => {
  source = await sourceDb('hivesync')
  app = await testApp({ now: NOW, config: { sourceDatabaseUrl: source.url, presets: ['hivesync'] } })
  key = await app.key(['read'])
})
afterAll(async () => {
  await app.close()
  await source.close()
})

const settle = async () => {
  await expireSubscriptions(app.deps)
  await app.fold()
  await runJob(app, daily)
}

/** A metric of the last 30 days, as the API tells it. */
async function metric(name: string): Promise<number | null> {
  const answer = await app.request(`/api/metrics/summary?metrics=${name}&from=${FROM}&to=${TO}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const { metrics } = (await answer.json()) as { metrics: { value: number | null }[] }
  return metrics[0]!.value
}

/** What SQL written by hand finds in the product's own tables. */
async function byHand(query: string): Promise<unknown> {
  const [row] = await source.sql.unsafe(query)
  return Object.values(row!)[0]
}

const ACTIVITY = `
  select user_id, started_at as at from sessions
  union all select user_id, greatest(last_seen_at, started_at) from sessions where ended_at is not null
  union all select user_id, created_at from ai_usage_events where user_id is not null
  union all select user_id, queued_at from preview_jobs where user_id is not null`
const MRR_OF = `
  select user_id, case
      when status in ('active', 'past_due') then true
      when status = 'canceled' then coalesce(current_period_end, canceled_at) > '2026-08-10 12:00Z'
      else false
    end as paying,
    round(price * 100 * seats / case billing_interval when 'yearly' then 12 else 1 end) as cents
  from subscriptions`

describe('the preset hivesync', () => {
  it('is green on its schema', async () => {
    const files = await checkPreset(app.deps, 'hivesync')
    expect(files.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'ai-usage-events.sql ok',
      'preview-jobs.sql ok',
      'projects.sql ok',
      'session-ends.sql ok',
      'sessions.sql ok',
      'subscriptions.sql ok',
      'users.sql ok',
    ])
    expect(files.flatMap(({ rows }) => rows.filter(({ refused }) => refused))).toEqual([])
    expect(files.flatMap(({ findings }) => findings.map(({ column, reason }) => `${column} ${reason}`))).toEqual([
      'project_id is no field of api-calls: it goes to properties',
      'worker is no field of jobs: it goes to properties',
      'visibility is no field of objects: it goes to properties',
      'device is no field of events: it goes to properties',
      'device is no field of events: it goes to properties',
    ])
  })

  it('is read whole though the process is killed (SIGKILL) again and again between storing facts and noting it', async () => {
    for (const afterWrites of [1, 3, 3]) await killSync(app, 'hivesync', afterWrites)
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ failed: 0 })
    await settle()
    const status = await syncStatus(app.deps)
    expect(status.map(({ file, state, rejected }) => `${file} ${state} ${rejected}`)).toEqual([
      'ai-usage-events.sql ok 0',
      'preview-jobs.sql ok 0',
      'projects.sql ok 0',
      'session-ends.sql ok 0',
      'sessions.sql ok 0',
      'subscriptions.sql ok 0',
      'users.sql ok 0',
    ])
    const counts = await app.sql`
      select (select count(*)::int from users) as users, (select count(*)::int from subscriptions) as subscriptions,
        (select count(*)::int from objects) as projects, (select count(*)::int from jobs) as previews,
        (select count(*)::int from api_calls) as calls, (select count(*)::int from events) as events`
    const truth = await source.sql`
      select (select count(*)::int from users) as users,
        (select count(*)::int from subscriptions where status <> 'incomplete') as subscriptions,
        (select count(*)::int from projects) as projects, (select count(*)::int from preview_jobs) as previews,
        (select count(*)::int from ai_usage_events) as calls,
        (select count(*)::int + count(ended_at)::int from sessions) as events`
    expect([...counts]).toEqual([...truth])
    const { folded, counted } = await recount(app.sql, 'UTC')
    // Users who were deleted are nobody's sign-ups, which that count does not know.
    expect({ ...folded, signups: [] }).toEqual({ ...counted, signups: [] })
  }, 120_000)

  it.each([
    ['users.total', 'select count(*) from users where deleted_at is null'],
    ['users.new', `select count(*) from users where deleted_at is null and created_at >= '${FROM}'`],
    ['users.mau', `select count(distinct user_id) from (${ACTIVITY}) a where at >= '${FROM}'`],
    [
      'users.sessions',
      `select count(*) from (select distinct id, at::date from sessions,
        lateral (values (started_at), (case when ended_at is not null then greatest(last_seen_at, started_at) end)) v(at)
        where at >= '${FROM}') s`,
    ],
    [
      'users.paid',
      `select count(distinct user_id) from (${MRR_OF}) m join users u on u.id = m.user_id
        where paying and cents > 0 and deleted_at is null`,
    ],
    ['revenue.mrr', `select sum(cents) / 100 from (${MRR_OF}) m where paying`],
    ['revenue.paying_customers', `select count(distinct user_id) from (${MRR_OF}) m where paying and cents > 0`],
    ['product.projects_total', 'select count(*) from projects'],
    ['product.projects_open', 'select count(*) from projects where archived_at is null and deleted_at is null'],
    [
      'ai.requests',
      `select count(*) from (select min(created_at) as at from ai_usage_events group by request_id) r where at >= '${FROM}'`,
    ],
    ['ai.calls', `select count(*) from ai_usage_events where created_at >= '${FROM}'`],
    [
      'ai.cost',
      `select sum(case when cost_usd is not null then cost_usd
        when model = 'gpt-4o-mini' then ((prompt_tokens - least(cached_tokens, prompt_tokens)) * 0.15
          + least(cached_tokens, prompt_tokens) * 0.075 + coalesce(completion_tokens, 0) * 0.6) / 1e6
        when model = 'claude-sonnet-4-5' then ((prompt_tokens - least(cached_tokens, prompt_tokens)) * 3
          + least(cached_tokens, prompt_tokens) * 0.3 + coalesce(completion_tokens, 0) * 15) / 1e6 end)
        from ai_usage_events where created_at >= '${FROM}'`,
    ],
    [
      'ai.error_rate',
      `select 100.0 * count(*) filter (where status <> 'success') / count(*) from ai_usage_events where created_at >= '${FROM}'`,
    ],
    ['jobs.previews', `select count(*) from preview_jobs where queued_at >= '${FROM}'`],
    [
      'jobs.success_rate',
      `select 100.0 * count(*) filter (where status in ('completed', 'success', 'ready'))
        / count(*) filter (where status in ('completed', 'success', 'ready', 'failed', 'timeout'))
        from preview_jobs where finished_at >= '${FROM}'`,
    ],
  ])('has %s as SQL by hand finds it', async (name, query) => {
    const expected = Number(await byHand(query))
    expect(expected).toBeGreaterThan(0)
    expect(await metric(name)).toBeCloseTo(expected, 6)
  })

  it('has the days of usage_analytics_daily as SQL by hand finds them', async () => {
    const days = await app.sql`
      select date::text as day, dau::int, mau::int, ai_requests::int, preview_requests::int,
        round(avg_latency_ms::numeric, 4)::float8 as avg_latency_ms
      from usage_analytics_daily where tenant = '*' and date between '2026-06-06' and '2026-08-04' order by date`
    const truth = await source.sql.unsafe(`
      with a as (select user_id, (at at time zone 'UTC')::date as day from (${ACTIVITY}) a)
      select d::date::text as day,
        (select count(distinct user_id)::int from a where a.day = d) as dau,
        (select count(distinct user_id)::int from a where a.day between d - 29 and d) as mau,
        (select count(*)::int from (select min(created_at) as at from ai_usage_events group by request_id) r
          where at >= d and at < d + 1) as ai_requests,
        (select count(*)::int from preview_jobs where queued_at >= d and queued_at < d + 1) as preview_requests,
        (select round(avg(latency_ms), 4)::float8 from ai_usage_events where created_at >= d and created_at < d + 1) as avg_latency_ms
      from (select generate_series('2026-06-06', '2026-08-04', interval '1 day')::date as d) d order by d`)
    expect([...days]).toEqual([...truth])
    expect(days.length).toBe(60)
  })

  it('shows them on the Overview', async () => {
    const cookie = await app.admin('viewer')
    const look = async () => {
      const page = await app.request(`/dashboard?from=${FROM}&to=${TO}`, { headers: { cookie } })
      expect(page.status).toBe(200)
      return (await page.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
    }
    // Where the machine is busy, a card comes with a later look.
    const users = await byHand('select count(*) from users where deleted_at is null')
    await expect.poll(look, { timeout: 20_000, interval: 500 }).toContain(`Total users ${users}`)
    expect(await look()).toContain(`of ${await byHand('select count(*) from projects')}`)
  })

  it('reads nothing twice, and what changes changes the numbers', async () => {
    const open = await metric('product.projects_open')
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ rows: 0 })
    await source.sql`
      update projects set deleted_at = '2026-08-10 11:00Z', updated_at = '2026-08-10 11:00Z'
      where id = (select id from projects where archived_at is null and deleted_at is null limit 1)`
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ rows: 1 })
    await app.fold()
    expect(await metric('product.projects_open')).toBe(open! - 1)
  })

  it('loses one file with a column that is gone, and no other', async () => {
    await source.sql`alter table preview_jobs drop column worker`
    await source.sql`insert into users (id, username, created_at) values (md5('new')::uuid, 'new', '2026-08-10 11:00Z')`
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ rows: 1, failed: 1 })
    const failed = (await syncStatus(app.deps)).filter(({ state }) => state !== 'ok')
    expect(failed).toMatchObject([
      { file: 'preview-jobs.sql', state: 'error', reason: 'line 23: column "worker" does not exist' },
    ])
    expect(app.deps.book.isDegraded('preset:hivesync')).toBe(true)
    const [checked] = (await checkPreset(app.deps, 'hivesync')).filter(({ state }) => state === 'error')
    expect(checked).toMatchObject({ name: 'preview-jobs.sql', findings: [{ level: 'error', column: 'worker' }] })
    await source.sql`alter table preview_jobs add column worker text`
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ failed: 0 })
    expect(app.deps.book.isDegraded('preset:hivesync')).toBe(false)
  })

  it('tells why nothing comes while the source has stopped, and pages are as they were', async () => {
    await source.stop()
    await syncAll(app.deps, { force: true })
    expect((await syncStatus(app.deps)).every(({ state, reason }) => state === 'waiting' && reason)).toBe(true)
    expect(app.deps.book.isDegraded('source-database')).toBe(true)
    const cookie = await app.admin('viewer')
    expect((await app.request('/dashboard', { headers: { cookie } })).status).toBe(200)
    await source.start()
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ files: 7, failed: 0 })
    expect(app.deps.book.isDegraded('source-database')).toBe(false)
  })
})
