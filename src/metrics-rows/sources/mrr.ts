import type { Fragment, SqlContext } from '../../metrics/metric.ts'
import { rateOn } from '../../rates/convert.ts'
import {
  boundsOf,
  dayAt,
  during,
  isFolded,
  latest,
  money,
  number,
  ofScope,
  type RowSource,
  type Span,
  text,
  time,
} from '../source.ts'

/** The ledger, of the policy that is set: a movement is a row of a flow, a customer one of a stock. */
export const mrr: RowSource = {
  noun: 'movement',
  thing: { noun: 'customer', column: 'customer_id' },
  facts: (q, span) => q.sql`
    with own as materialized (${ownMovements(q, span)})
    select ${span.scope}::text as scope, ts as at, movement_id as id, day, customer_id, user_id, tenant_id, subscription_id,
      plan, kind, currency, 1 as n, amount_minor, customers_delta, amount_reported, customers_reported, ts as moved_at
    from own
    union all
    select ${span.scope}, at, 'fx ' || customer_id || ' ' || plan || ' ' || currency || ' ' || policy, ${span.to}::date,
      customer_id, user_id, tenant_id, null, plan, 'fx', currency, 0, 0, 0, amount_reported, customers_reported, null
    from (${rateChanges(q, span)}) f`,
  columns: {
    time: time('Time', { from: 'at', only: 'fact' }),
    changed: time('Last movement', { of: ({ sql }) => sql`max(r.moved_at)`, only: 'thing' }),
    since: time('First movement', { of: ({ sql }) => sql`min(r.moved_at)`, only: 'thing' }),
    customer_id: text('Customer'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    subscription_id: text('Subscription', { only: 'fact' }),
    plan: text('Plan', { of: latest('plan', 'amount_minor') }),
    kind: text('Kind', { only: 'fact' }),
    amount: money('Amount', { from: 'amount_minor', only: 'fact' }),
    customers_delta: number('Customers', { only: 'fact' }),
    currency: text('Currency', { only: 'fact' }),
  },
}

const ledger = (q: SqlContext, span: Span): Fragment => q.sql`
      select *, ${dayAt(q, 'ts')} as day from mrr_movements
      where policy in ('', ${q.policy}) and ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`

/**
 * Movements of another currency at the rate of their day. What the roll-up rounded once, of all movements of a day, plan
 * and kind together, the first of them makes up for.
 */
function ownMovements(q: SqlContext, span: Span): Fragment {
  const { sql, currency } = q
  const rate = rateOn(q.sql, currency, sql`m.currency`, sql`m.day`)
  return sql`
      select m.*, case when m.rate is not null then m.customers_delta when m.currency <> ${currency} then 0 end as customers_reported,
        m.rounded + case when m.kind <> 'fx' and m.place = 1 then coalesce(t.amount_reported, 0) - m.together else 0 end
          as amount_reported
      from (
        select m.*, round(m.amount_minor * m.rate) as rounded,
          sum(round(m.amount_minor * m.rate)) over (partition by m.day, m.plan, m.kind, m.currency, m.policy) as together,
          row_number() over (partition by m.day, m.plan, m.kind, m.currency, m.policy order by m.movement_id) as place
        from (
          select m.*, case when m.currency <> ${currency} then ${rate} end as rate from (${ledger(q, span)}) m
        ) m
      ) m left join mrr_days t on m.rate is not null and t.scope = ${span.scope} and t.day = m.day and t.plan = m.plan
        and t.kind = m.kind and t.currency = m.currency and t.policy = m.policy`
}

/**
 * What rates alone did to each customer within the days: the level at their end less that before them and less its own
 * movements. Levels are rounded one customer after the other, so that together they are the roll-up's.
 */
function rateChanges(q: SqlContext, span: Span): Fragment {
  const { sql, currency } = q
  const { start } = boundsOf(q, span)
  const before = start ? sql`m.ts < ${start}` : sql`false`
  const rate = (day: Fragment) => rateOn(q.sql, currency, sql`c.currency`, day)
  const level = (amount: Fragment, of: Fragment) => sql`
          coalesce(round(sum(${amount}) over w * ${of}) - round((sum(${amount}) over w - ${amount}) * ${of}), 0)`
  const at = start ? sql`${start}::timestamptz` : sql`l.last_at`
  return sql`
      select * from (
        select ${at} as at, l.customer_id, l.user_id, l.tenant_id, l.plan, l.currency, l.policy,
          l.now_reported - l.then_reported - coalesce(o.amount_reported, 0) as amount_reported,
          case when l.now_rate is null then 0 else l.now_paying end - case when l.then_rate is null then 0 else l.then_paying end
            - coalesce(o.customers_reported, 0) as customers_reported
        from (
          select c.*, ${level(sql`now_minor`, sql`now_rate`)} as now_reported, ${level(sql`then_minor`, sql`then_rate`)} as then_reported
          from (
            select c.*, ${rate(sql`${span.to}::date`)} as now_rate, ${rate(sql`${span.from ?? span.to}::date - 1`)} as then_rate
            from (
              select customer_id, user_id, tenant_id, plan, currency, policy, max(ts) as last_at, sum(amount_minor) as now_minor,
                coalesce(sum(amount_minor) filter (where ${before}), 0) as then_minor, sum(customers_delta) as now_paying,
                coalesce(sum(customers_delta) filter (where ${before}), 0) as then_paying
              from (${ledger(q, { scope: span.scope, to: span.to })}) m
              where currency <> ${currency} and exists (select from exchange_rates where base = ${currency})
              group by 1, 2, 3, 4, 5, 6
            ) c
          ) c window w as (partition by plan, currency, policy order by customer_id, user_id, tenant_id)
        ) l left join (
          select customer_id, user_id, tenant_id, plan, currency, policy, sum(amount_reported) as amount_reported,
            sum(customers_reported) as customers_reported
          from own group by 1, 2, 3, 4, 5, 6
        ) o using (customer_id, user_id, tenant_id, plan, currency, policy)
      ) f where amount_reported <> 0 or customers_reported <> 0`
}
