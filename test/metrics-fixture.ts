import type { Sql } from '../src/db/connect.ts'
import type { MetricKey } from '../src/metrics/catalogue.ts'
import { fillGrowth, GROWTH_EXPECTED } from './metrics-fixture-growth.ts'
import { fillQuality, QUALITY_EXPECTED } from './metrics-fixture-quality.ts'

/** A product small enough to be counted by hand, straight into the roll-ups; all days are UTC. */
export const NOW = new Date('2026-11-20T12:00:00Z')
export const RANGE = { scope: '*', from: '2026-11-18', to: '2026-11-20' }

export async function fillRollups(sql: Sql): Promise<void> {
  await users(sql)
  await money(sql)
  await ledger(sql)
  await subscriptions(sql)
  await bills(sql)
  await calls(sql)
  await work(sql)
  await liveRows(sql)
  await fillGrowth(sql)
  await fillQuality(sql)
  await ownJobs(sql)
}

/** Quarterdeck's own jobs: only the last run that has ended counts, and of these jobs that is one. */
async function ownJobs(sql: Sql): Promise<void> {
  await sql`
    insert into job_runs (job, scheduled_for, finished_at, outcome) values
      ('backfill', '2026-11-19T01:00Z', now(), 'ok'), ('backfill', '2026-11-20T01:00Z', now(), 'failed'),
      ('daily', '2026-11-19T01:00Z', now(), 'failed'), ('daily', '2026-11-20T01:00Z', now(), 'ok')`
}

/** u1 and u2 belong to t1, u3 to t2, u4 to nobody. u3 comes back after 50 days, u4 has lapsed. */
async function users(sql: Sql): Promise<void> {
  await sql`
    insert into user_days (user_id, scope, day, active, plan_class, events, ai_requests)
    select u, s, day::date, true, class, 3, ai from (values
      ('u1', 't1', '2026-11-18', 'free', 2), ('u1', 't1', '2026-11-19', 'paid', 2), ('u1', 't1', '2026-11-20', 'paid', 4),
      ('u2', 't1', '2026-11-19', 'trial', 1),
      ('u3', 't2', '2026-10-01', 'free', 0), ('u3', 't2', '2026-11-20', 'free', 0),
      ('u4', null, '2026-10-05', 'free', 0)) v (u, t, day, class, ai)
    cross join lateral (values ('*'), (t)) s (s) where s is not null`
  await sql`
    insert into user_days (user_id, scope, day, active) values ('u4', '*', '2026-11-20', false), ('', '*', '2026-11-20', true)`
  await sql`
    insert into user_activity
    select user_id, scope, last, bit_or(bits_from(day_bit(0), day, last)) from (
      select *, max(day) over (partition by user_id, scope) as last from user_days where active and user_id <> '') d
    group by 1, 2, 3`
  await sql`
    insert into signup_days values
      ('*', '2026-10-01', 'google', 'DE', 2), ('*', '2026-10-05', 'github', 'US', 1), ('*', '2026-11-13', 'google', 'IN', 1),
      ('t1', '2026-10-01', 'google', 'DE', 1), ('t1', '2026-11-13', 'google', 'IN', 1), ('t2', '2026-10-01', 'google', 'DE', 1)`
  await sql`
    insert into plan_days values
      ('*', '2026-10-01', 'free', 'free', 2), ('*', '2026-10-05', 'free', 'free', 1), ('*', '2026-11-13', 'trial', 'pro', 1),
      ('*', '2026-11-19', 'free', 'free', -1), ('*', '2026-11-19', 'paid', 'pro', 1),
      ('t1', '2026-10-01', 'free', 'free', 1), ('t1', '2026-11-13', 'trial', 'pro', 1),
      ('t1', '2026-11-19', 'free', 'free', -1), ('t1', '2026-11-19', 'paid', 'pro', 1), ('t2', '2026-10-01', 'free', 'free', 1)`
  await sql`
    insert into session_days
    select u, s, '2026-11-20', id, '2026-11-20T10:00Z', '2026-11-20T10:00Z'::timestamptz + seconds * interval '1 second', n
    from (values ('u1', 't1', 's1', 300, 5), ('u3', 't2', 's2', 60, 1)) v (u, t, id, seconds, n)
    cross join lateral (values ('*'), (t)) s (s)`
}

