-- Revenue: the ledger under both policies of MRR, what each customer pays, subscriptions by status, invoices, costs.

-- Both policies are kept side by side, so that the setting can be changed at any time: a movement without a policy
-- holds for both.
alter table mrr_movements add column policy text not null default '' check (policy in ('', 'stripe', 'chartmogul'));
alter table mrr_days add column policy text not null default '';
alter table mrr_days drop constraint mrr_days_pkey;
alter table mrr_days add primary key (scope, day, plan, kind, currency, policy);

-- What is taken off the price of an interval; without an end it lasts as long as the subscription.
alter table subscriptions
  add column discount_minor bigint not null default 0,
  add column discount_ends_at timestamptz,
  add column cancel_reason text;
create index subscriptions_discounts on subscriptions (discount_ends_at) where discount_ends_at is not null;
alter table subscription_states add column currency text, add column cancel_reason text;
update subscription_states t set currency = s.currency from subscriptions s where s.subscription_id = t.subscription_id;

-- The end of the month before, seen from the last day of a month; else the same day of it, or its last.
create function months_before(day date, n int) returns date language sql immutable parallel safe as $$
  select case when extract(day from day + 1) = 1
    then (day + 1 - make_interval(months => n))::date - 1
    else (day - make_interval(months => n))::date end
$$;

-- How the MRR of a customer changed: its sum up to a day is what the customer paid a month at the end of it.
create table customer_mrr_days (
  scope text not null,
  customer_id text not null,
  currency text not null,
  policy text not null,
  day date not null,
  amount_minor bigint not null,
  fx_minor bigint not null,
  primary key (scope, customer_id, currency, policy, day)
);
create index customer_mrr_days_day on customer_mrr_days (day);
insert into customer_mrr_days
select scope, customer_id, currency, policy,
  (ts at time zone coalesce((select zone from day_zones order by since desc limit 1), 'UTC'))::date,
  sum(amount_minor), coalesce(sum(amount_minor) filter (where kind = 'fx'), 0)
from mrr_movements cross join lateral (values ('*'), (nullif(tenant_id, ''))) s (scope)
where scope is not null and batch_id not in (select id from fact_batches)
group by 1, 2, 3, 4, 5;

-- The customers who paid at the start of a period and what of it they pay at its end, as changes: their sum up to a day
-- is the period that ends on it. A customer is in it once: under '' where both policies say the same, else under both.
create table retention_days (
  scope text not null,
  day date not null,
  period text not null check (period in ('month', 'year')),
  currency text not null,
  policy text not null,
  customers bigint not null,
  lost bigint not null,
  start_minor bigint not null,
  end_minor bigint not null,
  kept_minor bigint not null,
  primary key (scope, day, period, currency, policy)
) with (fillfactor = 60);
-- As src/rollups/customer-mrr.ts folds it from now on.
insert into retention_days
with events as (
  select scope, customer_id, currency, period, at, sum(now_minor) as now_minor, sum(then_minor) as then_minor, sum(fx) as fx
  from customer_mrr_days cross join lateral (values
    ('month', day, amount_minor, 0::bigint, fx_minor),
    ('month', (day + interval '1 month')::date, 0, amount_minor, -fx_minor),
    ('year', day, amount_minor, 0, fx_minor),
    ('year', (day + interval '12 months')::date, 0, amount_minor, -fx_minor)) v (period, at, now_minor, then_minor, fx)
  group by 1, 2, 3, 4, 5
),
levels as (
  select scope, customer_id, currency, period, at, sum(now_minor) over w as now_minor, sum(then_minor) over w as then_minor,
    sum(fx) over w as fx
  from events window w as (partition by scope, customer_id, currency, period order by at)
),
held as (
  select *, case when now_minor > 0 then greatest(now_minor - fx, 0) else 0 end as left_minor from levels
),
counted as (
  select scope, customer_id, currency, period, at, (then_minor > 0)::int as customers,
    (then_minor > 0 and now_minor <= 0)::int as lost, greatest(then_minor, 0) as start_minor,
    case when then_minor > 0 then left_minor else 0 end as end_minor,
    case when then_minor > 0 then least(then_minor, left_minor) else 0 end as kept_minor
  from held
),
changes as (
  select scope, currency, period, at, customers - lag(customers, 1, 0) over w as customers, lost - lag(lost, 1, 0) over w as lost,
    start_minor - lag(start_minor, 1, 0) over w as start_minor, end_minor - lag(end_minor, 1, 0) over w as end_minor,
    kept_minor - lag(kept_minor, 1, 0) over w as kept_minor
  from counted window w as (partition by scope, customer_id, currency, period order by at)
)
select scope, at, period, currency, '', sum(customers), sum(lost), sum(start_minor), sum(end_minor), sum(kept_minor)
from changes group by 1, 2, 3, 4;

