import type { Fragment, SqlContext } from '../../metrics/metric.ts'
import { retainedCustomers } from '../../metrics/revenue-rows.ts'
import { windowOf } from '../../metrics/window.ts'
import { invoiceParts, reportedInvoices } from '../../rollups/invoice-days.ts'
import { subscriptionParts } from '../../rollups/subscription-days.ts'
import { ownRows } from '../own-rows.ts'
import {
  boundsOf,
  cost,
  date,
  dayAt,
  during,
  latest,
  money,
  number,
  ofScope,
  type RowSource,
  type Span,
  text,
  time,
} from '../source.ts'

/** The days as the folds take them, in one. */
const asDays = (q: SqlContext, span: Span): Fragment => {
  const { start, until } = boundsOf(q, span)
  const first = start ? q.sql`${start}::timestamptz` : q.sql`timestamptz '-infinity'`
  return q.sql`d as (select null::date as day, ${first} as start, ${until}::timestamptz as until)`
}

const foldConfig = ({ currency, zone }: SqlContext) => ({ currency, timeZone: zone })

/** Changes of status: a subscription comes into one and leaves another; the sum is what is in it. */
export const subscriptions: RowSource = {
  noun: 'change of status',
  thing: { noun: 'subscription', column: 'subscription_id' },
  facts: (q, span) => q.sql`
    with ${asDays(q, span)},
    ${subscriptionParts(q.sql, foldConfig(q))}
    select ${span.scope}::text as scope, since as at, subscription_id || ' ' || delta as id,
      ${dayAt(q, 'since')} as day, subscription_id, customer_id, tenant_id, plan, status, currency, cancel_reason, delta,
      mrr_minor, mrr_reported, cancelled, ended as trials_ended, converted as trials_converted,
      dunning_ended, dunning_recovered
    from parts where ${ofScope(q, span)}`,
  columns: {
    since: time('Since', { from: 'at' }),
    subscription_id: text('Subscription'),
    customer_id: text('Customer', { of: latest('customer_id', 'delta') }),
    tenant_id: text('Tenant', { of: latest('tenant_id', 'delta') }),
    plan: text('Plan', { of: latest('plan', 'delta') }),
    status: text('Status', { of: latest('status', 'delta') }),
    reason: text('Reason', { of: latest('cancel_reason', 'delta'), personal: true }),
    mrr: money('MRR', { of: ({ sql }) => sql`sum(r.mrr_minor)` }),
    currency: text('Currency'),
  },
}

