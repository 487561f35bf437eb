import type { Day } from '../lib/time.ts'
import type { Fragment, SqlContext } from './define.ts'
import { onDays, type Window } from './window.ts'

/** Roll-ups of money that are put together when they are read. */

const daysOf = ({ sql }: SqlContext, days: Day[]): Fragment => sql`unnest(${days}::text[]::date[])`

/**
 * Of the customers who paid at the start of a period, what they paid then and pay at its end. The periods are the month
 * that ends on the day, the two before it, each of which ends where the next begins, and the twelve months.
 */
export function retentionRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select r.scope, d.day, v.name as period, sum(r.customers) as customers, sum(r.lost) as lost,
        sum(r.start_minor) as start_minor, sum(r.end_minor) as end_minor, sum(r.kept_minor) as kept_minor
      from (
        select day, months_before(day, 1) as m1, months_before(months_before(day, 1), 1) as m2 from ${daysOf(q, w.days)} day
      ) d
        cross join lateral (values ('month', 'month', d.day), ('month-1', 'month', m1), ('month-2', 'month', m2), ('year', 'year', d.day))
          v (name, period, at)
        join retention_days r on r.period = v.period and r.day <= v.at
      where r.scope = any(${w.scopes}::text[]) and r.currency = ${q.currency} and r.policy in ('', ${q.policy})
        and r.day <= ${w.to}::date
      group by 1, 2, 3
      having sum(r.customers) > 0`
}

/** The same, customer by customer: the rows beneath the sums, for some days. */
export function retainedCustomers(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select c.scope, d.day, p.period, c.customer_id, 1 as customers, (p.now_minor <= 0)::int as lost,
        p.start_minor, e.end_minor, least(p.start_minor, e.end_minor) as kept_minor
      from (
        select day, m1, m2, months_before(m2, 1) as m3, months_before(day, 12) as m12
        from ${daysOf(q, w.days)} day
          cross join lateral (select months_before(day, 1) as m1, months_before(months_before(day, 1), 1) as m2) m
      ) d cross join lateral (
        select scope, customer_id, sum(amount_minor) as now,
          sum(amount_minor) filter (where day <= d.m1) as at1, sum(amount_minor) filter (where day <= d.m2) as at2,
          sum(amount_minor) filter (where day <= d.m3) as at3, sum(amount_minor) filter (where day <= d.m12) as at12,
          sum(fx_minor) filter (where day > d.m1) as fx1, sum(fx_minor) filter (where day > d.m2 and day <= d.m1) as fx2,
          sum(fx_minor) filter (where day > d.m3 and day <= d.m2) as fx3, sum(fx_minor) filter (where day > d.m12) as fx12
        from customer_mrr_days
        where scope = any(${w.scopes}::text[]) and currency = ${q.currency} and policy in ('', ${q.policy}) and day <= d.day
        group by scope, customer_id
      ) c cross join lateral (values ('month', at1, now, fx1), ('month-1', at2, at1, fx2), ('month-2', at3, at2, fx3),
          ('year', at12, now, fx12)) p (period, start_minor, now_minor, fx)
        cross join lateral (
          select case when now_minor > 0 then greatest(now_minor - coalesce(fx, 0), 0) else 0 end as end_minor
        ) e
      where p.start_minor > 0`
}

/**
 * Users who, of those on a lower plan at the start of the month that ends on the day, are on a higher one at its end:
 * only they are looked up one by one, all others are counted by the plans' own roll-up.
 */
export function upgradeRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  const free = sql`in ('free', 'trial_expired')`
  const pro = sql`any(${q.proPlans}::text[])`
  const endOf = (day: Fragment) => sql`(${day} + 1)::timestamp at time zone ${q.zone}`
  const planAt = (at: Fragment) => sql`lateral (
        select tenant_id, class, plan from user_plans p where p.user_id = c.user_id and p.since < ${endOf(at)}
        order by p.since desc limit 1
      )`
  return sql`select scope, day, sum(from_free) as from_free, sum(free) as free, sum(from_pro) as from_pro, sum(pro) as pro
      from (
        select s.scope, c.day, count(*) filter (where b.class ${free}) as from_free, 0 as free,
          count(*) filter (where b.class = 'paid' and b.plan = ${pro} and n.plan = any(${q.enterprisePlans}::text[])) as from_pro,
          0 as pro
        from (
          select distinct d.day, months_before(d.day, 1) as start, p.user_id
          from ${daysOf(q, w.days)} d (day) join user_plans p on p.class = 'paid'
            and p.since >= ${endOf(sql`months_before(d.day, 1)`)} and p.since < ${endOf(sql`d.day`)}
        ) c join ${planAt(sql`c.start`)} b on true join ${planAt(sql`c.day`)} n on n.class = 'paid'
          cross join lateral (values ('*'), (nullif(n.tenant_id, ''))) s (scope)
        where s.scope = any(${w.scopes}::text[])
        group by 1, 2
        union all
        select p.scope, d.day, 0, sum(p.delta) filter (where p.class ${free}), 0,
          coalesce(sum(p.delta) filter (where p.class = 'paid' and p.plan = ${pro}), 0)
        from ${daysOf(q, w.days)} d (day) join plan_days p on p.day <= months_before(d.day, 1)
        where p.scope = any(${w.scopes}::text[])
        group by 1, 2
      ) u
      group by 1, 2`
}

/**
 * All that is spent, by day, in major units: what AI calls with a known price cost, what payment providers kept, what
 * acquisition campaigns cost, and what was entered for the month, an equal part for each of its days. The last is of the
 * whole product: no tenant has a share of it.
 */
export function costRows(q: SqlContext, w: Window): Fragment {
  const { sql, minor, currency } = q
  const scopes = sql`scope = any(${w.scopes}::text[])`
  return sql`select scope, at as day, 'ai' as item, '' as channel, sum(cost)::float8 as amount,
        sum(calls - cost_unknown) as priced, sum(cost_unknown) as unpriced
      from api_call_days where ai and ${scopes} and ${onDays(q, sql`at`, w)}
      group by 1, 2
      union all
      select scope, day, 'fees', '', sum(fee_minor) / ${minor}::float8, 0, 0
      from payment_days
      where status in ('succeeded', 'refunded') and currency = ${currency} and ${scopes} and ${onDays(q, sql`day`, w)}
      group by 1, 2
      union all
      select scope, day, 'campaigns', channel, sum(amount_minor) / ${minor}::float8, 0, 0
      from spend_days where kind = 'acquisition' and currency = ${currency} and ${scopes} and ${onDays(q, sql`day`, w)}
      group by 1, 2, 4
      union all
      select '*', e.day, e.item, '', e.amount_minor / ${minor}::float8 / e.days, 0, 0
      from (
        select item, currency, amount_minor, (month + n)::date as day,
          (month + interval '1 month')::date - month as days
        from finance_inputs cross join generate_series(0, 30) n
        where item in ('hosting', 'other_costs', 'acquisition') and month + n < month + interval '1 month'
      ) e
      where e.currency = ${currency} and '*' = any(${w.scopes}::text[]) and ${onDays(q, sql`e.day`, w)}`
}

/** The newest balance that was entered for the month of a day or the two before it. */
export function balanceRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select '*' as scope, d.day, f.item, f.amount_minor
      from ${daysOf(q, w.days)} d (day) cross join lateral (
        select distinct on (item) item, amount_minor from finance_inputs
        where item in ('cash', 'burn') and currency = ${q.currency} and month <= d.day
          and month > date_trunc('month', d.day::timestamp) - interval '3 months'
        order by item, month desc
      ) f
      where '*' = any(${w.scopes}::text[])`
}
