import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deleteOldMeasures, pruneOwnTables } from '../src/jobs/retention.ts'
import { foldOnce } from '../src/rollups/fold.ts'
import { rebuildDay } from '../src/rollups/rebuild.ts'
import { type Core, openCore } from './quality-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const DAY = '2026-11-20'
let now = NOW
let t: Core

beforeAll(async () => {
  t = await openCore(() => now)
})
beforeEach(() => {
  now = NOW
})
afterAll(() => t.close())

const TABLES = ['vital_days', 'prompt_days', 'ticket_days', 'message_days', 'delivery_days', 'page_days', 'error_days']
  .concat(['call_facet_days', 'content_days', 'parameter_days', 'component_days', 'exposure_days', 'user_trouble_days'])
  .concat(['campaign_use_days', 'campaign_user_days', 'campaign_days'])

async function everything(): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {}
  for (const table of TABLES)
    all[table] = (await t.sql`select to_jsonb(r)::text as row from ${t.sql(table)} r order by 1`).map(({ row }) => row)
  return all
}

describe('facts that change', () => {
  it('count once however often they are told, and by what holds in the end', async () => {
    const vital = { id: 'v1', name: 'INP', path: '/p/1', device: 'phone', ts: NOW }
    await t.send('web_vitals', { ...vital, value: 100, updated_at: NOW })
    await t.fold()
    await t.send('web_vitals', { ...vital, value: 900, updated_at: new Date(NOW.getTime() + 1000) })
    await t.send('web_vitals', { ...vital, value: 900, updated_at: new Date(NOW.getTime() + 1000) })
    await t.fold()
    const rows = await t.sql`select n::int, good::int, poor::int, path, hist[hist_bucket(900) + 1]::int as at_900,
      (select sum(x)::int from unnest(hist) x) as of_hist from vital_days where name = 'INP'`
    expect([...rows]).toEqual([{ n: 1, good: 0, poor: 1, path: '/p/:id', at_900: 1, of_hist: 1 }])
    expect(await t.sql`select from state_changes`).toHaveLength(0)
  })

  it('leave the day and the tenant that they turn out not to belong to', async () => {
    const prompt = { id: 'p1', status: 'pending', tenant_id: 'acme', updated_at: '2026-11-20T10:00:00Z' }
    await t.send('prompts', { ...prompt, ts: '2026-11-20T09:00:00Z' })
    await t.fold()
    await t.send('prompts', {
      ...prompt,
      ts: '2026-11-19T09:00:00Z',
      tenant_id: 'bolt',
      status: 'succeeded',
      updated_at: NOW,
    })
    await t.fold()
    const rows = await t.sql`select scope, day::text, n::int, succeeded::int from prompt_days order by 1`
    expect([...rows]).toEqual([
      { scope: '*', day: '2026-11-19', n: 1, succeeded: 1 },
      { scope: 'bolt', day: '2026-11-19', n: 1, succeeded: 1 },
    ])
  })

  it('make the snapshots of closed days stale, and do not where nothing counted has changed', async () => {
    await t.sql`
      insert into metric_days (scope, day, v, computed_at)
      select '*', day::date, '{}', now() from generate_series('2026-11-10'::date, '2026-11-19', '1 day') day`
    const stale = async () => {
      await t.sql`delete from dirty_metric_days`
      await t.fold()
      return (await t.sql`select day::text from dirty_metric_days order by 1`).map(({ day }) => day)
    }
    const ticket = { id: 't1', status: 'open', created_at: '2026-11-17T09:00:00Z' }
    await t.send('tickets', { ...ticket, updated_at: '2026-11-17T09:00:00Z' })
    expect(await stale()).toEqual(['2026-11-17', '2026-11-18', '2026-11-19'])
    await t.send('tickets', { ...ticket, subject: 'Words', updated_at: '2026-11-18T09:00:00Z' })
    expect(await stale()).toEqual([])
    await t.send('tickets', {
      ...ticket,
      status: 'closed',
      first_response_at: '2026-11-18T10:00:00Z',
      closed_at: '2026-11-19T10:00:00Z',
      updated_at: NOW,
    })
    expect(await stale()).toEqual(['2026-11-18', '2026-11-19'])
    await t.sql`delete from metric_days`
  })
})

