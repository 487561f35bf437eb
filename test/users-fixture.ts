import type { Sql } from '../src/db/connect.ts'
import { fillPeople, fillTotals } from './segments-fixture.ts'

/**
 * The five people of the segments, and what a list needs beside: eve pays $49 a month herself and costs more than that,
 * bob is suspended, ann's tenant pays for her, and of two the health is known.
 */
export async function fillUsers(sql: Sql): Promise<void> {
  await fillPeople(sql)
  await fillTotals(sql)
  await sql`update users set traits = '{"name": "Ann Archer"}' where user_id = 'ann'`
  await sql`update users set status = 'suspended' where user_id = 'bob'`
  await sql`update tenants set name = 'Acme Ltd' where tenant_id = 'acme'`
  await sql`
    insert into plans (plan_id, name, class, limits, updated_at)
    values ('pro', 'Pro', 'paid', '{"ai_calls": 8, "builds": 40, "seats": 3}', '2026-01-01')`
  await sql`update user_plans set class = 'paid', plan = 'pro' where user_id = 'eve'`
  await sql`
    insert into customer_mrr_days (scope, customer_id, currency, policy, day, amount_minor, fx_minor)
    values ('*', 'eve', 'USD', '', '2026-11-20', 4900, 0)`
  await sql`
    insert into user_days (user_id, scope, day, active, plan_class, api_calls, ai_calls, cost, last_active_at)
    values ('eve', '*', '2026-11-20', true, 'paid', 3, 3, 60.5, '2026-11-20T11:30Z')`
  await sql`insert into user_activity values ('eve', '*', '2026-11-20', day_bit(0))`
  // Thirty days ago is the first day outside of the window.
  await sql`
    insert into user_days (user_id, scope, day, active, plan_class, api_calls)
    values ('ann', '*', '2026-10-21', true, 'free', 1000), ('ann', '*', '2026-10-22', true, 'free', 20)`
  await sql`
    insert into user_health (user_id, tenant_id, day, plan, class, stage, score, band, jobs, jobs_ok, active_days, active_before,
      weeks, weeks_of, features, features_of, ratings, computed_at)
    select id, '', '2026-11-19', 'free', 'free', 'mature', score, band, 0, 0, 1, 1, 1, 4, 0, 0, 0, '2026-11-20T01:00Z'
    from (values ('ann', 80.26, 'healthy'), ('cem', 31.5, 'churning'), ('dia', null, 'unknown')) h (id, score, band)`
  await sql`insert into dirty_user_stats select user_id from users`
}