/** 49 USD new, 10 more, and a customer in EUR who is neither converted nor counted. */
async function money(sql: Sql): Promise<void> {
  await sql`
    insert into mrr_days (scope, day, plan, kind, currency, n, amount_minor, customers_delta)
    select s, day::date, 'pro', kind, currency, 1, amount, customers from (values
      ('t1', '2026-11-18', 'new', 'USD', 4900, 1), ('t1', '2026-11-19', 'expansion', 'USD', 1000, 0),
      ('t2', '2026-11-19', 'new', 'EUR', 700, 1)) v (t, day, kind, currency, amount, customers)
    cross join lateral (values ('*'), (t)) s (s)`
  await sql`
    insert into payment_days
    select s, '2026-11-19', 'stripe', status, currency, n, amount, fee, waived, refunded, subscribed, waivers from (values
      ('succeeded', 'USD', 2, 9800, 300, 50, 0, 4900, 1), ('failed', 'USD', 1, 4900, 0, 0, 0, 4900, 0),
      ('refunded', 'USD', 1, 4900, 0, 0, 4900, 4900, 0), ('succeeded', 'EUR', 1, 700, 20, 0, 0, 700, 1)
    ) v (status, currency, n, amount, fee, waived, refunded, subscribed, waivers) cross join (values ('*'), ('t1')) s (s)`
}

/** On 20 October three pay 100, 50 and 40. A month later they pay 120, nothing and 30. Another pays in euros. */
async function ledger(sql: Sql): Promise<void> {
  await sql`
    insert into retention_days
    select s, day::date, 'month', currency, '', customers, lost, before, after, kept from (values
      ('t1', '2026-11-01', 'USD', 2, 0, 15000, 15000, 15000), ('t1', '2026-11-05', 'USD', 0, 0, 0, 2000, 0),
      ('t1', '2026-11-10', 'USD', 0, 1, 0, -5000, -5000), ('t2', '2026-11-11', 'USD', 1, 0, 4000, 3000, 3000),
      ('t2', '2026-11-11', 'EUR', 1, 0, 9000, 9000, 9000)
    ) v (t, day, currency, customers, lost, before, after, kept) cross join lateral (values ('*'), (t)) s (s)`
}

/**
 * One subscription is active, one past due with 20 USD, one in trial, one paused, one cancelled and running, one
 * cancelled and ended, one expired. Two trials ended, one of them well. Six accounts, of whom one is left without.
 */
