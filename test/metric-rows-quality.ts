import type { FactKind } from '../src/facts/types.ts'
import type { TestApp } from './helpers/app.ts'

type Rows = Record<string, unknown>[]

const MINUTE_MS = 60_000
const TENANTS = ['acme', 'bolt', undefined] as const
/** So many different minutes of the last twenty days. */
const MINUTES = 20 * 1440

/** What quality is made of, the same each time: pages, vitals, tickets, prompts, campaigns and what goes wrong. */
export function qualityFacts(now: Date): [FactKind, Rows][] {
  const at = (n: number) => new Date(now.getTime() - ((n * 397) % MINUTES) * MINUTE_MS).toISOString()
  const later = (iso: string, minutes: number) =>
    new Date(Math.min(now.getTime(), Date.parse(iso) + minutes * MINUTE_MS)).toISOString()
  const make = (count: number, row: (n: number, at: string) => Record<string, unknown>): Rows =>
    Array.from({ length: count }, (_, n) => {
      const { ts = at(n), ...made } = row(n, at(n))
      return { ...made, ...(made.created_at ? {} : { ts }), tenant_id: TENANTS[n % 3] }
    })
  const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T
  return [
    ['users', [{ id: 'u80', created_at: at(5), referrer: 'SEARCH ads', tenant_id: 'acme' }]],
    ['campaigns', [{ id: 'c3', name: 'Search ads', kind: 'acquisition', channel: 'search', tenant_id: 'acme' }]],
    ['campaign_spend', spend(now)],
    [
      'payments',
      make(9, (n) => ({ id: `q${n}`, user_id: 'u80', amount: 900 + n, status: 'succeeded', provider: 'stripe' })),
    ],
    ['api_calls', make(120, (n) => call(n, pick))],
    ['api_calls', spikes(now)],
    ['events', make(120, (n) => event(n, pick))],
    [
      'app_errors',
      make(40, (n) => ({
        source: pick(['client', 'server'], n),
        kind: pick(['TypeError', 'Timeout'], n >> 1),
        message: 'x',
        user_id: n % 5 ? `u${n % 6}` : undefined,
        url: `/p/${n}`,
      })),
    ],
    [
      'web_vitals',
      make(140, (n) => ({
        id: `v${n}`,
        name: pick(['LCP', 'INP', 'CLS', 'FCP', 'TTFB', 'LOAD', 'TTI'], n),
        value: n % 7 === 2 ? (n % 40) / 100 : 60 * (1 + (n % 90)),
        path: `/p/${n % 4}`,
        device: pick(['desktop', 'phone'], n),
      })),
    ],
    [
      'tickets',
      make(30, (n, ts) => ({
        id: `t${n}`,
        created_at: ts,
        first_response_at: n % 3 ? later(ts, 7 + n) : undefined,
        status: n % 2 ? 'closed' : 'open',
        closed_at: n % 2 ? later(ts, 90 + n) : undefined,
        priority: pick(['high', 'low'], n),
      })),
    ],
    [
      'messages',
      make(40, (n) => ({
        id: `m${n}`,
        channel: pick(['email', 'email', 'email', 'sms'], n),
        direction: 'out',
        status: pick(['sent', 'delivered', 'opened', 'clicked', 'bounced', 'unsubscribed', 'failed'], n),
      })),
    ],
    [
      'webhook_deliveries',
      make(30, (n) => ({
        id: `d${n}`,
        target: `https://h${n % 3}.example/x`,
        event: 'paid',
        status: pick(['succeeded', 'succeeded', 'failed', 'pending'], n),
        attempt: 1 + (n % 3),
        latency_ms: n % 4 ? 50 + n : undefined,
      })),
    ],
    [
      'prompts',
      make(60, (n) => ({
        id: `p${n}`,
        model: 'm1',
        site_type: pick(['shop', 'blog'], n),
        industry: 'food',
        status: pick(['succeeded', 'failed', 'pending', 'succeeded'], n),
        duration_ms: n % 5 ? 900 * (1 + (n % 31)) : undefined,
        library_used: n % 6 === 0,
      })),
    ],
    [
      'components',
      [
        { id: 'hero', name: 'Hero', kind: 'section', quality: 80 },
        { id: 'list', quality: 40 },
      ],
    ],
    [
      'component_uses',
      make(40, (n) => ({ component_id: pick(['hero', 'list', 'gone'], n), ok: n % 4 ? n % 3 !== 0 : undefined })),
    ],
    [
      'exposures',
      make(40, (n) => ({
        experiment_id: 'e1',
        variant: pick(['a', 'b'], n),
        user_id: n % 4 ? `u${n % 9}` : undefined,
        anonymous_id: `v${n}`,
      })),
    ],
    ['gauges', make(20, (n) => ({ name: 'workers.gpu_running:g6.xlarge', value: 1 + (n % 3) }))],
  ]
}

