import type { Sql } from '../src/db/connect.ts'
import type { Condition } from '../src/segments/conditions.ts'
import type { Group, Rule } from '../src/segments/rule.ts'

/** Five people, few enough to be counted by hand; all days are UTC, and today is 20 November 2026. */
export const NOW = new Date('2026-11-20T12:00:00Z')

export async function fillPeople(sql: Sql): Promise<void> {
  await accounts(sql)
  await days(sql)
  await work(sql)
}

/** ann and bob belong to acme, cem and dia to bolt, eve to nobody. ann pays, bob is in trial, dia's trial ended. */
async function accounts(sql: Sql): Promise<void> {
  await sql`insert into tenants (tenant_id, created_at, updated_at) values ('acme', ${NOW}, ${NOW}), ('bolt', ${NOW}, ${NOW})`
  await sql`
    insert into users (user_id, tenant_id, email, country, provider, referrer, created_at, created_known, updated_at, traits)
    select id, tenant, id || '@x.example', country, provider, referrer, at::timestamptz, true, ${NOW}, traits::jsonb from (values
      ('ann', 'acme', 'DE', 'google', 'https://www.news.example/a', '2026-05-04T10:00Z', '{"role": "cto", "seats": 5}'),
      ('bob', 'acme', 'DE', 'github', null, '2026-11-10T10:00Z', '{"role": "dev"}'),
      ('cem', 'bolt', 'TR', 'google', 'partner', '2026-05-31T23:30Z', null),
      ('dia', 'bolt', null, null, null, '2026-10-01T10:00Z', '{}'),
      ('eve', '', 'US', 'email', null, '2026-11-20T08:00Z', null)
    ) v (id, tenant, country, provider, referrer, at, traits)`
  await sql`
    insert into user_plans (user_id, since, tenant_id, class, plan)
    select id, since::timestamptz, tenant, class, plan from (values
      ('ann', '2026-05-04T10:00Z', 'acme', 'free', 'free'), ('ann', '2026-11-18T15:00Z', 'acme', 'paid', 'pro'),
      ('bob', '2026-11-10T10:00Z', 'acme', 'trial', 'pro'),
      ('cem', '2026-05-31T23:30Z', 'bolt', 'free', 'free'),
      ('dia', '2026-10-01T10:00Z', 'bolt', 'trial', 'team'), ('dia', '2026-10-15T10:00Z', 'bolt', 'trial_expired', 'team'),
      ('eve', '2026-11-20T08:00Z', '', 'free', 'free')
    ) v (id, since, tenant, class, plan)`
  await sql`
    insert into customer_mrr_days (scope, customer_id, currency, policy, day, amount_minor, fx_minor)
    select s, customer, currency, '', day::date, amount, 0 from (values
      ('acme', 'acme', 'USD', '2026-11-18', 9900), ('acme', 'acme', 'USD', '2026-11-19', -4900),
      ('bolt', 'cem', 'USD', '2026-06-01', 2000), ('bolt', 'cem', 'USD', '2026-07-01', -2000),
      ('bolt', 'dia', 'EUR', '2026-07-01', 70000)
    ) v (t, customer, currency, day, amount) cross join lateral (values ('*'), (t)) s (s)`
}

/** ann is there on three days, bob on one, dia long ago; on the 20th cem only passes by, and a fact is nobody's. */
async function days(sql: Sql): Promise<void> {
  await sql`
    insert into user_days (user_id, scope, day, active, plan_class, events, api_calls, ai_calls, ai_requests, errors, jobs, tokens, cost)
    select u, s, day::date, active, class, e, c, ac, ar, x, j, tok, cost from (values
      ('ann', 'acme', '2026-11-17', true, 'free', 3, 4, 2, 1, 1, 1, 100, 0.5),
      ('ann', 'acme', '2026-11-18', true, 'paid', 1, 0, 0, 0, 0, 0, 0, 0),
      ('ann', 'acme', '2026-11-20', true, 'paid', 2, 6, 5, 4, 0, 2, 400, 1.25),
      ('bob', 'acme', '2026-11-20', true, 'trial', 5, 1, 1, 1, 1, 0, 10, 0),
      ('cem', 'bolt', '2026-11-20', false, 'free', 1, 0, 0, 0, 0, 0, 0, 0),
      ('dia', 'bolt', '2026-10-02', true, 'trial', 9, 0, 0, 0, 0, 1, 0, 0),
      ('', 'acme', '2026-11-20', true, 'free', 7, 7, 7, 7, 7, 7, 7, 7)
    ) v (u, t, day, active, class, e, c, ac, ar, x, j, tok, cost) cross join lateral (values ('*'), (t)) s (s)`
  await sql`insert into event_names values (0, 'event', 'Login', set_bit(0::bit(512), 0, 1)), (3, 'event', 'Export', set_bit(0::bit(512), 3, 1))`
  await sql`
    update user_days set names = set_bit(set_bit(0::bit(512), 0, 1), 3, case when user_id = 'ann' and day >= '2026-11-18' then 1 else 0 end)
    where events > 0`
  await sql`
    insert into user_activity
    select user_id, scope, last, bit_or(bits_from(day_bit(0), day, last)) from (
      select *, max(day) over (partition by user_id, scope) as last from user_days where active and user_id <> '') d
    group by 1, 2, 3`
}