async function subscriptions(sql: Sql): Promise<void> {
  await sql`
    insert into subscription_days
    select s, day::date, plan, status, 'USD', reason, delta, amount, cancelled, ended, converted from (values
      ('t1', '2026-10-05', 'pro', 'trialing', '', 2, 0, 0, 0, 0), ('t1', '2026-11-19', 'pro', 'trialing', '', -2, 0, 0, 2, 1),
      ('t1', '2026-11-19', 'pro', 'active', '', 1, 4900, 0, 0, 0), ('t1', '2026-11-19', 'pro', 'expired', '', 1, 0, 0, 0, 0),
      ('t2', '2026-10-10', 'team', 'active', '', 3, 6000, 0, 0, 0), ('t2', '2026-11-12', 'team', 'active', '', -2, -4000, 0, 0, 0),
      ('t2', '2026-11-12', 'team', 'past_due', '', 1, 2000, 0, 0, 0), ('t2', '2026-11-12', 'team', 'paused', '', 1, 0, 0, 0, 0),
      ('t2', '2026-11-18', 'team', 'active', '', -1, -2000, 0, 0, 0), ('t2', '2026-11-18', 'team', 'cancelling', 'price', 1, 2000, 1, 0, 0),
      ('t1', '2026-11-20', 'pro', 'trialing', '', 1, 0, 0, 0, 0), ('t1', '2026-11-20', 'pro', 'cancelled', 'bugs', 1, 0, 1, 0, 0)
    ) v (t, day, plan, status, reason, delta, amount, cancelled, ended, converted)
    cross join lateral (values ('*'), (t)) s (s)`
  // Of four that were past due three pay again. Of those who pay, t1 pays a cent, and its AI costs more.
  await sql`
    update subscription_days set dunning_ended = 4, dunning_recovered = 3
    where day = '2026-11-20' and status = 'trialing'`
  await sql`
    insert into customer_mrr_days values
      ('*', 't1', 'USD', '', '2026-11-19', 1, 0), ('t1', 't1', 'USD', '', '2026-11-19', 1, 0),
      ('*', 'u3', 'USD', '', '2026-11-19', 900, 0)`
  await sql`
    insert into account_days values
      ('*', '2026-10-05', 6), ('t1', '2026-10-05', 3), ('t2', '2026-10-05', 3), ('*', '2026-11-20', -1), ('t1', '2026-11-20', -1)`
  // Of three free users on 20 October u1 pays since; the two on pro stay.
  await sql`
    insert into user_plans values
      ('u1', '2026-10-01', 't1', 'free', 'free'), ('u1', '2026-11-19', 't1', 'paid', 'pro'),
      ('u5', '2026-10-02', 't1', 'paid', 'pro'), ('u6', '2026-10-02', 't2', 'paid', 'pro'),
      ('u6', '2026-11-04', 't2', 'paid', 'enterprise'), ('u7', '2026-11-19', 't2', 'paid', 'pro')`
  await sql`
    insert into subscriptions (subscription_id, customer_id, tenant_id, plan, status, interval, interval_count, quantity, amount_minor,
      currency, mrr_minor, started_at, updated_at)
    select id, 't1', 't1', 'pro', status, 'month', 1, 1, 900, 'USD', 900, ${NOW}, ${NOW}
    from (values ('s1', 'past_due'), ('s2', 'past_due'), ('s3', 'active')) v (id, status)`
  await sql`
    insert into payments (payment_id, ts, subscription_id, provider, status, amount_minor, currency, updated_at)
    select id, ts::timestamptz, subscription, 'stripe', status, 900, 'USD', ts::timestamptz from (values
      ('p1', '2026-11-18', 's1', 'succeeded'), ('p2', '2026-11-19', 's1', 'failed'), ('p3', '2026-11-18', 's2', 'failed'),
      ('p4', '2026-11-19', 's2', 'succeeded'), ('p5', '2026-11-19', 's3', 'failed')) v (id, ts, subscription, status)`
}

/**
 * Ten invoices of October, two of them open since: 100 USD of which one is overdue and waits for verification. On the
 * 19th two of 30 USD and one of 5 EUR are issued, and one of 30 USD is paid. An acquisition campaign costs 8 USD; the
 * month has 3 USD of hosting, 6 of other costs and 1.50 of acquisition, of which two thirds are in the 30 days.
 */
async function bills(sql: Sql): Promise<void> {
  await sql`
    insert into invoice_days
    select s, day::date, 'stripe', currency, issued, issued_minor, paid, paid_minor, open, open_minor, late, late_minor, pending, 0
    from (values
      ('2026-10-15', 'USD', 10, 50000, 8, 40000, 2, 10000, 0, 0, 0), ('2026-11-15', 'USD', 0, 0, 0, 0, 0, 0, 1, 4000, 1),
      ('2026-11-19', 'USD', 2, 6000, 1, 3000, 1, 3000, 0, 0, 0), ('2026-11-19', 'EUR', 1, 500, 0, 0, 1, 500, 0, 0, 0)
    ) v (day, currency, issued, issued_minor, paid, paid_minor, open, open_minor, late, late_minor, pending)
    cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into spend_days
    select s, '2026-11-19', kind, 'ads', currency, amount from (values
      ('acquisition', 'USD', 800), ('content', 'USD', 500), ('acquisition', 'EUR', 300)) v (kind, currency, amount)
    cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into finance_inputs
    select month::date, item, amount, currency, null, ${NOW}, 'test' from (values
      ('2026-11-01', 'hosting', 300, 'USD'), ('2026-11-01', 'other_costs', 600, 'USD'), ('2026-11-01', 'acquisition', 150, 'USD'),
      ('2026-10-01', 'cash', 120000, 'USD'), ('2026-10-01', 'burn', 10000, 'USD'), ('2026-11-01', 'burn', 99, 'EUR')
    ) v (month, item, amount, currency)`
}

