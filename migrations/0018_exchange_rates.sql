-- Dated exchange rates, and what money of other currencies is in the reporting one.

-- What one unit of a currency is worth in the reporting one (`base`), from a day on until the next rate.
create table exchange_rates (
  base text not null,
  currency text not null check (currency <> base),
  day date not null,
  rate numeric not null check (rate > 0),
  -- The same by minor units, so that a currency without cents needs no thought where money is summed.
  per_minor numeric not null check (per_minor > 0),
  source text not null check (source in ('entered', 'imported')),
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (base, currency, day)
);

-- The currency that all `*_reported` columns are in. Where CURRENCY is another one, the next fold works them out anew.
create table reporting_currency (
  one boolean primary key default true check (one),
  currency text not null
);

-- Money of the reporting currency is in *_minor alone; of any other it is converted here, null without a rate.
alter table mrr_days add column amount_reported bigint, add column customers_reported bigint;
create index mrr_days_currency on mrr_days (currency);
alter table payment_days
  add column amount_reported bigint,
  add column fee_reported bigint,
  add column fee_waived_reported bigint,
  add column refunded_reported bigint,
  add column subscription_reported bigint;
alter table invoice_days
  add column issued_reported bigint,
  add column paid_reported bigint,
  add column open_reported bigint,
  add column overdue_reported bigint,
  add column pending_reported bigint;
alter table spend_days add column amount_reported bigint;
alter table subscription_days
  add column mrr_reported bigint,
  -- Of the subscriptions that were past due, those that are not any more, and those of them that pay again.
  add column dunning_ended bigint not null default 0,
  add column dunning_recovered bigint not null default 0;
insert into dirty_buckets
select distinct 'subscription_days', (day + interval '12 hours') at time zone
  coalesce((select zone from day_zones order by since desc limit 1), 'UTC')
from subscription_days;

-- Customers that ever paid in more than one currency: what they retain cannot be summed by currency, so that they are
-- left out of retention_days and looked at one by one.
create table mixed_payers (
  scope text not null,
  customer_id text not null,
  primary key (scope, customer_id)
);