/** When accounts came to have a subscription, and were left without. */
export const accounts: RowSource = {
  noun: 'change of an account',
  thing: { noun: 'customer', column: 'thing' },
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, at, customer_id || ' ' || tenant_id || ' ' || delta as id,
      customer_id || ' ' || tenant_id as thing, ${dayAt(q, 'at')} as day, customer_id, tenant_id, delta
    from account_changes where ${during(q, 'at', span)} and ${ofScope(q, span)}`,
  columns: { since: time('Since', { from: 'at' }), customer_id: text('Customer'), tenant_id: text('Tenant') },
}

/** What became of invoices: issued, overdue, under review, paid, given up. */
export const invoices: RowSource = {
  noun: 'change of an invoice',
  thing: { noun: 'invoice', column: 'invoice_id' },
  facts: (q, span) => q.sql`
    with ${asDays(q, span)},
    parts (tenant_id, day, provider, currency, issued, issued_minor, paid, paid_minor, open, open_minor, overdue,
      overdue_minor, pending, pending_minor, invoice_id, became, at) as (
      ${invoiceParts(q.sql)}
    ),
    reported as (${reportedInvoices(q.sql, foldConfig(q))})
    select ${span.scope}::text as scope, p.at, p.invoice_id || ' ' || p.became as id,
      ${dayAt(q, 'p.at')} as day, p.tenant_id, coalesce(p.provider, '') as provider, p.currency, p.issued, p.issued_minor,
      p.paid, p.paid_minor, p.open, p.open_minor, p.overdue, p.overdue_minor, p.pending, p.pending_minor, p.issued_reported, p.paid_reported,
      p.open_reported, p.overdue_reported, p.pending_reported, p.became,
      i.invoice_id, i.number, i.customer_id, i.user_id, i.status, i.amount_minor, i.due_at, i.paid_at
    from (select * from reported where ${ofScope(q, span)}) p join invoices i using (invoice_id)`,
  columns: {
    time: time('Time', { from: 'at' }),
    invoice_id: text('Invoice'),
    number: text('Number'),
    customer_id: text('Customer'),
    user_id: text('User'),
    tenant_id: text('Tenant'),
    became: text('Became', { only: 'fact' }),
    status: text('Status now'),
    due_at: time('Due'),
    paid_at: time('Paid'),
    provider: text('Provider'),
    amount: money('Amount', { from: 'amount_minor' }),
    currency: text('Currency'),
  },
}

/** What customers paid at the start of the period, and how much of it is left. */
export const retention: RowSource = {
  noun: 'customer',
  meanBy: 'start',
  facts: (q, { scope, to }) => q.sql`
    select c.*, c.day::timestamp at time zone ${q.zone} as at, c.customer_id || ' ' || c.period as id,
      ${q.currency}::text as currency
    from (${retainedCustomers(q, windowOf([scope], [to]))}) c`,
  columns: {
    day: date('Seen from'),
    customer_id: text('Customer'),
    start: money('MRR at the start', { from: 'start_minor' }),
    end: money('MRR at the end', { from: 'end_minor' }),
    kept: money('Kept of it', { from: 'kept_minor' }),
    currency: text('Currency'),
  },
}

/** The months whose mean is taken. */
export const retentionMonths: RowSource = {
  noun: 'month',
  facts: ownRows('retention', ({ sql }) => sql`r.period`),
  columns: {
    day: date('Seen from'),
    period: text('Month'),
    customers: number('Customers at the start'),
    lost: number('Lost'),
  },
}

/** Users on a lower plan at the start of the month that ends on the day, and whether they are on a higher one now. */
export const upgrades: RowSource = {
  noun: 'user',
  facts: (q, { scope, to }) => {
    const { sql } = q
    const planAt = (day: Fragment) => sql`lateral (
        select tenant_id, class, plan from user_plans p
        where p.user_id = u.user_id and p.since < (${day} + 1)::timestamp at time zone ${q.zone}
        order by p.since desc limit 1
      )`
    const wasPro = sql`(b.class = 'paid' and b.plan = any(${q.proPlans}::text[]))`
    return sql`
    select ${scope}::text as scope, ${to}::date as day, ${to}::date::timestamp at time zone ${q.zone} as at, u.user_id as id,
      u.user_id, n.tenant_id, b.plan as old_plan, n.plan as plan, (b.class in ('free', 'trial_expired'))::int as free,
      (b.class in ('free', 'trial_expired') and n.class = 'paid')::int as from_free, ${wasPro}::int as pro,
      (${wasPro} and n.class = 'paid' and n.plan = any(${q.enterprisePlans}::text[]))::int as from_pro
    from (select distinct user_id from user_plans) u
      cross join ${planAt(sql`months_before(${to}::date, 1)`)} b cross join ${planAt(sql`${to}::date`)} n
    where ${scope === '*' ? sql`true` : sql`n.tenant_id = ${scope}`}`
  },
  columns: {
    user_id: text('User'),
    tenant_id: text('Tenant'),
    old_plan: text('Plan then'),
    plan: text('Plan now'),
  },
}

/** Costs are of several kinds: their items by day. Of AI and of fees the metrics' own rows tell more. */
export const costs: RowSource = {
  noun: 'item on a day',
  facts: ownRows('costs', ({ sql }) => sql`r.item || ' ' || r.channel`),
  columns: { day: date('Day'), item: text('Item'), channel: text('Channel'), amount: cost('Amount') },
}

/** Who pays, what they pay a month, and what their AI calls cost. */
export const margins: RowSource = {
  noun: 'customer',
  facts: ownRows('margins', ({ sql }) => sql`r.customer_id`),
  columns: { customer_id: text('Customer'), mrr: cost('MRR'), cost: cost('AI cost, 30 days') },
}

/** What was entered by hand. */
export const balances: RowSource = {
  noun: 'entry',
  facts: ownRows('balances', ({ sql }) => sql`r.item`),
  columns: { day: date('Day'), item: text('Item') },
}
