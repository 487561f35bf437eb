-- Facts: raw input, appended or upserted by id. Per-user tables carry user_id ('' where there is none) in every
-- unique key, and have no foreign keys, triggers or generated columns, so that they can be distributed by it.

-- A month of a partitioned fact table, made on demand. Attaching takes a weaker lock than `partition of`.
create function ensure_partition(parent text, at timestamptz) returns void language plpgsql as $$
declare
  first timestamptz := date_trunc('month', at, 'UTC');
  next timestamptz := date_trunc('month', at, 'UTC') + interval '1 month';
  child text := parent || '_' || to_char(first at time zone 'UTC', 'YYYY_MM');
begin
  perform pg_advisory_xact_lock(7101, hashtext(child));
  if to_regclass(child) is not null then return; end if;
  execute format('create table %I (like %I including defaults including constraints including indexes including storage)', child, parent);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child, first, next);
end $$;

-- Months (UTC) of raw facts that the retention dropped: roll-ups of their days are all that is left, and are kept.
create table dropped_months (fact_table text not null, month date not null, primary key (fact_table, month));

create table events (
  ts timestamptz not null,
  received_at timestamptz not null,
  batch_id bigint not null,
  message_id uuid,
  user_id text not null,
  tenant_id text not null,
  anonymous_id text,
  session_id text,
  type text not null,
  name text not null,
  source text not null,
  country text,
  city text,
  browser text,
  os text,
  device text,
  properties jsonb
) partition by range (ts);
create index events_ts on events (ts);
create index events_user on events (user_id, ts);
create index events_batch on events using brin (batch_id) with (pages_per_range = 16);

create table api_calls (
  ts timestamptz not null,
  received_at timestamptz not null,
  batch_id bigint not null,
  message_id uuid,
  user_id text not null,
  tenant_id text not null,
  request_id text,
  first_of_request boolean not null,
  ai boolean not null,
  service text not null,
  provider text not null,
  model text not null,
  endpoint text not null,
  feature text not null,
  content_type text not null,
  status text not null check (status in ('ok', 'error')),
  error_kind text check (error_kind in ('provider', 'timeout', 'safety', 'rate_limit', 'client', 'server')),
  http_status int,
  latency_ms float8,
  tokens_in bigint,
  tokens_out bigint,
  cached boolean not null,
  retry boolean not null,
  cost numeric(18, 8),
  cost_source text check (cost_source in ('price', 'sent', 'hours')),
  estimate boolean not null,
  country text,
  properties jsonb
) partition by range (ts);
create index api_calls_ts on api_calls (ts);
create index api_calls_user on api_calls (user_id, ts);
create index api_calls_batch on api_calls using brin (batch_id) with (pages_per_range = 16);

create table gauges (
  ts timestamptz not null,
  received_at timestamptz not null,
  batch_id bigint not null,
  message_id uuid,
  tenant_id text not null,
  name text not null,
  value float8 not null,
  labels jsonb
) partition by range (ts);
create index gauges_name on gauges (name, ts);
create index gauges_batch on gauges using brin (batch_id);

create table probes (
  ts timestamptz not null,
  received_at timestamptz not null,
  batch_id bigint not null,
  message_id uuid,
  target text not null,
  ok boolean not null,
  http_status int,
  latency_ms float8,
  error text
) partition by range (ts);
create index probes_ts on probes (ts);
create index probes_batch on probes using brin (batch_id);

create table tenants (
  tenant_id text primary key,
  name text,
  plan text,
  country text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  properties jsonb
);

-- created_known is false for a user of whom only activity has been seen: created_at is then the first of it.
create table users (
  user_id text primary key,
  tenant_id text not null default '',
  email text,
  username text,
  plan text,
  status text not null default 'active',
  provider text,
  country text,
  city text,
  time_zone text,
  referrer text,
  created_at timestamptz not null,
  created_known boolean not null,
  updated_at timestamptz not null,
  traits jsonb
);
create index users_created on users (created_at);
create index users_tenant on users (tenant_id);
create index users_email on users (lower(email));

create table identities (
  anonymous_id text primary key,
  user_id text not null,
  since timestamptz not null
);
create index identities_user on identities (user_id);

create table objects (
  kind text not null,
  object_id text not null,
  user_id text not null default '',
  tenant_id text not null default '',
  name text,
  status text,
  quantity numeric,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  closed_at timestamptz,
  properties jsonb,
  primary key (kind, object_id)
);
create index objects_created on objects (created_at);
create index objects_closed on objects (closed_at) where closed_at is not null;
create index objects_user on objects (user_id);

create table plans (
  plan_id text primary key,
  name text not null,
  class text not null check (class in ('paid', 'free')),
  amount_minor bigint,
  currency text,
  interval text,
  limits jsonb,
  updated_at timestamptz not null
);