describe('a rebuild', () => {
  beforeAll(async () => {
    const [user_id, tenant_id] = ['u1', 'acme']
    const ai = { user_id, tenant_id, model: 'm', feature: 'page', content_type: 'code', endpoint: '/ai/page', ts: NOW }
    await t.send(
      'api_calls',
      { ...ai, latency_ms: 100, cost: 1, temperature: 0.7, max_tokens: 1000, campaign_id: 'c1', country: 'DE' },
      { ...ai, ai: false, model: undefined, endpoint: '/projects/12', http_status: 429, country: 'DE' },
    )
    await t.send('events', {
      name: 'page',
      type: 'page',
      ts: NOW,
      user_id,
      tenant_id,
      properties: { path: '/p/7', utm_campaign: 'c1' },
    })
    await t.send('app_errors', { source: 'client', message: 'x', user_id, tenant_id, url: '/p/7', ts: NOW })
    await t.send('component_uses', { component_id: 'hero', ok: true, ts: NOW, tenant_id })
    await t.send('exposures', { experiment_id: 'e', variant: 'a', user_id, tenant_id, ts: NOW })
    await t.send('messages', { id: 'm1', channel: 'email', direction: 'out', status: 'opened', ts: NOW, tenant_id })
    await t.send('webhook_deliveries', {
      id: 'd1',
      target: 'https://h.example/x',
      status: 'failed',
      attempt: 2,
      ts: NOW,
      tenant_id,
    })
    await t.send('campaigns', { id: 'c1', name: 'Spring' })
    await t.send('campaign_spend', { campaign_id: 'c1', day: DAY, amount: 700, clicks: 5 })
    await t.send('users', { id: 'u1', tenant_id, referrer: 'spring', created_at: NOW })
    await t.send('payments', {
      id: 'pay',
      user_id,
      tenant_id,
      amount: 500,
      status: 'succeeded',
      provider: 'stripe',
      ts: NOW,
    })
    await t.fold()
  })

  it('of a day changes nothing, and leaves out what is pending', async () => {
    const before = await everything()
    for (const table of TABLES)
      expect([table, before[table]?.length]).toEqual([table, expect.toSatisfy((n: number) => n > 0)])
    await t.send('web_vitals', { id: 'v2', name: 'LCP', value: 1, path: '/p/1', ts: NOW, updated_at: NOW })
    await t.send('web_vitals', { id: 'v1', name: 'INP', value: 5, updated_at: new Date(NOW.getTime() + 9000) })
    await t.send('component_uses', { component_id: 'hero', ok: false, ts: NOW })
    for (const day of ['2026-11-17', '2026-11-18', '2026-11-19', DAY]) await rebuildDay(t.deps, day)
    expect(await everything()).toEqual(before)
    await t.fold()
    const after = await everything()
    await rebuildDay(t.deps, DAY)
    expect(await everything()).toEqual(after)
    expect(await t.value('components.uses', DAY)).toBe(2)
  })

  it('of a day that the retention reaches leaves what is counted of facts that are gone one by one', async () => {
    now = new Date(NOW.getTime() + 402 * 86_400_000)
    expect(await deleteOldMeasures(t.deps, now)).toBeGreaterThan(0)
    for (const table of ['web_vitals', 'prompts', 'messages', 'webhook_deliveries', 'tickets'])
      expect([table, await t.sql`select from ${t.sql(table)}`]).toEqual([table, []])
    const before = await everything()
    await rebuildDay(t.deps, DAY)
    expect(await everything()).toEqual(before)
  })
})

it('folds and rebuilds beside writers without losing or doubling a change', async () => {
  let writing = true
  const vital = (n: number, round: number) => ({
    id: `race${n}`,
    name: 'LCP',
    path: `/r/${n % 3}`,
    value: 100 * (1 + ((n + round) % 50)),
    ts: NOW,
    updated_at: new Date(NOW.getTime() + round * 1000),
  })
  const others = Promise.all([
    (async () => {
      while (writing) await foldOnce(t.deps)
    })(),
    (async () => {
      while (writing) await rebuildDay(t.deps, DAY)
    })(),
  ])
  for (let round = 0; round < 15; round++) {
    const rows = Array.from({ length: 40 }, (_, n) => vital((n * 7 + round) % 60, round))
    await Promise.all([t.send('web_vitals', ...rows.slice(0, 20)), t.send('web_vitals', ...rows.slice(20))])
  }
  writing = false
  await others
  await t.fold()
  const folded =
    await t.sql`select sum(n)::int as n, sum(good)::int as good from vital_days where scope = '*' and name = 'LCP' and path like '/r/%'`
  const counted =
    await t.sql`select count(*)::int as n, (count(*) filter (where value <= 2500))::int as good from web_vitals where vital_id like 'race%'`
  expect(folded[0]).toEqual(counted[0])
  expect(counted[0]?.n).toBe(60)
}, 60_000)

describe('the names that routes are told apart by', () => {
  const call = (endpoint: string, ts: Date) => t.send('api_calls', { endpoint, ts, ai: false })
  const names = async () => (await t.sql`select name from known_names where kind = 'endpoint'`).length
  const daysOn = (days: number) => new Date(NOW.getTime() + days * 86_400_000)

  it('are so many at a time, and stay as long as what was counted by them', async () => {
    await t.sql`insert into known_names select 'endpoint', '/x' || n, '2026-11-20' from generate_series(1, 600) n`
    await call('/unheard-of', NOW)
    await call('/projects/99', NOW)
    await t.fold()
    const calls = await t.by('performance.endpoint_calls', 'endpoint', DAY)
    expect(calls['(other)']).toBe(1)
    expect(calls['/projects/:id']).toBe(2)

    // They were heard of long ago: there is room again for what is called now, be it known or not.
    await t.sql`update known_names set seen_on = '2026-08-01'`
    await call('/heard-of', NOW)
    await call('/x7', NOW)
    await t.fold()
    expect(await t.by('performance.endpoint_calls', 'endpoint', DAY)).toEqual({
      ...calls,
      '/heard-of': 1,
      '/x7': 1,
    })
    const kept = await names()
    await pruneOwnTables(t.deps, daysOn(400))
    expect(await names()).toBeGreaterThan(0)
    expect(await names()).toBeLessThan(kept)
    await pruneOwnTables(t.deps, daysOn(434))
    expect(await names()).toBe(0)
  })

  it('do not become more with each import of old days', async () => {
    await t.sql`truncate known_names`
    await t.sql`insert into known_names select 'endpoint', '/x' || n, '2026-11-20' from generate_series(1, 300) n`
    for (const round of ['a', 'b', 'c']) {
      const routes = Array.from({ length: 250 }, (_, n) => ({ endpoint: `/${round}${n}`, ts: daysOn(-200), ai: false }))
      await t.send('api_calls', ...routes)
      await t.fold()
    }
    expect(await names()).toBe(500)
  })
})
