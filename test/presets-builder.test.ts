import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { syncStatus } from '../src/connectors/sync-status.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import {
  expectChecked,
  numbers,
  type SourceDb,
  sourceDb,
  stored,
  syncAndDie,
  syncAndFold,
  tile,
  totals,
} from './presets-kit.ts'

const NOW = new Date('2026-11-17T12:00:00Z')
const SPAN: [string, string] = ['2026-10-20', '2026-11-17']
const APPENDED = ['api_calls', 'events', 'component_uses', 'feedback']
const TABLES = [...APPENDED, 'users', 'identities', 'jobs', 'objects', 'components', 'prompts', 'messages']
const ROLLUPS = ['api_call_days', 'signup_days', 'event_days', 'job_hours', 'object_days', 'session_days', 'user_days']

let source: SourceDb
let t: TestApp
let key: string

const config = (db: SourceDb) => ({ presets: ['builder'], sourceDatabaseUrl: db.url })
/** One row of hand-written SQL on the source. */
const byHand = async (query: TemplateStringsArray) => (await source.sql(query))[0]!

beforeAll(async () => {
  source = await sourceDb('builder')
  t = await testApp({ now: NOW, config: config(source) })
  key = await t.key(['read'])
})
afterAll(async () => {
  await t?.close()
  await source?.close()
})