-- What a subscription was since when, worked out of its states: each row holds until the next.
create table subscription_spans (
  subscription_id text not null,
  since timestamptz not null,
  customer_id text not null,
  tenant_id text not null,
  plan text not null,
  status text not null check
    (status in ('trialing', 'active', 'past_due', 'paused', 'cancelling', 'cancelled', 'expired')),
  currency text not null,
  mrr_minor bigint not null,
  cancel_reason text not null,
  -- Whether what was told next costs something: of the end of a trial it says if the trial was a success.
  pays_next boolean not null,
  primary key (subscription_id, since)
);
create index subscription_spans_since on subscription_spans (since);
create index subscription_spans_customer on subscription_spans (customer_id, tenant_id);

-- When an account came to have a subscription that has not ended (+1), and when none was left (-1).
create table account_changes (
  customer_id text not null,
  tenant_id text not null,
  at timestamptz not null,
  delta int not null,
  primary key (customer_id, tenant_id, at)
);
create index account_changes_at on account_changes (at);

-- No unique key, for the reason that dirty_buckets has none.
create table dirty_subscriptions (subscription_id text not null);
insert into dirty_subscriptions select subscription_id from subscriptions;

create table subscription_days (
  scope text not null,
  day date not null,
  plan text not null,
  status text not null,
  currency text not null,
  cancel_reason text not null,
  delta bigint not null,
  mrr_minor bigint not null,
  cancelled bigint not null,
  trials_ended bigint not null,
  trials_converted bigint not null,
  primary key (scope, day, plan, status, currency, cancel_reason)
);
create table account_days (scope text not null, day date not null, delta bigint not null, primary key (scope, day));

-- Whether a past-due subscription's newest payment failed is asked each minute.
create index subscriptions_past_due on subscriptions (subscription_id) where status = 'past_due';
create index payments_subscription on payments (subscription_id, ts) where subscription_id is not null;

-- Payments of subscriptions apart from all others.
alter table payment_days
  add column subscription_minor bigint not null default 0,
  add column waived_n bigint not null default 0;
insert into dirty_buckets select distinct 'payment_days', date_trunc('day', ts) from payments;

-- The first that was heard of each stage; a bill that is paid or void tells no more when it was under review.
alter table invoices add column pending_at timestamptz, add column closed_at timestamptz;
update invoices set pending_at = updated_at where status = 'pending_verification';
update invoices set closed_at = updated_at where status in ('void', 'uncollectible');
create index invoices_due on invoices (due_at) where due_at is not null;
create index invoices_pending on invoices (pending_at) where pending_at is not null;
create index invoices_closed on invoices (closed_at) where closed_at is not null;

create table invoice_days (
  scope text not null,
  day date not null,
  provider text not null,
  currency text not null,
  issued bigint not null,
  issued_minor bigint not null,
  paid bigint not null,
  paid_minor bigint not null,
  open bigint not null,
  open_minor bigint not null,
  overdue bigint not null,
  overdue_minor bigint not null,
  pending bigint not null,
  pending_minor bigint not null,
  primary key (scope, day, provider, currency)
);
insert into dirty_buckets
select distinct 'invoice_days', date_trunc('day', at)
from invoices cross join lateral (values (issued_at), (paid_at), (due_at), (pending_at), (closed_at)) v (at)
where at is not null;

create table spend_days (
  scope text not null,
  day date not null,
  kind text not null,
  channel text not null,
  currency text not null,
  amount_minor bigint not null,
  primary key (scope, day, kind, channel, currency)
);
insert into dirty_buckets
select distinct 'spend_days', (day + interval '12 hours') at time zone
  coalesce((select zone from day_zones order by since desc limit 1), 'UTC')
from campaign_spend;

-- What no door tells: entered by hand, for a month each.
create table finance_inputs (
  month date not null check (extract(day from month) = 1),
  item text not null check (item in ('cash', 'burn', 'hosting', 'other_costs', 'acquisition')),
  amount_minor bigint not null,
  currency text not null,
  note text,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (month, item)
);
