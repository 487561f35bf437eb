import type { Day } from '../lib/time.ts'
import { rateOn } from '../rates/convert.ts'
import { leftOf } from '../rollups/customer-mrr.ts'
import type { Fragment, SqlContext } from './metric.ts'
import { isReported, reportedSum } from './reported.ts'
import { onDays, type Window } from './window.ts'

/** Roll-ups of money that are put together when they are read. */

const daysOf = ({ sql }: SqlContext, days: Day[]): Fragment => sql`unnest(${days}::text[]::date[])`

/** The month that ends on the day, the two before it, each of which ends where the next begins, and the twelve months. */
const periods = (q: SqlContext, days: Day[]): Fragment => q.sql`(
        select day, v.name, v.of, v.at, months_before(v.at, v.months) as start
        from (
          select day, months_before(day, 1) as m1, months_before(months_before(day, 1), 1) as m2 from ${daysOf(q, days)} day
        ) d
          cross join lateral (values ('month', 'month', day, 1), ('month-1', 'month', m1, 1), ('month-2', 'month', m2, 1),
            ('year', 'year', day, 12)) v (name, of, at, months)
      ) d`

/** How much one minor unit of a currency is worth in the reporting one; null without a rate. */
export const rateOf = (
  q: SqlContext,
  currency: Fragment,
  day: Fragment,
): Fragment => q.sql`case when ${currency} = ${q.currency} then 1
        else ${rateOn(q.sql, q.currency, currency, day)} end`

/**
 * Of the customers who paid at the start of a period, what they paid then and pay at its end, both at the rates of the
 * start. Most pay in one currency and are summed by it; the others are looked at one by one.
 */
export function retentionRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  const { currency, policy } = q
  return sql`select scope, day, period, sum(customers) as customers, sum(lost) as lost, sum(start_minor) as start_minor,
        sum(end_minor) as end_minor, sum(kept_minor) as kept_minor
      from (
        select c.scope, c.day, c.name as period, c.customers, c.lost, c.start_minor * x.rate as start_minor,
          c.end_minor * x.rate as end_minor, c.kept_minor * x.rate as kept_minor
        from (
          select r.scope, d.day, d.name, d.start, r.currency, sum(r.customers) as customers, sum(r.lost) as lost,
            sum(r.start_minor) as start_minor, sum(r.end_minor) as end_minor, sum(r.kept_minor) as kept_minor
          from ${periods(q, w.days)} join retention_days r on r.period = d.of and r.day <= d.at
          where r.scope = any(${w.scopes}::text[]) and r.policy in ('', ${policy}) and r.day <= ${w.to}::date
            and (r.currency = ${currency} or r.currency in (select x.currency from exchange_rates x where x.base = ${currency}))
          group by 1, 2, 3, 4, 5
        ) c cross join lateral (select ${rateOf(q, sql`c.currency`, sql`c.start`)} as rate) x
        where x.rate is not null
        union all
        select scope, day, period, 1, lost, start_minor, end_minor, kept_minor
        from (${retainedCustomers(q, w, sql`(scope, customer_id) in (select scope, customer_id from mixed_payers)`)}) m
      ) r
      group by 1, 2, 3
      having sum(customers) > 0`
}