describe('the preset builder', () => {
  it('finds the tables as its README says they are', async () => {
    const rows = await expectChecked(t, 'builder', 12)
    for (const [name, tried] of Object.entries(rows)) expect(tried, name).toBe(10)
  })

  it('brings every row, and keeps apart the one that cannot be', async () => {
    expect(await syncAndFold(t)).toMatchObject({ failed: 0 })
    const states = await syncStatus(t.deps)
    expect(
      Object.fromEntries(states.map(({ file, state, rows, rejected }) => [file, [state, rows, rejected]])),
    ).toEqual({
      'api-calls.sql': ['ok', 322, 1],
      'builds.sql': ['ok', 64, 0],
      'component-uses.sql': ['ok', 118, 0],
      'components.sql': ['ok', 12, 0],
      'deployments.sql': ['ok', 47, 0],
      'deploys.sql': ['ok', 52, 0],
      'events.sql': ['ok', 341, 0],
      'feedback.sql': ['ok', 24, 0],
      'identities.sql': ['ok', 98, 0],
      'messages.sql': ['ok', 193, 0],
      'prompts.sql': ['ok', 64, 0],
      'users.sql': ['ok', 98, 0],
    })
    const rejected = await t.sql`select source, reason from rejected_facts`
    expect([...rejected]).toEqual([
      { source: 'sync:builder/api-calls.sql', reason: expect.stringContaining('tokens_in') },
    ])
  })

  it('counts visitors, requests, addresses and verified ones as the sessions have them', async () => {
    const steps = await byHand`
      select count(*)::int as visit, count(requested_at)::int as request, count(email_at)::int as email_given,
        count(verified_at)::int as email_verified
      from sessions`
    const [events] = await numbers(t, key, ['events.total'], SPAN, '&by=name')
    expect(Object.fromEntries(events!.groups!.map(({ key, total }) => [key, total]))).toEqual(steps)
    expect(await totals(t, key, ['users.total', 'users.new'], SPAN)).toEqual({
      'users.total': steps.request,
      'users.new': steps.request,
    })
    const cookie = await t.admin('viewer')
    expect(await tile(t, cookie, 'users-total', 'range=90d')).toBe(String(steps.request))
  })

  it('takes a visitor and the user they became for one person', async () => {
    const active = await byHand`
      select count(distinct token)::int as users from (
        select token, created_at as at from sessions where requested_at is not null
        union all select token, requested_at from sessions union all select token, email_at from sessions
        union all select token, verified_at from sessions
        union all select session_token, created_at from api_usage_log where input_tokens >= 0
        union all select session_token, queued_at from builds
        union all select session_token, created_at from deployments
      ) a where at >= '2026-11-10' and at < '2026-11-11'`
    expect(await totals(t, key, ['users.dau'], ['2026-11-10', '2026-11-10'])).toEqual({ 'users.dau': active.users })
    const mau = await byHand`select count(*)::int as users from sessions where requested_at is not null`
    expect(await totals(t, key, ['users.mau'], ['2026-11-17', '2026-11-17'])).toEqual({ 'users.mau': mau.users })
  })

  it('counts what AI did and cost as SQL does on the source', async () => {
    const calls = await byHand`
      select count(*)::int as calls, count(distinct request_id)::int as requests,
        count(*) filter (where not success)::int as errors, sum(input_tokens)::float8 as tokens_in,
        sum(output_tokens)::float8 as tokens_out, sum(cost)::float8 as cost
      from api_usage_log where input_tokens >= 0`
    expect(
      await totals(t, key, ['ai.calls', 'ai.requests', 'api.errors', 'ai.tokens_in', 'ai.tokens_out', 'ai.cost'], SPAN),
    ).toEqual({
      'ai.calls': calls.calls,
      'ai.requests': calls.requests,
      'api.errors': calls.errors,
      'ai.tokens_in': calls.tokens_in,
      'ai.tokens_out': calls.tokens_out,
      'ai.cost': expect.closeTo(calls.cost, 6),
    })
    const models = await source.sql`
      select model as key, count(*)::int as total from api_usage_log where input_tokens >= 0 group by 1 order by 1`
    const [byModel] = await numbers(t, key, ['ai.calls'], SPAN, '&by=model')
    const groups = byModel!.groups!.map(({ key, total }) => ({ key, total })).sort((a, b) => (a.key < b.key ? -1 : 1))
    expect(groups).toEqual([...models])
  })

  it('knows builds and deploys, and the sites that live', async () => {
    const builds = await byHand`
      select count(*)::int as builds, count(*) filter (where status = 'completed')::int as good,
        count(*) filter (where status = 'failed')::int as bad,
        (select count(*) filter (where status in ('live', 'removed'))::int from deployments) as deploys,
        extract(epoch from avg(completed_at - started_at) filter (where status in ('completed', 'failed')))::float8 * 1000 as ms
      from builds`
    expect(
      await totals(
        t,
        key,
        ['jobs.builds', 'jobs.builds_succeeded', 'jobs.builds_failed', 'jobs.build_duration_avg', 'product.deploys'],
        SPAN,
      ),
    ).toEqual({
      'jobs.builds': builds.builds,
      'jobs.builds_succeeded': builds.good,
      'jobs.builds_failed': builds.bad,
      'jobs.build_duration_avg': expect.closeTo(builds.ms, 3),
      'product.deploys': builds.deploys,
    })
    const sites = await byHand`
      select count(*) filter (where status = 'live')::int as live, count(*) filter (where status = 'removed')::int as gone
      from deployments`
    const [objects] = await t.sql`
      select count(*) filter (where closed_at is null)::int as live, count(closed_at)::int as gone
      from objects where kind = 'deployment'`
    expect(objects).toEqual(sites)
    expect(
      (await t.sql`select status from jobs where status in ('queued', 'running')`).map(({ status }) => status),
    ).toEqual(expect.arrayContaining(['queued', 'running']))
    const [days] = await t.sql`
      select sum(created)::int as created, sum(closed)::int as gone from object_days where kind = 'deployment' and scope = '*'`
    expect(days).toEqual({ created: sites.live + sites.gone, gone: sites.gone })
  })

  it('knows components and how often builds used them', async () => {
    const uses = await source.sql`
      select c::text as id, count(distinct b.id)::int as n from builds b, unnest(component_ids) c
      where completed_at is not null group by 1 order by 1`
    const found = await t.sql`select component_id as id, count(*)::int as n from component_uses group by 1 order by 1`
    expect([...found]).toEqual([...uses])
    const quality = await byHand`select avg(quality_score)::float8 as mean, count(*)::int as n from components`
    const [stored] = await t.sql`select avg(quality)::float8 as mean, count(*)::int as n from components`
    expect(stored).toEqual(quality)
  })

  it('knows prompts, messages and ratings, and keeps no word of what people wrote', async () => {
    const prompts = await source.sql`
      select site_type, case success when true then 'succeeded' when false then 'failed' else 'pending' end as status,
        count(*)::int as n, count(*) filter (where library_used)::int as library, avg(generation_time_ms)::float8 as ms
      from prompts group by 1, 2 order by 1, 2`
    const found = await t.sql`
      select site_type, status, count(*)::int as n, count(*) filter (where library_used)::int as library,
        avg(duration_ms)::float8 as ms
      from prompts group by 1, 2 order by 1, 2`
    expect([...found]).toEqual([...prompts])
    const ratings = await byHand`
      select count(*)::int as n, sum(rating)::float8 as total from sessions where rated_at is not null`
    expect((await t.sql`select count(*)::int as n, sum(score) as total from feedback where max = 5`)[0]).toEqual(
      ratings,
    )
    expect(
      (await t.sql`select direction, count(*)::int as n from messages group by 1 order by 1`).map(({ n }) => n),
    ).toEqual([97, 96])
    const written = await t.sql`
      select text from prompts where text is not null union all select text from messages where text is not null
      union all select comment from feedback where comment is not null union all select code from components where code is not null`
    expect([...written]).toEqual([])
    const everything = JSON.stringify(await stored(t.sql, TABLES))
    for (const words of ['Build it for', 'A site for guest', 'Good, and quick', '<section>'])
      expect(everything).not.toContain(words)
  })

  it('takes a build that is tried again for the same build', async () => {
    await source.sql`
      update builds set status = 'completed', attempt = attempt + 1, started_at = '2026-11-17 10:00Z', error_message = null,
        completed_at = '2026-11-17 10:01Z', updated_at = '2026-11-17 10:01Z'
      where id = (select id from builds where status = 'failed' order by id limit 1)`
    const before = await totals(t, key, ['jobs.builds', 'jobs.builds_succeeded', 'jobs.builds_failed'], SPAN)
    expect(await syncAndFold(t)).toMatchObject({ failed: 0 })
    expect(await totals(t, key, ['jobs.builds', 'jobs.builds_succeeded', 'jobs.builds_failed'], SPAN)).toEqual({
      'jobs.builds': before['jobs.builds'],
      'jobs.builds_succeeded': (before['jobs.builds_succeeded'] ?? 0) + 1,
      'jobs.builds_failed': (before['jobs.builds_failed'] ?? 0) - 1,
    })
  })
})

describe('a pull from its tables that is cut short', () => {
  let fresh: SourceDb
  let cut: TestApp
  let whole: TestApp

  beforeAll(async () => {
    fresh = await sourceDb('builder')
    cut = await testApp({ now: NOW, config: config(fresh) })
    whole = await testApp({ now: NOW, config: config(fresh) })
  })
  afterAll(async () => {
    await cut?.close()
    await whole?.close()
    await fresh?.close()
  })

  it('comes to the same when it goes on in another process', async () => {
    for (const batch of [2, 3, 4]) await syncAndDie(cut, batch)
    await syncAndFold(cut)
    await syncAndFold(whole)
    expect(await stored(cut.sql, TABLES)).toEqual(await stored(whole.sql, TABLES))
    expect(await stored(cut.sql, ROLLUPS)).toEqual(await stored(whole.sql, ROLLUPS))
    for (const [table, rows] of Object.entries(await stored(cut.sql, APPENDED)))
      expect({ table, n: rows.length }).toEqual({
        table,
        n: { api_calls: 322, events: 341, component_uses: 118, feedback: 24 }[table],
      })
  })
})