/** What is not told by facts: the policy of models, webhooks of providers, counts of Quarterdeck itself. */
export async function fillOwn(t: { sql: TestApp['sql'] }, now: Date): Promise<void> {
  await t.sql`insert into model_policies values ('page', '2026-01-01T00:00Z', 'openai', 'gpt-5-mini')`
  await t.sql`
    insert into webhook_events (provider, event_id, type, created_at, received_at, outcome)
    select 'stripe', n::text, 'x', at, at, case when n % 4 = 0 then 'failed' else 'applied' end
    from generate_series(1, 30) n, lateral (select ${now}::timestamptz - n * interval '13 hours' as at) a`
  await t.sql`
    insert into intake_days
    select ${now}::date - n, source, 'events', 10 + n, n % 3, n % 2
    from generate_series(0, 20) n, unnest(array['typed', 'segment']) source`
  await t.sql`insert into sign_in_failure_days select ${now}::date - 3 * n, n + 1 from generate_series(0, 5) n`
}

const spend = (now: Date): Rows =>
  Array.from({ length: 20 }, (_, n) => ({
    campaign_id: 'c3',
    day: new Date(now.getTime() - n * 86_400_000).toISOString().slice(0, 10),
    amount: 500 + n,
    currency: 'USD',
    impressions: 100 + n,
    clicks: n,
    conversions: n % 3,
  }))

type Pick = <T>(list: readonly T[], n: number) => T

const call = (n: number, pick: Pick) => ({
  user_id: n % 7 ? `u${n % 6}` : undefined,
  ai: n % 3 !== 0,
  provider: 'openai',
  model: n % 3 ? pick(['gpt-5', 'gpt-5-mini', 'unheard-of'], n >> 1) : undefined,
  service: 'studio',
  endpoint: pick(['/api/projects/42', '/api/projects/43', '/ai/page', undefined], n),
  country: pick(['DE', 'FR', undefined], n >> 2),
  feature: pick(['page', 'copy'], n),
  content_type: pick(['code', 'text', 'image'], n),
  status: n % 5 ? 'ok' : 'error',
  error_kind: n % 5 ? undefined : pick(['rate_limit', 'timeout', 'client', 'server'], n / 5),
  latency_ms: n % 8 ? 90 * (1 + (n % 77)) : undefined,
  tokens_in: 1000 + 13 * n,
  tokens_out: 100 + 7 * n,
  cost: n % 4 === 1 ? 0.1 + n / 1000 : undefined,
  estimate: n % 9 === 0,
  retry: n % 6 === 0,
  campaign_id: n % 2 ? 'c3' : undefined,
  temperature: n % 4 ? (n % 11) / 10 : undefined,
  top_p: n % 5 === 0 ? 0.9 : undefined,
  max_tokens: n % 4 === 1 ? 4000 + n : undefined,
})

/** Days of one user at a dollar, and one at fifty. */
const spikes = (now: Date): Rows =>
  [9, 8, 7, 6, 5, 4].map((days) => ({
    ts: new Date(now.getTime() - days * 86_400_000 + 41_000).toISOString(),
    user_id: 'u70',
    tenant_id: 'acme',
    provider: 'openai',
    model: 'm1',
    feature: 'page',
    content_type: 'video',
    cost: days === 4 ? 50 : 1,
  }))

const event = (n: number, pick: Pick) => ({
  ...pick(
    [
      { type: 'page', name: 'page' },
      { name: 'buy', properties: { via: 'click', path: '/p/1' } },
      { name: 'form_submitted' },
      { name: 'form_abandoned' },
      { name: 'signed_in', country: pick(['DE', 'DE', 'FR', 'US'], n >> 3) },
      { name: 'login_failed' },
      { name: 'OAuth Failed' },
      { name: 'opened', properties: { utm_campaign: 'c3' } },
    ] as Record<string, unknown>[],
    n,
  ),
  user_id: n % 9 ? `u${n % 5}` : undefined,
  anonymous_id: `v${n % 4}`,
  ...(n % 8 === 0 ? { properties: { path: `/p/${n % 5}` } } : {}),
})
