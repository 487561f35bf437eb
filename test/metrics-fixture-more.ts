import type { Sql } from '../src/db/connect.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { NOW } from './metrics-fixture.ts'

/** What the product of metrics-fixture.ts is spared: money lost, errors of every kind, accounts that come and go. */
export async function fillMore(sql: Sql): Promise<void> {
  await plans(sql)
  await losses(sql)
  await errors(sql)
  await visitors(sql)
  await happenings(sql)
  await machines(sql)
}

/**
 * u5 and u6 pay since 2 October, u6 moves up on 4 November, u7 signs up on the 19th and pays. u4 begins a trial on
 * 1 November, which expires on the 18th. So seven users: u2 is in trial, u3 is free, u1, u5, u6 and u7 pay.
 */
async function plans(sql: Sql): Promise<void> {
  await sql`
    insert into signup_days values
      ('*', '2026-10-02', 'google', 'DE', 2), ('t1', '2026-10-02', 'google', 'DE', 1), ('t2', '2026-10-02', 'google', 'DE', 1),
      ('*', '2026-11-19', 'github', 'US', 1), ('t2', '2026-11-19', 'github', 'US', 1)`
  await sql`
    insert into plan_days
    select s, day::date, class, plan, sum(delta) from (values
      ('t1', '2026-10-02', 'paid', 'pro', 1), ('t2', '2026-10-02', 'paid', 'pro', 1),
      ('t2', '2026-11-04', 'paid', 'pro', -1), ('t2', '2026-11-04', 'paid', 'enterprise', 1),
      ('t2', '2026-11-19', 'paid', 'pro', 1),
      (null, '2026-11-01', 'free', 'free', -1), (null, '2026-11-01', 'trial', 'team', 1),
      (null, '2026-11-18', 'trial', 'team', -1), (null, '2026-11-18', 'trial_expired', 'team', 1)) v (t, day, class, plan, delta)
    cross join lateral (values ('*'), (t)) s (s) where s is not null
    group by 1, 2, 3, 4
    on conflict (scope, day, class, plan) do update set delta = plan_days.delta + excluded.delta`
}

/**
 * Three customers pay 200 USD since 1 October, one of them left with 40 on the 10th: two paid 160 thirty days before the
 * 20th. Then 49 come new, 30 are taken off, 10 come on top, one leaves with 50, another comes back with 25, and 2 come of
 * exchange rates. Of four who paid 400 twelve months before, 300 are left, 250 of what they paid then.
 */
async function losses(sql: Sql): Promise<void> {
  await sql`
    insert into mrr_days (scope, day, plan, kind, currency, n, amount_minor, customers_delta)
    select s, day::date, 'pro', kind, 'USD', 1, amount, customers from (values
      ('2026-10-01', 'new', 20000, 3), ('2026-10-10', 'churn', -4000, -1), ('2026-11-18', 'contraction', -3000, 0),
      ('2026-11-19', 'churn', -5000, -1), ('2026-11-20', 'reactivation', 2500, 1), ('2026-11-20', 'fx', 200, 0)
    ) v (day, kind, amount, customers) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into retention_days
    select s, '2026-11-15', 'year', 'USD', '', 4, 1, 40000, 30000, 25000 from (values ('*'), ('t2')) s (s)`
}

/**
 * Of the ten calls of m1 on the 19th six fail: one at the provider, two by timeouts, one each by a rate limit, the client
 * and the server; three of the ten costs are estimates. On the 20th one is refused by a safety filter. The web service
 * fails by a timeout, a rate limit and its server, at half past three at night. Five calls more, of four requests, came
 * in the last minute.
 */
async function errors(sql: Sql): Promise<void> {
  for (const table of ['api_call_days', 'api_call_hours', 'api_call_minutes']) {
    await sql`
      update ${sql(table)} set errors = 6, err_provider = 1, err_timeout = 2, err_rate_limit = 1, err_client = 1, err_server = 1,
        cost_estimated = 3
      where model = 'm1' and calls = 10`
    await sql`update ${sql(table)} set errors = 1, err_safety = 1, err_server = 0 where model = 'm1' and calls = 5`
    await sql`update ${sql(table)} set err_timeout = 1, err_rate_limit = 1, err_server = 1 where service = 'web'`
  }
  for (const table of ['api_call_hours', 'api_call_minutes'])
    await sql`update ${sql(table)} set at = '2026-11-20T03:30Z' where service = 'web'`
  await sql`
    insert into api_call_minutes
    select s, '2026-11-20T11:59Z', true, 'code', 'acme', 'm1', 5, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, hist_of(null, null)
    from (values ('*'), ('t1')) s (s)`
}

