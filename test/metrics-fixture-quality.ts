import type { Sql } from '../src/db/connect.ts'

const NOW = new Date('2026-11-20T12:00:00Z')

/** What was made, how fast, for which campaign, and what went wrong; counted by hand below. */
export async function fillQuality(sql: Sql): Promise<void> {
  await ofUsers(sql)
  await calls(sql)
  await pages(sql)
  await support(sql)
  await library(sql)
  await campaigns(sql)
  await gauges(sql)
}

/** u1 costs 1.50, 0.50, 1 and then 6: six times what is normal. u1 signs in from France after Germany. */
async function ofUsers(sql: Sql): Promise<void> {
  await sql`
    update user_days d set api_calls = v.api, ai_calls = v.ai, cost = v.cost
    from (values ('u1', '2026-11-18', 4, 2, 0.5), ('u1', '2026-11-19', 6, 3, 1), ('u1', '2026-11-20', 20, 9, 6),
      ('u2', '2026-11-19', 2, 1, 0), ('u3', '2026-11-20', 8, 0, 0)) v (u, day, api, ai, cost)
    where d.user_id = v.u and d.day = v.day::date`
  await sql`
    insert into user_days (user_id, scope, day, active, cost)
    values ('u1', '*', '2026-11-10', false, 1.5), ('u1', 't1', '2026-11-10', false, 1.5)`
  await sql`
    insert into user_countries
    select u, s, country, day::date from (values ('u1', 't1', 'DE', '2026-10-01'), ('u1', 't1', 'FR', '2026-11-19'),
      ('u3', 't2', 'US', '2026-11-20')) v (u, t, country, day) cross join lateral (values ('*'), (t)) s (s)`
  await sql`
    insert into user_trouble_days
    select u, s, day::date, errors, refused from (values ('u1', 't1', '2026-11-19', 2, 0), ('u1', 't1', '2026-11-20', 1, 3),
      ('u3', 't2', '2026-11-20', 0, 1)) v (u, t, day, errors, refused) cross join lateral (values ('*'), (t)) s (s)`
}

/**
 * Ten calls for pages of m1, two failed, and four for pictures of m2, which has no price. The policy sends pages to m9:
 * 1,000 tokens in and 200 out would have cost 1 + 0.40 there instead of 1.50. Two GPU machines run an hour, one another.
 */
async function calls(sql: Sql): Promise<void> {
  const hist = sql`hist_of(array[hist_bucket(ms)], array[timed]::bigint[])`
  await sql`
    insert into call_facet_days
    select s, day::date, facet, value, ai, calls, errors, client, server, timed, timed * ms, ${hist}
    from (values
      ('2026-11-19', 'endpoint', '/a', false, 10, 2, 1, 1, 10, 1000.0), ('2026-11-20', 'endpoint', '/b', true, 4, 0, 0, 0, 4, 2000.0),
      ('2026-11-19', 'country', 'DE', false, 6, 3, 0, 3, 6, 1000.0), ('2026-11-20', 'country', 'FR', false, 2, 0, 0, 0, 2, 2000.0)
    ) v (day, facet, value, ai, calls, errors, client, server, timed, ms) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into content_days
    select s, day::date, type, task, 'acme', model, calls, requests, errors, retries, tin, tout, cost, unknown, 0, calls,
      calls * ms, hist_of(array[hist_bucket(ms)], array[calls]::bigint[])
    from (values
      ('2026-11-19', 'code', 'page', 'm1', 10, 8, 2, 2, 1000, 200, 1.5, 0, 1000.0),
      ('2026-11-20', 'image', 'pic', 'm2', 4, 4, 1, 0, 100, 50, 0, 4, 2000.0)
    ) v (day, type, task, model, calls, requests, errors, retries, tin, tout, cost, unknown, ms)
    cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into parameter_days
    select s, day::date, name, step, n, total from (values ('2026-11-19', 'temperature', 0.7, 3, 2.1),
      ('2026-11-20', 'temperature', 0.2, 1, 0.2), ('2026-11-20', 'top_p', 0.9, 2, 1.8), ('2026-11-20', 'max_tokens', 1024, 2, 1800)
    ) v (day, name, step, n, total) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into model_policies values ('page', '2026-11-01T00:00Z', 'acme', 'm9'), ('pic', '2026-11-01T00:00Z', 'acme', 'm2')`
  await sql`
    insert into model_prices (provider, model, since, input_per_mtok, output_per_mtok, per_hour) values
      ('acme', 'm9', '2026-01-01T00:00Z', 1000, 2000, null), ('aws', 'g6.xlarge', '2026-01-01T00:00Z', null, null, 0.5)`
  await sql`
    insert into gauge_hours (scope, hour, name, n, total, low, high, last, last_ts)
    select s, h, 'workers.gpu_running:g6.xlarge', n, total, 0, 2, 1, h + interval '59 minutes'
    from (values ('2026-11-19T08:00Z'::timestamptz, 60, 120), ('2026-11-20T08:00Z', 1, 1)) v (h, n, total)
    cross join (values ('*'), ('t1')) s (s)`
  await sql`
    update job_hours set wait_hist = hist_of(array[hist_bucket(100)], array[wait_n]) where hour = '2026-11-20T09:00Z'`
}

