import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countFailure } from '../src/auth/throttle.ts'
import { takeSamples } from '../src/jobs/samples.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { setModelPolicy } from '../src/prices/policies.ts'
import { flushIntake } from '../src/sources/intake-days.ts'
import { type Core, openCore } from './quality-kit.ts'

/** The day has 25 hours in Berlin and begins at half past the hour in Kolkata; each case says when it begins and ends. */
describe.each([
  ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z'],
  ['Asia/Kolkata', '2026-10-24T18:30:00Z', '2026-10-25T18:29:59Z'],
])('facts of a day in %s', (timeZone, first, end) => {
  const DAY = '2026-10-25'
  const NOON = '2026-10-25T12:00:00Z'
  const before = new Date(Date.parse(first) - 1000).toISOString()
  const after = new Date(Date.parse(end) + 1000).toISOString()
  const acme = { tenant_id: 'acme' }
  let t: Core

  beforeAll(async () => {
    t = await openCore(() => new Date('2026-10-26T12:00:00Z'), { timeZone })
  })
  afterAll(() => t.close())

  const expectDay = async (expected: Partial<Record<MetricKey, number | null>>, scope = '*') => {
    for (const [key, wanted] of Object.entries(expected)) {
      const found = await t.value(key as MetricKey, DAY, DAY, scope)
      if (wanted === null) expect(found, key).toBe(null)
      else expect(found, key).toBeCloseTo(wanted, 6)
    }
  }

  it('are calls by content, endpoint, country, parameter and campaign', async () => {
    const page = {
      model: 'gpt-5',
      provider: 'openai',
      feature: 'page',
      content_type: 'code',
      endpoint: '/ai/page',
      ...acme,
    }
    await setModelPolicy(t.sql, {
      task: 'page',
      provider: 'openai',
      model: 'gpt-5-mini',
      since: new Date('2026-10-01'),
    })
    await t.send(
      'api_calls',
      { ...page, ts: before, cost: 9 },
      {
        ...page,
        ts: first,
        cost: 1,
        tokens_in: 200_000,
        tokens_out: 50_000,
        temperature: 0.4,
        request_id: 'r1',
        country: 'DE',
      },
      { ...page, ts: end, cost: 0.5, status: 'error', error_kind: 'timeout', retry: true, request_id: 'r1' },
      {
        ...page,
        ts: NOON,
        model: 'unheard-of',
        content_type: 'text',
        feature: 'copy',
        parameters: { temperature: '0.8' },
        utm_campaign: 'c1',
      },
      { ...page, ts: after, cost: 9 },
      { ts: NOON, ai: false, endpoint: '/projects/12/edit', http_status: 429, user_id: 'u1', country: 'FR' },
      {
        ts: '2026-10-25T01:00:00Z',
        ai: false,
        endpoint: '/projects/13/edit',
        http_status: 200,
        user_id: 'u1',
        estimate: true,
      },
    )
    await t.fold()
    await expectDay({
      'content.generations': 2,
      'content.succeeded': 2,
      'content.attempts': 1.5,
      'content.cost': 1.5,
      'content.cost_per_success': 1.5,
      'content.temperature': 0.6,
      'performance.endpoint_calls': 5,
      'performance.country_calls': 2,
      'performance.country_error_rate': 50,
      'ai.success_rate': 200 / 3,
      'ai.provider_reliability': 200 / 3,
      'api.rate_limit_hits': 1,
      'api.calls_per_user_max': 2,
      'security.rate_limited': 1,
      'security.rate_limited_users': 1,
      'costs.policy_calls': 2,
      'costs.off_policy_calls': 2,
      // gpt-5-mini: 0.25 a million tokens in, 2 out: 0.05 + 0.10 for the two calls together.
      'costs.policy_loss': 1.5 - 0.15,
      'campaigns.generations': 1,
      'campaigns.ai_cost': null,
    })
    expect(await t.by('content.success_rate', 'type', DAY)).toEqual({ code: 50, text: 100 })
    expect(await t.by('performance.endpoint_calls', 'endpoint', DAY)).toEqual({
      '/ai/page': 3,
      '/projects/:id/edit': 2,
    })
    await expectDay({ 'content.generations': 2, 'security.rate_limited': 0 }, 'acme')
    expect(await t.value('content.cost', '2026-10-24')).toBe(9)
    // 01:00 UTC is two at night in Berlin by winter time, and half past six in Kolkata.
    expect(await t.value('security.off_hours', DAY)).toBeCloseTo(timeZone === 'Europe/Berlin' ? 200 / 5 : 100 / 5, 6)
  })

  it('are page loads, clicks, forms, errors and vitals', async () => {
    const page = { type: 'page', name: 'Home', properties: { path: '/p/1?x=2' }, ...acme }
    await t.send(
      'events',
      { ...page, ts: first },
      { ...page, ts: end },
      { ...page, ts: after },
      { name: 'buy', ts: NOON, properties: { via: 'click', path: '/p/2' }, ...acme },
      { name: 'form_submitted', ts: NOON },
      { name: 'form_abandoned', ts: NOON },
      { name: 'form_abandoned', ts: NOON },
      { name: 'Login Failed', ts: end },
      { name: 'oauth_error', ts: NOON },
      { name: 'login', ts: '2026-10-20T09:00:00Z', user_id: 'u1', country: 'DE' },
      { name: 'login', ts: first, user_id: 'u1', country: 'FR' },
      { name: 'login', ts: NOON, user_id: 'u2', country: 'FR' },
      { name: 'seen', ts: end, user_id: 'u2', properties: { utm_campaign: 'c1' } },
    )
    const error = { source: 'client', message: 'x', url: '/p/9', user_id: 'u1', ...acme }
    await t.send(
      'app_errors',
      { ...error, ts: first },
      { ...error, ts: end, source: 'server' },
      { ...error, ts: after },
    )
    await t.send(
      'web_vitals',
      ...[1000, 1000, 1000, 9000].map((value, n) => ({
        id: `l${n}`,
        name: 'LCP',
        value,
        ts: n ? end : first,
        path: '/p/1',
      })),
      { id: 'c', name: 'CLS', value: 0, ts: NOON },
      { id: 'late', name: 'LCP', value: 1, ts: after },
    )
    await t.fold()
    await expectDay({
      'pages.loads': 2,
      'pages.clicks': 1,
      'pages.click_rate': 50,
      'pages.forms_started': 3,
      'pages.form_abandonment': 200 / 3,
      'pages.errors': 1,
      'support.errors': 2,
      'support.users_hit': 1,
      'vitals.measured': 4,
      'vitals.lcp_good': 75,
      'vitals.cls_p75': 0,
      'security.failed_logins': 1,
      'security.oauth_failures': 1,
      'security.new_countries': 1,
      'campaigns.engagement': 1,
      'campaigns.users': 1,
    })
    // Within 4.4 % of the true second.
    expect(Math.abs(((await t.value('vitals.lcp_p75', DAY)) ?? 0) / 1000 - 1)).toBeLessThan(0.045)
    expect(await t.by('pages.loads', 'page', DAY)).toEqual({ '/p/:id': 2, '': 0 })
  })

  it('are tickets, e-mails, webhooks, prompts, components and campaigns', async () => {
    await t.send(
      'tickets',
      { id: 't1', created_at: first, first_response_at: NOON, status: 'open' },
      { id: 't2', created_at: '2026-10-23T12:00:00Z', status: 'solved', closed_at: end, updated_at: end },
    )
    const mail = { channel: 'email', direction: 'out', ...acme }
    await t.send(
      'messages',
      ...['sent', 'opened', 'clicked', 'bounced'].map((status, n) => ({
        ...mail,
        id: `m${n}`,
        status,
        ts: n ? end : first,
      })),
    )
    await t.send(
      'webhook_deliveries',
      { id: 'd1', target: 'https://a.example/x', status: 'succeeded', ts: first },
      { id: 'd2', target: 'https://a.example/y', status: 'failed', attempt: 3, ts: end },
    )
    const shop = { site_type: 'shop', industry: 'food', duration_ms: 1000, ts: NOON }
    await t.send(
      'prompts',
      ...[0, 1, 2, 3, 4].map((n) => ({
        ...shop,
        id: `p${n}`,
        status: n ? 'succeeded' : 'failed',
        library_used: n === 4,
      })),
    )
    await t.send('components', { id: 'hero', name: 'Hero', quality: 80 })
    await t.send(
      'component_uses',
      { component_id: 'hero', ts: first, ok: true },
      { component_id: 'hero', ts: end, ok: false },
    )
    await t.send(
      'exposures',
      { experiment_id: 'e', variant: 'a', user_id: 'u1', ts: first },
      { experiment_id: 'e', variant: 'a', user_id: 'u1', ts: end },
    )
    await t.send('campaigns', { id: 'c1', name: 'Spring' })
    await t.send('campaign_spend', { campaign_id: 'c1', day: DAY, amount: 1000, impressions: 200, clicks: 10 })
    await t.send('users', { id: 'u9', referrer: 'SPRING', created_at: first })
    await t.send('payments', {
      id: 'pay',
      user_id: 'u9',
      amount: 2500,
      status: 'succeeded',
      provider: 'stripe',
      ts: end,
    })
    await t.send('jobs', {
      id: 'j',
      kind: 'build',
      status: 'succeeded',
      enqueued_at: first,
      started_at: new Date(Date.parse(first) + 4000),
      finished_at: end,
    })
    await t.fold()
    await expectDay({
      'support.tickets_opened': 1,
      'support.tickets_closed': 1,
      'support.tickets_open': 1,
      'support.first_response': Date.parse(NOON) - Date.parse(first),
      'support.resolution': Date.parse(end) - Date.parse('2026-10-23T12:00:00Z'),
      'emails.sent': 4,
      'emails.open_rate': 100,
      'emails.click_rate': 50,
      'emails.bounce_rate': 25,
      'webhooks.failure_rate': 50,
      'webhooks.attempts': 2,
      'prompts.success_rate': 80,
      'prompts.duration': 1000,
      'components.gaps': 1,
      'components.success_rate': 50,
      'components.quality': null,
      'experiments.exposures': 2,
      'experiments.people': 1,
      'campaigns.spend': 10,
      'campaigns.clicks': 10,
      'campaigns.signups': 1,
      'campaigns.revenue': 25,
      'campaigns.roi': 150,
    })
    expect(await t.value('components.quality', '2026-10-26')).toBe(80)
    expect(Math.abs(((await t.value('jobs.wait_p95', DAY)) ?? 0) / 4000 - 1)).toBeLessThan(0.045)
  })

  it('are what Quarterdeck counts of itself, for all tenants together only', async () => {
    await t.deps.writer.write([{ kind: 'events', row: { name: 1e9, ts: 'never' }, index: 0 }], {
      source: 'typed',
      receivedAt: new Date(),
    })
    await flushIntake(t.deps)
    await flushIntake(t.deps)
    await countFailure(t.sql, new Date(first), timeZone)
    await countFailure(t.sql, new Date(end), timeZone)
    await countFailure(t.sql, new Date(after), timeZone)
    await takeSamples(t.deps, t.deps.now())
    await t.fold()
    await expectDay({ 'security.admin_failures': 2 })
    await expectDay({ 'security.admin_failures': null }, 'acme')
    const today = '2026-10-26'
    expect(await t.value('facts.rejected', today)).toBe(1)
    expect(await t.by('facts.rejected', 'source', today)).toMatchObject({ typed: 1, test: 0 })
    expect(await t.value('facts.accepted', today, today, 'acme')).toBe(null)
    expect(await t.value('database.size', today)).toBeGreaterThan(1e6)
    expect(await t.value('process.rss_bytes', today)).toBeGreaterThan(1e6)
    expect(await t.value('facts.lag', today)).toBeGreaterThanOrEqual(0)
  })
})