-- The state of a subscription now; its history is subscription_states, its money mrr_movements.
create table subscriptions (
  subscription_id text primary key,
  customer_id text not null,
  user_id text not null default '',
  tenant_id text not null default '',
  plan text not null,
  status text not null check (status in ('trialing', 'active', 'past_due', 'paused', 'cancelled', 'expired')),
  interval text not null,
  interval_count int not null,
  quantity int not null,
  amount_minor bigint not null,
  currency text not null,
  mrr_minor bigint not null,
  provider text,
  started_at timestamptz not null,
  trial_ends_at timestamptz,
  current_period_end timestamptz,
  ends_at timestamptz,
  updated_at timestamptz not null,
  properties jsonb
);
create index subscriptions_customer on subscriptions (customer_id);
create index subscriptions_user on subscriptions (user_id);
create index subscriptions_ends on subscriptions (ends_at) where mrr_minor > 0;

create table subscription_states (
  subscription_id text not null,
  ts timestamptz not null,
  user_id text not null,
  tenant_id text not null,
  plan text not null,
  status text not null,
  mrr_minor bigint not null,
  trial_ends_at timestamptz,
  ends_at timestamptz,
  primary key (subscription_id, ts)
);
create index subscription_states_user on subscription_states (user_id);
create index subscription_states_tenant on subscription_states (tenant_id) where user_id = '';

-- The ledger: append-only, sums to the change of MRR exactly. A change of plan is two rows of one kind.
create table mrr_movements (
  movement_id text primary key,
  batch_id bigint not null,
  ts timestamptz not null,
  recorded_at timestamptz not null,
  customer_id text not null,
  user_id text not null,
  tenant_id text not null,
  subscription_id text,
  plan text not null,
  kind text not null check (kind in ('new', 'expansion', 'contraction', 'churn', 'reactivation', 'fx')),
  amount_minor bigint not null,
  customers_delta int not null,
  currency text not null
);
create index mrr_movements_ts on mrr_movements (ts);
create index mrr_movements_customer on mrr_movements (customer_id, ts);
create index mrr_movements_batch on mrr_movements using brin (batch_id);

create table payments (
  payment_id text primary key,
  ts timestamptz not null,
  user_id text not null default '',
  tenant_id text not null default '',
  subscription_id text,
  invoice_id text,
  provider text not null,
  status text not null check (status in ('pending', 'succeeded', 'failed', 'refunded')),
  amount_minor bigint not null,
  fee_minor bigint not null default 0,
  fee_waived_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  currency text not null,
  failure_reason text,
  updated_at timestamptz not null,
  properties jsonb
);
create index payments_ts on payments (ts);
create index payments_user on payments (user_id);

-- ts is the job's first known instant and never moves; batch_id is that of its first row, so that its user's
-- activity is folded once. Everything that changes is folded by dirty hours.
create table jobs (
  job_id text primary key,
  batch_id bigint not null,
  ts timestamptz not null,
  user_id text not null default '',
  tenant_id text not null default '',
  kind text not null,
  queue text,
  status text not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  enqueued_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  error text,
  attempt int not null default 1,
  object_id text,
  updated_at timestamptz not null,
  properties jsonb
);
create index jobs_ts on jobs (ts);
create index jobs_enqueued on jobs (enqueued_at);
create index jobs_started on jobs (started_at);
create index jobs_finished on jobs (finished_at);
create index jobs_open on jobs (enqueued_at) where status in ('queued', 'running');
create index jobs_user on jobs (user_id, ts);
create index jobs_batch on jobs (batch_id);

-- Dated prices: a call costs what its model cost at its ts. Money per million tokens, or per instance hour.
create table model_prices (
  provider text not null,
  model text not null,
  since timestamptz not null,
  input_per_mtok numeric,
  output_per_mtok numeric,
  cached_input_per_mtok numeric,
  per_hour numeric,
  currency text not null default 'USD',
  note text,
  primary key (provider, model, since)
);

-- Which batches of append-only facts are not folded yet; a row leaves in the transaction that folds it.
create sequence fact_batch_ids;
create table fact_batches (
  id bigint primary key,
  kind text not null,
  n int not null,
  min_ts timestamptz not null,
  max_ts timestamptz not null
);

-- Facts that change mark the bucket to be folded anew. No unique key on purpose: with one, a writer whose mark
-- "already exists" could commit after the fold that took that mark, and its change would never be folded.
create table dirty_buckets (rollup text not null, bucket timestamptz not null);
create table dirty_users (user_id text not null, tenant_id text not null default '');
create table dirty_metric_days (scope text not null, day date not null);
create index dirty_metric_days_day on dirty_metric_days (scope, day);

-- Dedupe: two tables in turn, each filled for 8 days. The shared lock keeps a rotation out of a running batch.
create table seen_a (message_id uuid primary key);
create table seen_b (message_id uuid primary key);
create table seen_state (current text not null check (current in ('a', 'b')), since timestamptz not null);
insert into seen_state values ('a', now());

create function seen_new(ids uuid[]) returns setof uuid language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(7102);
  if (select current from seen_state) = 'a' then
    return query insert into seen_a (message_id)
      select i from unnest(ids) i where not exists (select from seen_b b where b.message_id = i)
      on conflict do nothing returning message_id;
  else
    return query insert into seen_b (message_id)
      select i from unnest(ids) i where not exists (select from seen_a a where a.message_id = i)
      on conflict do nothing returning message_id;
  end if;
end $$;

create table rejected_facts (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  kind text not null,
  source text not null,
  reason text not null,
  raw bytea not null
);
create index rejected_facts_at on rejected_facts (at);