/** m1 has a price, m2 none; the three calls of the web service are no AI calls and fail. */
async function calls(sql: Sql): Promise<void> {
  for (const table of ['api_call_days', 'api_call_hours', 'api_call_minutes']) {
    const at = table === 'api_call_days' ? sql`v.day::date` : sql`(v.day || 'T11:30Z')::timestamptz`
    await sql`
      insert into ${sql(table)}
      select s, ${at}, ai, service, 'acme', model, calls, requests, errors, provider_errors, 0, 0, 0, 0, errors - provider_errors,
        retries, cached, tin, tout, cost, unknown, 0, timed, timed * ms,
        hist_of(array[hist_bucket(ms)], array[timed]::bigint[])
      from (values
        ('2026-11-19', true, 'code', 'm1', 10, 8, 1, 1, 2, 3, 1000, 200, 1.5, 0, 10, 1000.0),
        ('2026-11-20', true, 'code', 'm1', 5, 5, 0, 0, 0, 0, 500, 100, 0.5, 0, 5, 2000.0),
        ('2026-11-20', true, 'code', 'm2', 2, 2, 0, 0, 0, 0, 10, 10, 0, 2, 0, 1.0),
        ('2026-11-20', false, 'web', '', 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 3, 100.0)
      ) v (day, ai, service, model, calls, requests, errors, provider_errors, retries, cached, tin, tout, cost, unknown, timed, ms)
      cross join (values ('*'), ('t1')) s (s)`
  }
}

async function work(sql: Sql): Promise<void> {
  await sql`
    insert into job_hours
    select s, '2026-11-20T09:00Z', kind, queued, ok, failed, cancelled, ok + failed, (ok + failed) * 10000.0, queued, queued * 100.0,
      hist_of(array[hist_bucket(10000)], array[ok + failed]::bigint[])
    from (values ('build', 4, 3, 1, 0), ('preview', 3, 2, 0, 1), ('deploy', 1, 1, 0, 0)) v (kind, queued, ok, failed, cancelled)
    cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into event_days
    select s, day::date, name, n from (values ('2026-11-19', 'click', 3), ('2026-11-20', 'click', 2), ('2026-11-20', 'view', 1)) v (day, name, n)
    cross join (values ('*'), ('t2')) s (s)`
  await sql`
    insert into object_days
    select s, day::date, kind, created, closed, 0 from (values
      ('2026-10-01', 'project', 2, 0), ('2026-11-19', 'project', 1, 1), ('2026-11-19', 'invite', 1, 0)) v (day, kind, created, closed)
    cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into gauge_hours (scope, hour, name, n, total, low, high, last, last_ts)
    select '*', h, name, 60, 0, 0, high, last, h + interval '59 minutes' from (values
      ('2026-11-19T08:00Z'::timestamptz, 'queue.depth', 7, 2), ('2026-11-20T08:00Z', 'queue.depth', 3, 1),
      ('2026-11-19T08:00Z', 'nats.connections', 9, 9), ('2026-11-20T08:00Z', 'nats.connections', 12, 5),
      ('2026-11-20T08:00Z', 'source.size', 4096, 4096), ('2026-11-19T08:00Z', 'source.rows', 70, 70)) v (h, name, high, last)`
  await sql`insert into probe_hours values ('2026-11-20T09:00Z', 'https://acme.example/', 100, 99, 100, 20000)`
}

