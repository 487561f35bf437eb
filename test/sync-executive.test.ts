import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPreset } from '../src/connectors/check.ts'
import { syncAll } from '../src/connectors/sync.ts'
import { syncStatus } from '../src/connectors/sync-status.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { recount } from './helpers/recount.ts'
import { type SourceDb, sourceDb } from './helpers/source-db.ts'

const NOW = new Date('2026-08-10T12:00:00Z')
const ZONE = 'America/New_York'
let source: SourceDb
let app: TestApp
let key: string

beforeAll(async () => {
  source = await sourceDb('executive')
  app = await testApp({
    now: NOW,
    config: { sourceDatabaseUrl: source.url, presets: ['executive'], timeZone: ZONE },
  })
  key = await app.key(['read'])
})
afterAll(async () => {
  await app.close()
  await source.close()
})

/** Both as lists of rows: what was folded, and what SQL written by hand finds in the product's own tables. */
async function same(folded: PromiseLike<Iterable<unknown>>, byHand: string): Promise<void> {
  const truth = [...(await source.sql.unsafe(byHand))]
  expect(truth.length).toBeGreaterThan(2)
  expect([...(await folded)]).toEqual(truth)
}

const day = (column: string) => `(${column} at time zone '${ZONE}')::date`
const EVENTS = `select tenant_id, user_id, coalesce(occurred_at, created_at) as at, session_id from activation_events`
const ACTIVITY = `select tenant_id, user_id, at from (${EVENTS}) e union all select tenant_id, user_id, created_at from jobs`

describe('the preset executive', () => {
  it('is green on its schema', async () => {
    const files = await checkPreset(app.deps, 'executive')
    expect(files.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'activation-events.sql ok',
      'file-uploads.sql ok',
      'jobs.sql ok',
      'reports.sql ok',
      'tenants.sql ok',
      'users.sql ok',
      'worklogs.sql ok',
    ])
    expect(files.flatMap(({ rows }) => rows.filter(({ refused }) => refused))).toEqual([])
  })

  it('is read whole', async () => {
    expect(await syncAll(app.deps)).toMatchObject({ files: 7, failed: 0 })
    await app.fold()
    expect((await syncStatus(app.deps)).map(({ file, rejected }) => `${file} ${rejected}`).join()).not.toMatch(/[1-9]/)
    const { folded, counted } = await recount(app.sql, ZONE)
    expect(folded).toEqual(counted)
  })

  it('has each user’s days, for all tenants and for each', async () => {
    await same(
      app.sql`
        select user_id, scope, day::text, events, jobs from user_days order by user_id collate "C", scope collate "C", day`,
      `select user_id::text, scope, day::text, count(*) filter (where kind = 'e')::int as events, count(*) filter (where kind = 'j')::int as jobs
      from (
        select user_id, tenant_id, ${day('at')} as day, 'e' as kind from (${EVENTS}) e
        union all select user_id, tenant_id, ${day('created_at')}, 'j' from jobs
      ) a, lateral (values ('*'), (tenant_id::text)) s(scope)
      where user_id is not null
      group by user_id, scope, day order by user_id::text collate "C", scope collate "C", day`,
    )
  })

  it('has the hours of jobs', async () => {
    await same(
      app.sql`
        select hour, kind, sum(enqueued)::int as enqueued, sum(succeeded)::int as succeeded, sum(failed)::int as failed,
          sum(cancelled)::int as cancelled, sum(run_ms)::int as run_ms
        from job_hours where scope = '*' group by hour, kind
        order by hour, kind collate "C"`,
      `select hour, job_type as kind, count(*) filter (where what = 'in')::int as enqueued,
        count(*) filter (where what = 'out' and state in ('succeeded', 'completed'))::int as succeeded,
        count(*) filter (where what = 'out' and state in ('failed', 'error'))::int as failed,
        count(*) filter (where what = 'out' and state = 'canceled')::int as cancelled,
        coalesce(sum(extract(epoch from completed_at - started_at) * 1000) filter (where what = 'out' and state in ('succeeded', 'completed', 'failed', 'error')), 0)::int as run_ms
      from jobs, lateral (values ('in', created_at), ('out', completed_at)) v(what, at),
        date_trunc('hour', at, '${ZONE}') hour
      where at is not null
      group by hour, job_type order by hour, job_type collate "C"`,
    )
  })

  it('has uploads, worklogs and reports by day, with bytes and hours', async () => {
    await same(
      app.sql`
        select day::text, kind, created::int, closed::int, quantity::float8 from object_days where scope = '*'
        order by day, kind collate "C"`,
      `select day::text, kind, sum(created)::int as created, sum(closed)::int as closed, sum(quantity)::float8 as quantity
      from (
        select ${day('created_at')} as day, 'upload' as kind, 1 as created, 0 as closed, size_bytes::numeric as quantity
        from file_uploads where status = 'stored'
        union all select ${day('deleted_at')}, 'upload', 0, 1, 0 from file_uploads where status = 'stored' and deleted_at is not null
        union all select ${day('created_at')}, 'worklog', 1, 0, case when deleted_at is null then round(minutes / 60.0, 2) else 0 end from worklogs
        union all select ${day('deleted_at')}, 'worklog', 0, 1, 0 from worklogs where deleted_at is not null
        union all select ${day('created_at')}, 'report', 1, 0, 0 from reports where status = 'ready'
      ) o group by day, kind order by day, kind collate "C"`,
    )
  })

  it('has the events by day and name', async () => {
    await same(
      app.sql`select day::text, name, n::int from event_days where scope = '*' order by day, name collate "C"`,
      `select day::text, name, count(*)::int as n
      from (
        select ${day('coalesce(occurred_at, created_at)')} as day,
          case when event_name in ('user.login', 'logged_in') then 'login' else event_name end as name
        from activation_events
      ) e group by day, name order by day, name collate "C"`,
    )
  })

  it.each(['1', '2', '4'])('tells of tenant %s what SQL by hand finds, and the Overview shows it', async (tenant) => {
    const [truth] = await source.sql.unsafe(`
      select (select count(*)::int from users where tenant_id = ${tenant}) as users,
        (select count(distinct user_id)::int from (${ACTIVITY}) a where tenant_id = ${tenant}
          and ${day('at')} between '2026-07-12' and '2026-08-10') as mau`)
    const names = 'users.total,users.mau'
    const answer = await app.request(
      `/api/metrics/summary?metrics=${names}&from=2026-07-12&to=2026-08-10&tenant=${tenant}`,
      { headers: { authorization: `Bearer ${key}` } },
    )
    const { metrics } = (await answer.json()) as { metrics: { value: number }[] }
    expect({ users: metrics[0]!.value, mau: metrics[1]!.value }).toEqual(truth)
    const page = await app.request(`/dashboard?start=2026-07-12&end=2026-08-10&tenant=${tenant}`, {
      headers: { cookie: await app.admin('viewer') },
    })
    const text = (await page.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
    expect(text).toContain(`Total users ${truth!.users} `)
    expect(text).toContain(`Active users, 30 d ${truth!.mau} `)
  })

  it('loses one table, and no other file', async () => {
    await source.sql`alter table worklogs rename to time_entries`
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ files: 7, rows: 0, failed: 1 })
    expect((await syncStatus(app.deps)).filter(({ state }) => state !== 'ok')).toMatchObject([
      { file: 'worklogs.sql', state: 'error', reason: expect.stringContaining('relation "worklogs" does not exist') },
    ])
    await source.sql`alter table time_entries rename to worklogs`
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ failed: 0 })
  })
})