async function pages(sql: Sql): Promise<void> {
  await sql`
    insert into page_days
    select s, day::date, path, device, 10, clicks, seen, sent, left_, errors from (values
      ('2026-11-19', '/a', 'desktop', 3, 4, 1, 1, 0), ('2026-11-20', '/b', 'phone', 1, 2, 1, 2, 1)
    ) v (day, path, device, clicks, seen, sent, left_, errors) cross join (values ('*'), ('t2')) s (s)`
  await sql`
    insert into vital_days
    select s, day::date, name, '/a', 'phone', n, good, n - good, hist_of(array[hist_bucket(value)], array[n]::bigint[])
    from (values
      ('2026-11-19', 'LCP', 3, 3, 1000.0), ('2026-11-20', 'LCP', 1, 0, 10000.0), ('2026-11-20', 'INP', 2, 2, 100.0),
      ('2026-11-19', 'CLS', 1, 1, 0.0), ('2026-11-20', 'CLS', 1, 0, 200.0), ('2026-11-20', 'TTFB', 1, 1, 100.0),
      ('2026-11-20', 'FCP', 1, 1, 1000.0), ('2026-11-19', 'LOAD', 1, 1, 1000.0), ('2026-11-20', 'LOAD', 1, 1, 2000.0),
      ('2026-11-20', 'TTI', 1, 1, 2000.0)
    ) v (day, name, n, good, value) cross join (values ('*'), ('t2')) s (s)`
}

async function support(sql: Sql): Promise<void> {
  await sql`
    insert into error_days
    select s, day::date, source, kind, n from (values ('2026-11-19', 'client', 'TypeError', 2), ('2026-11-20', 'server', 'Timeout', 1)
    ) v (day, source, kind, n) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into ticket_days
    select s, day::date, priority, opened, closed, answered, answer_ms, closed, closed * 360000.0 from (values
      ('2026-10-15', 'high', 3, 1, 0, 0), ('2026-11-19', 'high', 2, 0, 1, 60000.0), ('2026-11-20', '', 1, 2, 1, 180000.0)
    ) v (day, priority, opened, closed, answered, answer_ms) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into message_days
    select s, day::date, channel, 'out', n, 8, 4, 2, 1, 1, 1 from (values ('2026-11-19', 'email', 10), ('2026-11-20', 'chat', 5)
    ) v (day, channel, n) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into delivery_days
    select s, '2026-11-19', 'hooks.example', 'paid', 4, 3, 1, 6, 4, 800 from (values ('*'), ('t1')) s (s)`
  await sql`
    insert into webhook_events (provider, event_id, type, created_at, received_at, outcome)
    select 'stripe', id, 'x', at::timestamptz, at::timestamptz, outcome from (values
      ('e1', '2026-11-19T10:00Z', 'applied'), ('e2', '2026-11-19T11:00Z', 'ignored'), ('e3', '2026-11-20T10:00Z', 'failed')
    ) v (id, at, outcome)`
  await sql`
    insert into intake_days values
      ('2026-11-19', 'typed', 'events', 90, 5, 5), ('2026-11-20', 'segment', 'users', 10, 0, 0)`
  await sql`insert into sign_in_failure_days values ('2026-11-19', 3)`
}

/** Of six prompts for food shops one used the library: a gap. */
async function library(sql: Sql): Promise<void> {
  await sql`
    insert into prompt_days
    select s, day::date, 'm1', site, industry, n, ok, n - ok, n, n * ms, n, used, hist_of(array[hist_bucket(ms)], array[n]::bigint[])
    from (values ('2026-11-19', 'shop', 'food', 6, 4, 1, 10000.0), ('2026-11-20', 'blog', 'tech', 2, 2, 2, 1000.0)
    ) v (day, site, industry, n, ok, used, ms) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into component_days
    select s, day::date, id, n, told, 1 from (values ('2026-11-19', 'c1', 3, 2), ('2026-11-20', 'c2', 1, 1)
    ) v (day, id, n, told) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into components (component_id, name, quality, created_at, updated_at) values
      ('c1', 'Hero', 80, ${NOW}, ${NOW}), ('c2', 'Price list', null, ${NOW}, ${NOW}), ('c3', 'Footer', 40, ${NOW}, ${NOW})`
  await sql`
    insert into exposure_days
    select s, day::date, 'e1', variant, n from (values ('2026-11-19', 'a', 3), ('2026-11-20', 'b', 1)) v (day, variant, n)
    cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into exposed_people
    select 'e1', variant, person, s, day::date from (values ('a', 'u1', '2026-11-19'), ('b', 'u3', '2026-11-20'), ('a', 'u4', '2026-10-05')
    ) v (variant, person, day) cross join (values ('*'), ('t1')) s (s)`
}