/** Raw facts, which only live readings look at. */
async function liveRows(sql: Sql): Promise<void> {
  await sql`select ensure_partition('events', ${NOW}), ensure_partition('api_calls', ${NOW}), ensure_partition('gauges', ${NOW})`
  await sql`
    insert into events (ts, received_at, batch_id, user_id, tenant_id, type, name, source, device)
    select ts::timestamptz, ${NOW}, 1, u, t, 'track', 'click', 'test', device from (values
      ('2026-11-20T11:59:00Z', 'u1', 't1', 'desktop'), ('2026-11-20T11:59:30Z', 'u1', 't1', null),
      ('2026-11-20T11:59:30Z', 'u3', 't2', null), ('2026-11-20T11:59:30Z', '', 't2', 'phone'),
      ('2026-11-20T11:50:00Z', 'u2', 't1', 'phone')) v (ts, u, t, device)`
  await sql`
    insert into gauges (ts, received_at, batch_id, tenant_id, name, value, labels)
    select ts::timestamptz, ${NOW}, 1, '', 'worker.heartbeat', 1, labels::jsonb from (values
      ('2026-11-20T11:59:30Z', '{"worker": "c1", "kind": "cpu"}'), ('2026-11-20T11:55:00Z', '{"worker": "c2", "kind": "cpu"}'),
      ('2026-11-20T11:59:10Z', '{"worker": "g1", "kind": "gpu", "state": "active"}'),
      ('2026-11-20T11:58:00Z', '{"worker": "g1", "kind": "gpu", "state": "idle"}')) v (ts, labels)`
  await sql`
    insert into jobs (job_id, batch_id, ts, tenant_id, kind, status, enqueued_at, updated_at)
    select id, 1, at::timestamptz, 't1', 'build', status, at::timestamptz, at::timestamptz from (values
      ('j1', '2026-11-20T11:58:00Z', 'queued'), ('j2', '2026-11-20T11:59:00Z', 'queued'), ('j3', '2026-11-20T11:59:00Z', 'running')
    ) v (id, at, status)`
  // Completed after 10, 30 and 80 s, within the last minute, quarter of an hour and hour.
  await sql`
    insert into jobs (job_id, batch_id, ts, tenant_id, kind, status, enqueued_at, finished_at, updated_at)
    select id, 1, at::timestamptz, 't1', 'build', status, at::timestamptz, done::timestamptz, done::timestamptz from (values
      ('j4', '2026-11-20T11:59:20Z', '2026-11-20T11:59:30Z', 'succeeded'),
      ('j5', '2026-11-20T11:49:30Z', '2026-11-20T11:50:00Z', 'failed'),
      ('j6', '2026-11-20T11:08:40Z', '2026-11-20T11:10:00Z', 'succeeded'),
      ('j7', '2026-11-20T11:00:00Z', '2026-11-20T11:59:50Z', 'cancelled')) v (id, at, done, status)`
}

const P1000 = 2 ** (79.5 / 8)
const P2000 = 2 ** (87.5 / 8)
const P10000 = 2 ** (106.5 / 8)