/** The same, customer by customer, of those that a condition on their movements `m` names: the rows beneath the sums. */
export function retainedCustomers(q: SqlContext, w: Window, who: Fragment = q.sql`true`): Fragment {
  const { sql } = q
  const then = rateOf(q, sql`c.currency`, sql`c.start`)
  return sql`select scope, day, period, customer_id, 1 as customers, (now_minor <= 0)::int as lost, start_minor, end_minor,
        least(start_minor, end_minor) as kept_minor
      from (
        select c.scope, c.day, c.name as period, c.customer_id, sum(c.now_minor * x.now_rate) as now_minor,
          coalesce(sum(c.then_minor * x.then_rate), 0) as start_minor,
          coalesce(sum(${leftOf(q.sql, sql`c.now_minor`, sql`c.fx_minor`)} * x.now_rate), 0) as end_minor
        from (
          select m.scope, d.day, d.name, d.start, d.at, m.customer_id, m.currency, sum(m.amount_minor) as now_minor,
            coalesce(sum(m.amount_minor) filter (where m.day <= d.start), 0) as then_minor,
            coalesce(sum(m.fx_minor) filter (where m.day > d.start), 0) as fx_minor
          from ${periods(q, w.days)} join customer_mrr_days m on m.day <= d.at
          where m.scope = any(${w.scopes}::text[]) and m.policy in ('', ${q.policy}) and m.day <= ${w.to}::date and ${who}
          group by 1, 2, 3, 4, 5, 6, 7
        ) c cross join lateral (
          -- Of a currency that had no rate at the start, nothing was counted then: what is there since has that of the end.
          select ${then} as then_rate, coalesce(${then}, ${rateOf(q, sql`c.currency`, sql`c.at`)}) as now_rate
        ) x
        group by 1, 2, 3, 4
      ) r
      where start_minor > 0`
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
  const { sql, minor } = q
  const scopes = sql`scope = any(${w.scopes}::text[])`
  return sql`select scope, at as day, 'ai' as item, '' as channel, sum(cost)::float8 as amount,
        sum(calls - cost_unknown) as priced, sum(cost_unknown) as unpriced
      from api_call_days where ai and ${scopes} and ${onDays(q, sql`at`, w)}
      group by 1, 2
      union all
      select scope, day, 'fees', '', ${reportedSum(q, 'fee')}, 0, 0
      from payment_days r
      where status in ('succeeded', 'refunded') and ${scopes} and ${onDays(q, sql`day`, w)}
      group by 1, 2
      union all
      select scope, day, 'campaigns', channel, ${reportedSum(q, 'amount')}, 0, 0
      from spend_days r where kind = 'acquisition' and ${isReported(q, 'amount')} and ${scopes} and ${onDays(q, sql`day`, w)}
      group by 1, 2, 4
      union all
      select '*', e.day, e.item, '', e.amount_minor * x.rate / ${minor}::float8 / e.days, 0, 0
      from (
        select item, currency, amount_minor, (month + n)::date as day,
          (month + interval '1 month')::date - month as days
        from finance_inputs cross join generate_series(0, 30) n
        where item in ('hosting', 'other_costs', 'acquisition') and month + n < month + interval '1 month'
      ) e cross join lateral (select ${rateOf(q, sql`e.currency`, sql`e.day`)} as rate) x
      where x.rate is not null and '*' = any(${w.scopes}::text[]) and ${onDays(q, sql`e.day`, w)}`
}

/**
 * The customers who pay at the end of a day, what they pay a month and what their AI calls of 30 days cost, in major units.
 * A customer is a tenant, whose calls name it, or a user.
 */
export function marginRows(q: SqlContext, w: Window): Fragment {
  const { sql, minor } = q
  return sql`select m.scope, m.day, m.customer_id, m.mrr, coalesce(t.cost, u.cost, 0)::float8 as cost
      from (
        select p.scope, p.day, p.customer_id, sum(p.amount_minor * x.rate) / ${minor}::float8 as mrr
        from (
          select c.scope, d.day, c.customer_id, c.currency, sum(c.amount_minor) as amount_minor
          from ${daysOf(q, w.days)} d (day) join customer_mrr_days c on c.day <= d.day
          where c.scope = any(${w.scopes}::text[]) and c.policy in ('', ${q.policy})
          group by 1, 2, 3, 4
        ) p cross join lateral (select ${rateOf(q, sql`p.currency`, sql`p.day`)} as rate) x
        group by 1, 2, 3 having sum(p.amount_minor * x.rate) > 0
      ) m
        left join lateral (
          select sum(cost) as cost from api_call_days a
          where a.scope = m.customer_id and a.scope <> '*' and a.ai and a.at > m.day - 30 and a.at <= m.day
        ) t on true
        left join lateral (
          select sum(cost) as cost from user_days a
          where a.user_id = m.customer_id and a.scope = '*' and a.day > m.day - 30 and a.day <= m.day
        ) u on true`
}

/** The newest balance that was entered for the month of a day or the two before it. */
export function balanceRows(q: SqlContext, w: Window): Fragment {
  const { sql } = q
  return sql`select '*' as scope, d.day, f.item, f.amount_minor
      from ${daysOf(q, w.days)} d (day) cross join lateral (
        select distinct on (item) item, amount_minor * x.rate as amount_minor
        from finance_inputs i cross join lateral (select ${rateOf(q, sql`i.currency`, sql`d.day`)} as rate) x
        where item in ('cash', 'burn') and x.rate is not null and month <= d.day
          and month > date_trunc('month', d.day::timestamp) - interval '3 months'
        order by item, month desc
      ) f
      where '*' = any(${w.scopes}::text[])`
}