/** 10 USD spent and 30 USD paid by two who signed up; what is in euros is left out. */
async function campaigns(sql: Sql): Promise<void> {
  await sql`
    insert into campaigns (campaign_id, name, channel, kind, currency, updated_at) values ('c1', 'Spring', 'ads', 'acquisition', 'USD', ${NOW})`
  await sql`
    insert into campaign_days
    select s, day::date, 'c1', currency, spend, seen, clicks, conversions, signups, revenue from (values
      ('2026-11-19', 'USD', 1000, 100, 10, 2, 0, 0), ('2026-11-20', '', 0, 0, 0, 0, 2, 0),
      ('2026-11-20', 'USD', 0, 0, 0, 0, 0, 3000), ('2026-11-20', 'EUR', 500, 0, 0, 0, 0, 700)
    ) v (day, currency, spend, seen, clicks, conversions, signups, revenue) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into campaign_use_days
    select s, day::date, 'c1', calls, errors, cost, 0, events from (values ('2026-11-19', 4, 1, 2, 3), ('2026-11-20', 0, 0, 0, 5)
    ) v (day, calls, errors, cost, events) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into campaign_user_days
    select u, s, day::date, 'c1' from (values ('u1', '2026-11-19'), ('u1', '2026-11-20'), ('u3', '2026-11-20')) v (u, day)
    cross join (values ('*'), ('t1')) s (s)`
}

async function gauges(sql: Sql): Promise<void> {
  await sql`
    insert into gauge_hours (scope, hour, name, n, total, low, high, last, last_ts)
    select '*', '2026-11-20T08:00Z', name, 60, 0, low, high, last, '2026-11-20T08:59Z' from (values
      ('facts.backlog', 0, 9, 7), ('facts.batches', 0, 3, 2), ('facts.lag', 0, 9000, 1500), ('database.size', 0, 0, 1000000),
      ('database.rows', 0, 0, 500), ('process.rss_bytes', 0, 0, 2000000), ('process.lag_ms', 0, 0, 12),
      ('cache.hit_rate', 0, 1, 0.8), ('ws.connections', 0, 9, 4), ('ws.events', 0, 90, 30), ('ws.latency', 0, 90, 25),
      ('storage.used', 0, 70, 61), ('quota.left', 15, 90, 40), ('quota.used', 0, 40, 10)) v (name, low, high, last)`
}

/** The middle of the bucket that so many ms, or thousandths, fall into. */
const P100 = 2 ** (53.5 / 8)
const P200 = 2 ** (61.5 / 8)
const P1000 = 2 ** (79.5 / 8)
const P2000 = 2 ** (87.5 / 8)
const P10000 = 2 ** (106.5 / 8)

