import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkPreset } from '../src/connectors/check.ts'
import { syncAll } from '../src/connectors/sync.ts'
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

const NOW = new Date('2026-11-19T12:00:00Z')
const SPAN: [string, string] = ['2026-10-01', '2026-11-19']
const TABLES = ['users', 'tenants', 'subscriptions', 'api_calls', 'gauges', 'events', 'campaigns', 'campaign_spend']
const ROLLUPS = [
  'api_call_days',
  'api_call_hours',
  'signup_days',
  'event_days',
  'gauge_hours',
  'mrr_days',
  'plan_days',
  'user_days',
]

let source: SourceDb
let t: TestApp
let key: string

const config = (db: SourceDb) => ({ presets: ['marketing'], sourceDatabaseUrl: db.url })
/** One row of hand-written SQL on the source. */
const byHand = async (query: TemplateStringsArray, ...values: never[]) => (await source.sql(query, ...values))[0]!

beforeAll(async () => {
  source = await sourceDb('marketing')
  t = await testApp({ now: NOW, config: config(source) })
  key = await t.key(['read'])
})
afterAll(async () => {
  await t?.close()
  await source?.close()
})

describe('the preset marketing', () => {
  it('finds the tables as its README says they are', async () => {
    const rows = await expectChecked(t, 'marketing', 9)
    for (const [name, tried] of Object.entries(rows)) expect(tried, name).toBeGreaterThan(3)
  })

  it('brings every row, and keeps apart the one that cannot be', async () => {
    const { rows, failed } = await syncAndFold(t)
    expect(failed).toBe(0)
    const states = await syncStatus(t.deps)
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['ok']))
    expect(states.reduce((sum, one) => sum + one.rows, 0)).toBe(rows)
    expect(Object.fromEntries(states.map((one) => [one.file, one.rows]))).toEqual({
      'api-calls.sql': 963,
      'campaign-spend.sql': 60,
      'campaigns.sql': 8,
      'rate-limits.sql': 21,
      'subscriptions.sql': 39,
      'tenants.sql': 4,
      'usage-aggregations.sql': 111,
      'usage-alerts.sql': 18,
      'users.sql': 38,
    })
    const rejected = await t.sql`select source, reason from rejected_facts`
    expect([...rejected]).toEqual([
      { source: 'sync:marketing/api-calls.sql', reason: expect.stringContaining('latency_ms') },
    ])
  })

  it('counts calls as SQL does on the source, and their sums not as calls', async () => {
    const calls = await byHand`
      select count(*)::int as calls,
        count(*) filter (where status_code >= 400 or error_type is not null)::int as errors,
        count(*) filter (where model is not null)::int as ai,
        count(distinct request_id) filter (where model is not null)::int
          + count(*) filter (where model is not null and request_id is null)::int as requests,
        sum(input_tokens)::float8 as tokens_in, sum(output_tokens)::float8 as tokens_out, sum(cost)::float8 as cost,
        (select sum(request_count)::int from usage_aggregations where period = 'day' and period_start < '2026-11-18') as sums
      from api_usage where latency_ms is distinct from -5`
    expect(calls.sums).toBe(calls.calls + 550)
    expect(
      await totals(
        t,
        key,
        ['api.calls', 'api.errors', 'ai.calls', 'ai.requests', 'ai.tokens_in', 'ai.tokens_out', 'ai.cost'],
        SPAN,
      ),
    ).toEqual({
      'api.calls': calls.calls,
      'api.errors': calls.errors,
      'ai.calls': calls.ai,
      'ai.requests': calls.requests,
      'ai.tokens_in': calls.tokens_in,
      'ai.tokens_out': calls.tokens_out,
      'ai.cost': expect.closeTo(calls.cost, 6),
    })
    expect(await totals(t, key, ['api.calls'], ['2026-10-01', '2026-10-21'])).toEqual({ 'api.calls': null })
  })

  it('counts them by day and service, too', async () => {
    const days = await source.sql`
      select (created_at at time zone 'UTC')::date::text as day, count(*)::int as n from api_usage
      where latency_ms is distinct from -5 group by 1 order by 1`
    const found = await t.sql`
      select at::text as day, sum(calls)::int as n from api_call_days where scope = '*' group by 1 order by 1`
    expect([...found]).toEqual([...days])
    const services = await source.sql`
      select service as key, count(*)::int as total from api_usage where latency_ms is distinct from -5 group by 1 order by 1`
    const [calls] = await numbers(t, key, ['api.calls'], SPAN, '&by=service')
    const groups = calls!.groups!.map(({ key, total }) => ({ key, total })).sort((a, b) => (a.key < b.key ? -1 : 1))
    expect(groups).toEqual([...services])
    const [org] = await source.sql`select count(*)::int as n from api_usage where organization_id = 'org1'`
    expect(await totals(t, key, ['api.calls'], SPAN, '&tenant=org1')).toEqual({ 'api.calls': org!.n })
  })

  it('keeps the sums of whole days beside the calls that were counted', async () => {
    const sums = await t.sql`
      select (g.ts at time zone 'UTC')::date::text as day, g.value::int as requests, c.calls
      from gauges g left join (
        select (ts at time zone 'UTC')::date as day, count(*)::int as calls from api_calls group by 1
      ) c on c.day = (g.ts at time zone 'UTC')::date
      where g.name = 'source.aggregated_requests' order by 1`
    const [before, counted] = [sums.filter(({ calls }) => calls === null), sums.filter(({ calls }) => calls !== null)]
    expect(before.map(({ day, requests }) => ({ day, requests }))).toEqual(
      Array.from({ length: 10 }, (_, n) => ({ day: `2026-10-${11 + n}`, requests: 10 * (n + 1) })),
    )
    expect(counted).toHaveLength(27)
    for (const { day, requests, calls } of counted) expect({ day, requests }).toEqual({ day, requests: calls })
  })

  it('knows users, plans and MRR as the subscriptions have them', async () => {
    const users = await byHand`
      select count(distinct u.user_id)::int as all,
        (select count(distinct user_id)::int from user_subscriptions) as accounts
      from (select user_id from user_subscriptions union select user_id from api_usage where user_id is not null) u`
    const money = await byHand`
      select sum(cents)::float8 / 100 as mrr, count(distinct customer)::int as customers from (
        select round(price_cents * seats / case billing_interval when 'yearly' then 12.0 else 1 end) as cents,
          coalesce(organization_id, user_id) as customer
        from user_subscriptions
        where currency = 'USD' and price_cents > 0 and (status in ('active', 'past_due')
          or status = 'canceled' and current_period_end > '2026-11-19T12:00Z')) s`
    expect(users).toEqual({ all: 42, accounts: 38 })
    expect(await totals(t, key, ['users.total', 'revenue.mrr', 'revenue.paying_customers'], SPAN)).toEqual({
      'users.total': users.all,
      'revenue.mrr': expect.closeTo(money.mrr, 6),
      'revenue.paying_customers': money.customers,
    })
    const active = await byHand`
      select count(distinct user_id)::int as mau from api_usage
      where created_at >= '2026-10-21' and latency_ms is distinct from -5`
    expect(await totals(t, key, ['users.mau'], ['2026-11-19', '2026-11-19'])).toEqual({ 'users.mau': active.mau })
    const cookie = await t.admin('viewer')
    expect(await tile(t, cookie, 'users-total', 'range=90d')).toBe(String(users.all))
    expect(await tile(t, cookie, 'users-mau', 'range=90d')).toBe(String(active.mau))
  })

  it('makes nobody active by an alert, and samples what is left of each quota', async () => {
    const alerts = await byHand`
      select count(*)::int as raised, count(resolved_at)::int as resolved from usage_alerts`
    const [events] = await numbers(t, key, ['events.total'], SPAN, '&by=name')
    expect(events!.groups!.map(({ key, total }) => [key, total])).toEqual([
      ['usage_alert', alerts.raised],
      ['usage_alert_resolved', alerts.resolved],
    ])
    expect(await t.sql`select from events where user_id <> ''`).toHaveLength(0)
    const quotas = await t.sql`
      select labels ->> 'user' as user, value from gauges where name = 'quota.left' order by value, ts limit 3`
    expect([...quotas]).toEqual([
      { user: 'u30', value: 0 },
      { user: null, value: 4.5 },
      { user: null, value: 9 },
    ])
  })

  it('tells campaigns of customers from campaigns for customers, with their spend by day', async () => {
    const kinds = await t.sql`
      select kind, count(*)::int as n, count(*) filter (where user_id = '')::int as own from campaigns group by 1 order by 1`
    expect([...kinds]).toEqual([
      { kind: 'acquisition', n: 1, own: 1 },
      { kind: 'content', n: 2, own: 1 },
      { kind: 'engagement', n: 2, own: 1 },
      { kind: 'other', n: 3, own: 0 },
    ])
    const spend = await byHand`
      select sum(spend_cents)::int as amount, sum(clicks)::int as clicks, count(*)::int as n from campaign_daily`
    const [found] = await t.sql`
      select sum(amount_minor)::int as amount, sum(clicks)::int as clicks, count(*)::int as n from campaign_spend`
    expect(found).toEqual(spend)
  })

  it('brings what changes, and does without a table that is not needed', async () => {
    await source.sql`
      update user_subscriptions set status = 'canceled', canceled_at = '2026-11-19 11:00Z', current_period_end = null,
        updated_at = '2026-11-19 11:00Z' where user_id = 'jürgen 🚀'`
    await source.sql`
      insert into api_usage (user_id, service, endpoint, status_code, created_at)
      values ('u1', 'analytics', '/v1/reports', 200, '2026-11-19 11:30Z')`
    await source.sql`drop table campaign_daily`
    const before = await totals(t, key, ['revenue.mrr', 'api.calls'], SPAN)
    // The call; and the account, the customer's state and the organisation's where it has one.
    expect(await syncAndFold(t)).toMatchObject({ rows: 3, failed: 0 })
    expect(await totals(t, key, ['revenue.mrr', 'api.calls'], SPAN)).toEqual({
      'revenue.mrr': expect.closeTo((before['revenue.mrr'] ?? 0) - 19, 6),
      'api.calls': (before['api.calls'] ?? 0) + 1,
    })
    const states = await syncStatus(t.deps)
    expect(states.filter(({ state }) => state !== 'ok')).toEqual([
      expect.objectContaining({
        file: 'campaign-spend.sql',
        state: 'off',
        reason: expect.stringContaining('campaign_daily'),
      }),
    ])
  })

  it('degrades alone when the schema changes under one of its files', async () => {
    await source.sql`alter table campaigns rename column channel to medium`
    await syncAll(t.deps, { force: true })
    const failing = (await syncStatus(t.deps)).filter(({ state }) => state === 'error')
    expect(failing).toEqual([
      expect.objectContaining({ file: 'campaigns.sql', reason: expect.stringContaining('channel') }),
    ])
    const checked = (await checkPreset(t.deps, 'marketing')).filter(({ state }) => state === 'error')
    expect(checked.map(({ name, findings }) => [name, findings[0]!.column])).toEqual([['campaigns.sql', 'channel']])
    await source.sql`alter table campaigns rename column medium to channel`
    await syncAll(t.deps, { force: true })
    expect((await syncStatus(t.deps)).filter(({ state }) => state === 'error')).toEqual([])
  })
})

describe('a pull from its tables that is cut short', () => {
  let fresh: SourceDb
  let cut: TestApp
  let whole: TestApp

  beforeAll(async () => {
    fresh = await sourceDb('marketing')
    cut = await testApp({ now: NOW, config: config(fresh) })
    whole = await testApp({ now: NOW, config: config(fresh) })
  })
  afterAll(async () => {
    await cut?.close()
    await whole?.close()
    await fresh?.close()
  })

  it('comes to the same when it goes on in another process', async () => {
    for (const batch of [1, 1, 3]) await syncAndDie(cut, batch)
    await syncAndFold(cut)
    await syncAndFold(whole)
    expect(await stored(cut.sql, TABLES)).toEqual(await stored(whole.sql, TABLES))
    expect(await stored(cut.sql, ROLLUPS)).toEqual(await stored(whole.sql, ROLLUPS))
    expect((await stored(cut.sql, ['api_calls'])).api_calls).toHaveLength(963)
  })
})