/**
 * Three were there on 12 November with four events: r4 in the week 4 of his sign-up, r12 in her week 12, and k1, who came
 * on two days in October. g1 uploads a file and u2 logs work in the first seven days.
 */
async function visitors(sql: Sql): Promise<void> {
  await sql`
    insert into users (user_id, tenant_id, created_at, created_known, updated_at)
    select id, t, at::timestamptz, true, at::timestamptz from (values
      ('r4', 't1', '2026-10-15T12:00Z'), ('r12', 't2', '2026-08-20T12:00Z'), ('k1', 't2', '2026-09-01T12:00Z')) v (id, t, at)`
  await sql`
    insert into user_days (user_id, scope, day, active, events)
    select u, s, day::date, true, 4 from (values ('r4', 't1', '2026-11-12'), ('r12', 't2', '2026-11-12'), ('k1', 't2', '2026-11-12'),
      ('k1', 't2', '2026-10-05'), ('k1', 't2', '2026-10-06')) v (u, t, day) cross join lateral (values ('*'), (t)) s (s)`
  await sql`
    insert into user_activity
    select user_id, scope, '2026-11-12', bit_or(bits_from(day_bit(0), day, '2026-11-12')) from user_days
    where user_id in ('r4', 'r12', 'k1') group by 1, 2`
  await sql`
    insert into user_firsts values ('g1', 'upload', '2026-11-12T10:00Z'), ('u2', 'worklog_created', '2026-11-14T09:00Z')`
}

/** Nine events on the 19th: two downloads, three automatic steps, three sign-ins that failed and one by OAuth. */
async function happenings(sql: Sql): Promise<void> {
  await sql`
    insert into event_days
    select s, '2026-11-19', name, n from (values
      ('cli_download', 2), ('auto_pause', 1), ('auto_replenished', 2), ('Login Failed', 3), ('oauth_error', 1)) v (name, n)
    cross join (values ('*'), ('t2')) s (s)`
}

/** u1 has a tablet and a phone beside the desktop. A second GPU worker idles, a third is gone. Three jobs more wait. */
async function machines(sql: Sql): Promise<void> {
  await sql`
    insert into events (ts, received_at, batch_id, user_id, tenant_id, type, name, source, device)
    select '2026-11-20T11:59:20Z', ${NOW}, 1, 'u1', 't1', 'track', 'click', 'test', device
    from (values ('tablet'), ('phone')) v (device)`
  await sql`
    insert into gauges (ts, received_at, batch_id, tenant_id, name, value, labels)
    select ts::timestamptz, ${NOW}, 1, '', 'worker.heartbeat', 1, labels::jsonb from (values
      ('2026-11-20T11:59:20Z', '{"worker": "g2", "kind": "gpu", "state": "idle"}'),
      ('2026-11-20T11:55:00Z', '{"worker": "g3", "kind": "gpu", "state": "active"}')) v (ts, labels)`
  await sql`
    insert into jobs (job_id, batch_id, ts, tenant_id, kind, status, enqueued_at, updated_at)
    select id, 1, ${NOW}, 't1', kind, 'queued', '2026-11-20T11:59:30Z', ${NOW}
    from (values ('w1', 'ai_image'), ('w2', 'preview'), ('w3', 'preview')) v (id, kind)`
  await sql`
    insert into gauge_hours (scope, hour, name, n, total, low, high, last, last_ts)
    select '*', '2026-11-20T08:00Z', name, 60, 0, 0, last, last, '2026-11-20T08:59Z' from (values
      ('nats.messages_in', 12.5), ('nats.messages_out', 37.5), ('nats.slow_consumers', 2), ('nats.round_trip', 1.5),
      ('source.connections', 8), ('source.slow_queries', 3)) v (name, last)`
}

const P2000 = 2 ** (87.5 / 8)
const MRR = 160 + 49 - 30 + 10 - 50 + 25 + 2
/** AI, fees and hosting of thirty days, as before: 2 + 3 + 2. */
const MARGIN = (MRR - 7) / MRR