/** ann built three times this week, once in vain, and once in September; an old id of hers built once more. */
async function work(sql: Sql): Promise<void> {
  await sql`insert into merged_ids (id, user_id, since) values ('ann-old', 'ann', '2026-11-01')`
  await sql`
    insert into jobs (job_id, batch_id, ts, user_id, tenant_id, kind, status, enqueued_at, updated_at)
    select id, 1, at::timestamptz, u, t, kind, status, at::timestamptz, at::timestamptz from (values
      ('j1', '2026-11-17T10:00Z', 'ann', 'acme', 'build', 'succeeded'), ('j2', '2026-11-20T09:00Z', 'ann', 'acme', 'build', 'succeeded'),
      ('j3', '2026-11-20T10:00Z', 'ann', 'acme', 'build', 'failed'), ('j4', '2026-11-01T10:00Z', 'ann-old', 'acme', 'build', 'succeeded'),
      ('j5', '2026-09-01T10:00Z', 'ann', 'acme', 'build', 'succeeded'), ('j6', '2026-11-19T10:00Z', 'bob', 'acme', 'preview', 'succeeded'),
      ('j7', '2026-10-02T10:00Z', 'dia', 'bolt', 'build', 'succeeded')
    ) v (id, at, u, t, kind, status)`
}

export const all = (...conditions: (Condition | Group)[]): Rule => ({ match: 'all', conditions })
export const any = (...conditions: (Condition | Group)[]): Rule => ({ match: 'any', conditions })

/** What the folds would have made of the same, where nobody is asked for one by one. */
export async function fillTotals(sql: Sql): Promise<void> {
  await sql`
    insert into signup_days (scope, day, provider, country, n)
    select s, day::date, provider, country, 1 from (values
      ('acme', '2026-05-04', 'google', 'DE'), ('acme', '2026-11-10', 'github', 'DE'), ('bolt', '2026-05-31', 'google', 'TR'),
      ('bolt', '2026-10-01', '', ''), (null, '2026-11-20', 'email', 'US')
    ) v (t, day, provider, country) cross join lateral (values ('*'), (t)) s (s) where s is not null`
  await sql`
    insert into plan_days
    select s, day::date, class, plan, sum(delta) from (values
      ('acme', '2026-05-04', 'free', 'free', 1), ('acme', '2026-11-18', 'free', 'free', -1), ('acme', '2026-11-18', 'paid', 'pro', 1),
      ('acme', '2026-11-10', 'trial', 'pro', 1), ('bolt', '2026-05-31', 'free', 'free', 1), ('bolt', '2026-10-01', 'trial', 'team', 1),
      ('bolt', '2026-10-15', 'trial', 'team', -1), ('bolt', '2026-10-15', 'trial_expired', 'team', 1), (null, '2026-11-20', 'free', 'free', 1)
    ) v (t, day, class, plan, delta) cross join lateral (values ('*'), (t)) s (s) where s is not null
    group by 1, 2, 3, 4`
  await sql`
    insert into session_days
    select u, s, day::date, id, (day || 'T10:00Z')::timestamptz, (day || 'T10:10Z')::timestamptz, n from (values
      ('ann', 'acme', '2026-11-17', 's1', 3), ('ann', 'acme', '2026-11-20', 's2', 2), ('bob', 'acme', '2026-11-20', 's3', 5)
    ) v (u, t, day, id, n) cross join lateral (values ('*'), (t)) s (s)`
  await sql`
    insert into mrr_days (scope, day, plan, kind, currency, n, amount_minor, customers_delta)
    select s, day::date, plan, 'new', 'USD', 1, amount, 1 from (values
      ('acme', '2026-11-18', 'pro', 5000), ('bolt', '2026-11-19', 'team', 2000)
    ) v (t, day, plan, amount) cross join lateral (values ('*'), (t)) s (s)`
  // Of everybody, calls and events of nobody known among them.
  await sql`
    insert into api_call_days
    select s, day::date, true, 'chat', 'acme', 'm1', calls, requests, errors, 0, 0, 0, 0, 0, errors, 0, 0, 10, 10, cost, 0, 0, 0, 0,
      hist_of(array[]::int[], array[]::bigint[])
    from (values ('2026-11-17', 4, 2, 1, 0.5), ('2026-11-20', 14, 12, 8, 8.25)) v (day, calls, requests, errors, cost)
      cross join (values ('*'), ('acme')) s (s)`
  await sql`
    insert into event_days (scope, day, name, n)
    values ('*', '2026-11-17', 'Login', 3), ('*', '2026-11-18', 'Login', 1), ('*', '2026-11-20', 'Login', 15), ('acme', '2026-11-20', 'Login', 14)`
  await sql`
    insert into job_hours (scope, hour, kind, enqueued, succeeded, failed, cancelled, run_n, run_ms, wait_n, wait_ms, run_hist)
    select '*', hour::timestamptz, 'build', n, 0, 0, 0, 0, 0, 0, 0, hist_of(array[]::int[], array[]::bigint[])
    from (values ('2026-10-02T10:00Z', 1), ('2026-11-17T10:00Z', 1), ('2026-11-20T10:00Z', 9)) v (hour, n)`
}