/** Over 18 to 20 November. */
export const QUALITY_EXPECTED = {
  'ai.success_rate': 1600 / 17,
  'ai.provider_reliability': 1600 / 17,
  'ai.errors_client': 0,
  'ai.errors_server': 0,
  'ai.latency_p90': P2000,
  'ai.latency_p99': P2000,
  'ai.tokens_per_success': 1820 / 16,
  'ai.estimated_share': 0,
  'ai.calls_per_user_p50': 2,
  'ai.calls_per_user_p90': 9,
  'ai.calls_per_user_max': 9,
  'ai.cost_per_user_p50': 1,
  'ai.cost_per_user_p90': 6,
  'ai.cost_per_user_max': 6,
  'api.calls_per_user_p50': 6,
  'api.calls_per_user_p90': 20,
  'api.calls_per_user_max': 20,
  'api.errors_timeout': 0,
  'api.rate_limit_hits': 0,
  'api.rate_limit_rate': 0,
  'performance.endpoint_calls': 14,
  'performance.endpoint_errors': 2,
  'performance.endpoint_error_rate': 200 / 14,
  'performance.endpoint_latency': 18_000 / 14,
  'performance.endpoint_p95': P2000,
  'performance.country_calls': 8,
  'performance.country_error_rate': 300 / 8,
  'performance.country_p95': P2000,
  'content.generations': 12,
  'content.succeeded': 11,
  'content.success_rate': 1100 / 14,
  'content.attempts': 14 / 12,
  'content.retry_rate': 200 / 14,
  'content.cost': 1.5,
  'content.cost_per_success': 1.5 / 8,
  'content.output_ratio': 250 / 1100,
  'content.tokens_per_success': 1350 / 11,
  'content.latency_p50': P1000,
  'content.latency_p95': P2000,
  'content.temperature': 2.3 / 4,
  'content.top_p': 0.9,
  'content.max_tokens': 900,
  'content.parameters': 8,
  'costs.gpu_hours': 3,
  'costs.gpu': 1.5,
  'costs.ai_month': 2 + 1.5,
  'costs.policy_calls': 14,
  'costs.off_policy_calls': 10,
  'costs.off_policy_share': 1000 / 14,
  'costs.policy_loss': 1.5 - 1.4,
  'pages.loads': 20,
  'pages.clicks': 4,
  'pages.click_rate': 20,
  'pages.forms_started': 5,
  'pages.forms_sent': 2,
  'pages.form_abandonment': 60,
  'pages.errors': 1,
  'pages.error_rate': 5,
  'vitals.lcp_p50': P1000,
  'vitals.lcp_p75': P1000,
  'vitals.lcp_p95': P10000,
  'vitals.inp_p50': P100,
  'vitals.inp_p75': P100,
  'vitals.inp_p95': P100,
  'vitals.cls_p50': 0,
  'vitals.cls_p75': P200 / 1000,
  'vitals.cls_p95': P200 / 1000,
  'vitals.ttfb_p75': P100,
  'vitals.fcp_p75': P1000,
  'vitals.load_p50': P1000,
  'vitals.load_p75': P2000,
  'vitals.load_p95': P2000,
  'vitals.tti_p75': P2000,
  'vitals.lcp_good': 75,
  'vitals.inp_good': 100,
  'vitals.cls_good': 50,
  'vitals.measured': 4,
  'support.errors': 3,
  'support.users_hit': 1,
  'support.tickets_opened': 3,
  'support.tickets_closed': 2,
  'support.tickets_open': 3,
  'support.first_response': 120_000,
  'support.resolution': 360_000,
  'support.feedback': 10,
  'support.rating': (100 * (2.9 + 1.4 + 2.4)) / 9,
  'security.failed_logins': 0,
  'security.oauth_failures': 0,
  'security.rate_limited': 4,
  'security.rate_limited_users': 2,
  'security.cost_spikes': 1,
  'security.new_countries': 1,
  'security.off_hours': 0,
  'security.admin_failures': 3,
  'webhooks.deliveries': 4,
  'webhooks.failed': 1,
  'webhooks.failure_rate': 25,
  'webhooks.attempts': 1.5,
  'webhooks.latency': 200,
  'webhooks.received': 3,
  'webhooks.received_failed': 1,
  'emails.sent': 10,
  'emails.delivery_rate': 80,
  'emails.open_rate': 50,
  'emails.click_rate': 25,
  'emails.bounce_rate': 10,
  'emails.unsubscribe_rate': 12.5,
  'prompts.total': 8,
  'prompts.success_rate': 75,
  'prompts.duration': 62_000 / 8,
  'prompts.duration_p95': P10000,
  'prompts.library_share': 300 / 8,
  'components.gaps': 1,
  'components.uses': 4,
  'components.success_rate': 200 / 3,
  'components.quality_used': 80,
  'components.total': 3,
  'components.quality': 60,
  'experiments.exposures': 4,
  'experiments.people': 2,
  'campaigns.spend': 10,
  'campaigns.impressions': 100,
  'campaigns.clicks': 10,
  'campaigns.click_rate': 10,
  'campaigns.conversions': 2,
  'campaigns.signups': 2,
  'campaigns.cost_per_signup': 5,
  'campaigns.revenue': 30,
  'campaigns.roi': 200,
  'campaigns.engagement': 8,
  'campaigns.users': 2,
  'campaigns.generations': 4,
  'campaigns.generation_success': 75,
  'campaigns.ai_cost': 2,
  'campaigns.engagement_per_call': 2,
  'facts.accepted': 100,
  'facts.duplicates': 5,
  'facts.rejected': 5,
  'facts.rejected_rate': 500 / 110,
  'facts.backlog': 7,
  'facts.batches': 2,
  'facts.lag': 1500,
  'database.size': 1_000_000,
  'database.rows': 500,
  'process.rss_bytes': 2_000_000,
  'process.lag_ms': 12,
  'jobs.wait_p95': P100,
  'cache.hit_rate': 80,
  'ws.connections': 4,
  'ws.events': 30,
  'ws.latency': 25,
  'storage.used': 61,
  'quota.used': 85,
  'quota.left': 15,
}

/** What belongs to no tenant counts in all of them together only. */
export const QUALITY_ALONE = {
  'security.admin_failures': 3,
  'webhooks.received': 3,
  'webhooks.received_failed': 1,
  'facts.accepted': 100,
  'facts.duplicates': 5,
  'facts.rejected': 5,
} as const