/** What is another number with this than without it, over 18 to 20 November, by hand. */
export const MORE_EXPECTED: Partial<Record<MetricKey, number | null>> = {
  'users.total': 7,
  'users.new': 1,
  'product.projects_per_user': 3 / 7,
  // Six on the 13th, five on 21 October.
  'users.growth_wow': 100 / 6,
  'users.growth_mom': 40,
  'users.paid': 4,
  'users.free': 1,
  'users.trial': 1,
  'users.trial_expired': 1,
  'users.paid_ratio': 400 / 7,
  'users.mau': 6,
  // u1 came on three days, the five others on one each.
  'users.stickiness': (100 * 8) / 30 / 6,
  // u4, of u3, u4 and k1.
  'users.churn_rate': 100 / 3,
  'users.retention_w4': 50,
  'users.retention_w12': 50,
  'users.stage_growth': 3,
  'users.stage_at_risk': 1,
  'devices.online': 4,
  'devices.ipad': 1,
  'devices.phone': 1,
  'revenue.mrr': MRR,
  'revenue.arr': 12 * MRR,
  'revenue.paying_customers': 3,
  'revenue.arpu': MRR / 4,
  'revenue.arpa': MRR / 3,
  'revenue.arpa_all': MRR / 5,
  'revenue.mrr_contraction': -30,
  'revenue.mrr_churn': -50,
  'revenue.mrr_reactivation': 25,
  'revenue.mrr_fx': 2,
  'revenue.net_new_mrr': MRR - 160,
  'revenue.customers_churned': 1,
  'revenue.customers_reactivated': 1,
  'revenue.customer_churn_rate': 50,
  'revenue.revenue_churn_rate': (100 * (30 + 50)) / 160,
  'revenue.nrr_12m': 75,
  'revenue.grr_12m': 62.5,
  'revenue.pro_to_enterprise': 50,
  'revenue.mrr_to_ai_cost': MRR / 2,
  'revenue.gross_profit': MRR - 7,
  'revenue.margin_after_ai': MRR - 2,
  'revenue.gross_margin': 100 * MARGIN,
  'revenue.to_cost': MRR / 20,
  // A third of the customers leaves each month: three months.
  'revenue.ltv': (MRR / 3) * MARGIN * 3,
  'revenue.ltv_to_cac': ((MRR / 3) * MARGIN * 3) / 9,
  'revenue.payback': 9 / (49 * MARGIN),
  'ai.requests_per_minute': 4,
  'ai.requests_last_hour': 5 + 2 + 4,
  'ai.errors': 7,
  'ai.errors_timeout': 2,
  'ai.errors_safety': 1,
  'ai.errors_rate_limit': 1,
  'ai.errors_client': 1,
  'ai.errors_server': 1,
  'ai.error_rate': 700 / 17,
  'ai.success_rate': 1000 / 17,
  'ai.rate_limit_rate': 100 / 17,
  // One, two, one and one are the provider's.
  'ai.provider_reliability': 1200 / 17,
  'ai.estimated_share': 20,
  'ai.cost_per_success': 2 / 8,
  'ai.tokens_per_success': 1820 / 10,
  'api.errors': 10,
  'api.errors_client': 1,
  'api.errors_server': 2,
  'api.errors_timeout': 3,
  'api.rate_limit_hits': 2,
  'api.rate_limit_rate': 10,
  'api.error_rate': 50,
  'api.success_rate': 50,
  'api.calls_per_minute': 1,
  'api.calls_last_hour': 5 + 2 + 5,
  'api.error_rate_last_hour': 100 / 12,
  // Of the ten calls of 24 hours four failed.
  'system.health': 99 * 0.6 * (1000 / P2000),
  'jobs.queued': 5,
  'queue.ai': 1,
  'queue.preview': 2,
  'workers.gpu_idle': 1,
  'workers.gpu_offline': 1,
  'events.total': 15,
  'events.names': (6 + 2) / 2,
  'product.cli_downloads': 2,
  'automation.auto_pauses': 1,
  'automation.auto_replenishes': 2,
  'security.failed_logins': 3,
  'security.oauth_failures': 1,
  'security.off_hours': 15,
  'growth.upload_rate': 100 / 3,
  'growth.worklog_rate': 100 / 3,
  // Of six users × five features three times; a day more are three users more, with none.
  'adoption.rate': 10,
  'adoption.features_per_user': 6 / 15,
  // Each of the three: one of 20 days, four of 20 events a day.
  'adoption.engagement': (75 + 9 * (50 / 20 + (25 * 4) / 20)) / 15,
  'nats.messages_in': 12.5,
  'nats.messages_out': 37.5,
  'nats.slow_consumers': 2,
  'nats.round_trip': 1.5,
  'source.connections': 8,
  'source.slow_queries': 3,
}