/** What every metric is over RANGE, by hand. A metric that is not here fails the contract. */
export const EXPECTED: Record<MetricKey, number | null> = {
  'users.total': 4,
  'users.new': 0,
  'users.dau': 3,
  'users.dau_mean': 5 / 3,
  'users.wau': 3,
  'users.mau': 3,
  'users.stickiness': (100 * 5) / 30 / 3,
  'users.lapsed': 1,
  'users.reactivated': 1,
  'users.churn_rate': 50,
  'users.growth_wow': 0,
  'users.growth_mom': 100 / 3,
  'users.sessions': 2,
  'users.session_duration': 180_000,
  'users.session_depth': 3,
  'users.paid': 1,
  'users.free': 2,
  'users.trial': 1,
  'users.trial_expired': 0,
  'users.paid_ratio': 25,
  'users.active_paid': 1,
  'users.active_free': 2,
  'users.active_trial': 1,
  'users.online': 2,
  'devices.desktop': 1,
  'devices.ipad': 0,
  'devices.phone': 0,
  'devices.unknown': 1,
  'revenue.mrr': 59,
  'revenue.arr': 708,
  'revenue.paying_customers': 1,
  'revenue.customers_new': 1,
  'revenue.arpu': 59,
  'revenue.arpa': 59,
  'revenue.mrr_new': 49,
  'revenue.mrr_expansion': 10,
  'revenue.mrr_contraction': 0,
  'revenue.mrr_churn': 0,
  'revenue.mrr_reactivation': 0,
  'revenue.net_new_mrr': 59,
  'revenue.customers_churned': 0,
  'revenue.customer_churn_rate': null,
  'revenue.mrr_to_ai_cost': 29.5,
  'revenue.payments_volume': 147,
  'revenue.transactions': 5,
  'revenue.payments_succeeded': 4,
  'revenue.payments_failed': 1,
  'revenue.payments_failed_in_row': 1,
  'revenue.payment_success_rate': 80,
  'revenue.average_payment': 49,
  'revenue.refunds': 49,
  'revenue.fees': 3,
  'revenue.fees_waived': 0.5,
  'revenue.net_receipts': 95,
  'revenue.mrr_fx': 0,
  'revenue.nrr': (100 * (120 + 0 + 30)) / (100 + 50 + 40),
  'revenue.grr': (100 * (100 + 0 + 30)) / (100 + 50 + 40),
  'revenue.nrr_12m': null,
  'revenue.grr_12m': null,
  'revenue.customer_churn_3m': 100 / 3,
  'revenue.revenue_churn_rate': null,
  'revenue.customers_reactivated': 0,
  'revenue.customers_total': 5,
  'revenue.arpa_all': 59 / 5,
  'revenue.subscriptions': 5,
  'revenue.subscriptions_active': 1,
  'revenue.subscriptions_past_due': 1,
  'revenue.subscriptions_trialing': 1,
  'revenue.subscriptions_paused': 1,
  'revenue.subscriptions_cancelling': 1,
  'revenue.subscriptions_cancelled': 1,
  'revenue.subscriptions_expired': 1,
  'revenue.mrr_past_due': 20,
  'revenue.payments_retrying': 1,
  'revenue.dunning_ended': 4,
  'revenue.dunning_recovered': 3,
  'revenue.recovery_rate': 75,
  'revenue.cancellations': 2,
  'revenue.trials_ended': 2,
  'revenue.trials_converted': 1,
  'revenue.trial_conversion': 50,
  'revenue.free_to_paid': 100 / 3,
  'revenue.pro_to_enterprise': null,
  'revenue.subscription_receipts': 98,
  'revenue.other_receipts': 49,
  'revenue.fee_rate': (100 * 3) / 147,
  'revenue.payments_waived': 2,
  'revenue.waived_share': (100 * 0.5) / 3.5,
  'revenue.invoices_issued': 3,
  'revenue.invoices_issued_value': 60,
  'revenue.invoices_paid': 1,
  'revenue.invoices_paid_value': 30,
  'revenue.average_invoice': 30,
  'revenue.invoices_open': 4,
  'revenue.invoices_outstanding': 130,
  'revenue.invoices_overdue': 1,
  'revenue.invoices_overdue_value': 40,
  'revenue.invoices_pending': 1,
  'revenue.costs_30d': 2 + 3 + 8 + 2 + 4 + 1,
  'revenue.cost_of_revenue_30d': 2 + 3 + 2,
  'revenue.gross_profit': 59 - 7,
  'revenue.margin_after_ai': 59 - 2,
  'revenue.negative_margin_customers': 1,
  'revenue.gross_margin': (100 * 52) / 59,
  'revenue.to_cost': 59 / 20,
  'revenue.campaign_spend': 8,
  'revenue.acquisition_spend_30d': 8 + 1,
  'revenue.customers_new_30d': 1,
  'revenue.arpa_new': 49,
  'revenue.cac': 9,
  'revenue.ltv': 52 * 3,
  'revenue.ltv_to_cac': 156 / 9,
  'revenue.payback': 9 / ((49 * 52) / 59),
  'finance.cash': 1200,
  'finance.burn': 100,
  'finance.runway': 12,
  'ai.requests': 15,
  'ai.calls': 17,
  'ai.tokens_in': 1510,
  'ai.tokens_out': 310,
  'ai.token_ratio': 1510 / 310,
  'ai.cost': 2,
  'ai.cost_30d': 2,
  'ai.cost_unknown_calls': 2,
  'ai.cost_per_request': 2 / 13,
  'ai.cost_per_success': 2 / 14,
  'ai.cost_per_active_user': 2 / 3,
  'ai.requests_last_hour': 7,
  'ai.requests_per_minute': 0,
  'ai.requests_per_user_p50': 2,
  'ai.requests_per_user_p90': 4,
  'ai.requests_per_user_max': 4,
  'ai.users': 2,
  'ai.errors': 1,
  'ai.errors_provider': 1,
  'ai.errors_timeout': 0,
  'ai.errors_safety': 0,
  'ai.errors_rate_limit': 0,
  'ai.error_rate': 100 / 17,
  'ai.rate_limit_rate': 0,
  'ai.retry_rate': 200 / 17,
  'ai.cache_hit_rate': 300 / 17,
  'ai.latency_avg': 20_000 / 15,
  'ai.latency_p50': P1000,
  'ai.latency_p95': P2000,
  'api.calls': 20,
  'api.errors': 4,
  'api.errors_client': 0,
  'api.errors_server': 3,
  'api.error_rate': 20,
  'api.success_rate': 80,
  'api.latency_avg': 20_300 / 18,
  'api.latency_p50': P1000,
  'api.latency_p90': P2000,
  'api.latency_p95': P2000,
  'api.latency_p99': P2000,
  'api.calls_per_minute': 0,
  'api.calls_last_hour': 5 + 2 + 3,
  'api.error_rate_last_hour': 30,
  'jobs.total': 8,
  'jobs.succeeded': 6,
  'jobs.failed': 1,
  'jobs.cancelled': 1,
  'jobs.success_rate': 600 / 7,
  'jobs.duration_avg': 10_000,
  'jobs.duration_p95': P10000,
  'jobs.wait_avg': 100,
  'jobs.builds': 4,
  'jobs.builds_succeeded': 3,
  'jobs.builds_failed': 1,
  'jobs.build_success_rate': 75,
  'jobs.build_duration_avg': 10_000,
  'jobs.previews': 3,
  'jobs.latency_1m': 10_000,
  'jobs.latency_15m': 20_000,
  'jobs.latency_1h': 40_000,
  'system.own_jobs_failing': 1,
  'jobs.queued': 2,
  'jobs.running': 1,
  'jobs.oldest_waiting': 120_000,
  'queue.depth_max': 7,
  'queue.ai': null,
  'queue.preview': null,
  'workers.cpu_healthy': 1,
  'workers.cpu_unhealthy': 1,
  'workers.gpu_active': 1,
  'workers.gpu_idle': 0,
  'workers.gpu_offline': 0,
  'product.projects_total': 3,
  'product.projects_open': 2,
  'product.projects_new': 1,
  'product.projects_per_user': 3 / 4,
  'product.projects_closed': 1,
  'product.objects_new': 2 + 26,
  'product.deploys': 1,
  'events.total': 6,
  'events.names': 1.5,
  'activity.events_per_user': 3,
  'system.uptime': 99,
  'system.response_time': 200,
  'system.probes': 100,
  'system.speed': (100 * 1000) / P2000,
  'system.health': 99 * 0.7 * Math.min(1, 1000 / P2000),
  'nats.connections': 5,
  'nats.messages_in': null,
  'nats.messages_out': null,
  'nats.slow_consumers': null,
  'nats.round_trip': null,
  'source.size': 4096,
  'source.rows': 70,
  'source.connections': null,
  'source.slow_queries': null,
  ...GROWTH_EXPECTED,
  ...QUALITY_EXPECTED,
}
