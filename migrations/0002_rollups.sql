-- Roll-ups: folded from facts. `scope` is '*' (all tenants) or a tenant id; every fact with a tenant is counted in both.
-- Hours are hours of the configured zone (date_trunc('hour', ts, zone)), so that each belongs to one local day.

-- Latency histogram: bucket 0 is < 1 ms, bucket b covers [2^((b-1)/8), 2^(b/8)) ms, 161 buckets up to 2^20 ms.
create function hist_bucket(ms float8) returns int language sql immutable parallel safe as $$
  select case when ms < 1 then 0 else least(160, 1 + floor(ln(ms) * 11.541560327111707)::int) end
$$;

-- A dense array out of (bucket, count) pairs.
create function hist_dense(buckets int[], counts bigint[]) returns bigint[] language plpgsql immutable parallel safe as $$
declare h bigint[] := array_fill(0::bigint, array[161]);
begin
  if buckets is null then return h; end if;
  for i in 1 .. cardinality(buckets) loop
    if buckets[i] is not null then h[buckets[i] + 1] := h[buckets[i] + 1] + counts[i]; end if;
  end loop;
  return h;
end $$;

create function hist_add(a bigint[], b bigint[]) returns bigint[] language plpgsql immutable parallel safe as $$
declare h bigint[] := a;
begin
  if a is null then return b; end if;
  if b is null then return a; end if;
  for i in 1 .. cardinality(b) loop
    if b[i] <> 0 then h[i] := h[i] + b[i]; end if;
  end loop;
  return h;
end $$;
create aggregate hist_sum(bigint[]) (sfunc = hist_add, stype = bigint[], combinefunc = hist_add, parallel = safe);

-- Nearest-rank quantile, answered as the bucket's geometric middle: within 4.4 % of the exact value.
create function hist_quantile(h bigint[], p float8) returns float8 language plpgsql immutable parallel safe as $$
declare total bigint; rank bigint; seen bigint := 0;
begin
  if h is null then return null; end if;
  select sum(x) into total from unnest(h) x;
  if total is null or total = 0 then return null; end if;
  rank := greatest(1, ceil(p * total));
  for i in 1 .. cardinality(h) loop
    seen := seen + h[i];
    if seen >= rank then return case when i = 1 then 0.5 else 2 ^ ((i - 1.5) / 8) end; end if;
  end loop;
  return null;
end $$;

create table user_days (
  user_id text not null,
  scope text not null,
  day date not null,
  active boolean not null default false,
  plan_class text not null default 'free',
  events int not null default 0,
  api_calls int not null default 0,
  ai_calls int not null default 0,
  ai_requests int not null default 0,
  errors int not null default 0,
  jobs int not null default 0,
  tokens bigint not null default 0,
  cost numeric(18, 8) not null default 0,
  primary key (user_id, scope, day)
) with (fillfactor = 60);
create index user_days_active on user_days (scope, day) where active;

create table session_days (
  user_id text not null,
  scope text not null,
  day date not null,
  session_id text not null,
  first_ts timestamptz not null,
  last_ts timestamptz not null,
  events int not null,
  primary key (user_id, scope, day, session_id)
) with (fillfactor = 60);
create index session_days_day on session_days (scope, day);

-- The leftmost bit is the user's own last_day, the next the day before it.
create table user_activity (
  user_id text not null,
  scope text not null,
  last_day date not null,
  bits bit(128) not null,
  primary key (user_id, scope)
) with (fillfactor = 70);

-- The user's bits as seen from `day`: leftmost bit = active on that day.
create function bits_from(bits bit(128), last_day date, day date) returns bit(128) language sql immutable parallel safe as $$
  select case when day >= last_day then bits >> least(128, day - last_day) else bits << least(128, last_day - day) end
$$;
create function day_bit(n int) returns bit(128) language sql immutable parallel safe as $$
  select set_bit(repeat('0', 128)::bit(128), n, 1)
$$;

create table event_days (
  scope text not null,
  day date not null,
  name text not null,
  n bigint not null,
  primary key (scope, day, name)
) with (fillfactor = 50);

-- One shape at three grains: minutes for 48 hours (live, alerts), hours, days of the configured zone.
create table api_call_minutes (
  scope text not null,
  at timestamptz not null,
  ai boolean not null,
  service text not null,
  provider text not null,
  model text not null,
  calls bigint not null,
  requests bigint not null,
  errors bigint not null,
  err_provider bigint not null,
  err_timeout bigint not null,
  err_safety bigint not null,
  err_rate_limit bigint not null,
  err_client bigint not null,
  err_server bigint not null,
  retries bigint not null,
  cached bigint not null,
  tokens_in bigint not null,
  tokens_out bigint not null,
  cost numeric(20, 8) not null,
  cost_unknown bigint not null,
  cost_estimated bigint not null,
  latency_n bigint not null,
  latency_ms float8 not null,
  hist bigint[] not null,
  primary key (scope, at, ai, service, provider, model)
) with (fillfactor = 50);
create table api_call_hours (like api_call_minutes including all) with (fillfactor = 50);
create table api_call_days (like api_call_minutes including all) with (fillfactor = 50);
alter table api_call_days alter column at type date;

create table job_hours (
  scope text not null,
  hour timestamptz not null,
  kind text not null,
  enqueued bigint not null,
  succeeded bigint not null,
  failed bigint not null,
  cancelled bigint not null,
  run_n bigint not null,
  run_ms float8 not null,
  wait_n bigint not null,
  wait_ms float8 not null,
  run_hist bigint[] not null,
  primary key (scope, hour, kind)
);

create table payment_days (
  scope text not null,
  day date not null,
  provider text not null,
  status text not null,
  currency text not null,
  n bigint not null,
  amount_minor bigint not null,
  fee_minor bigint not null,
  fee_waived_minor bigint not null,
  refunded_minor bigint not null,
  primary key (scope, day, provider, status, currency)
);

create table mrr_days (
  scope text not null,
  day date not null,
  plan text not null,
  kind text not null,
  currency text not null,
  n bigint not null,
  amount_minor bigint not null,
  customers_delta bigint not null,
  primary key (scope, day, plan, kind, currency)
);

create table signup_days (
  scope text not null,
  day date not null,
  provider text not null,
  country text not null,
  n bigint not null,
  primary key (scope, day, provider, country)
);

-- A user's class over time: each row holds from `since` until the next.
create table user_plans (
  user_id text not null,
  since timestamptz not null,
  tenant_id text not null,
  class text not null check (class in ('paid', 'trial', 'trial_expired', 'free')),
  plan text not null,
  primary key (user_id, since)
);
create index user_plans_since on user_plans (since);

-- How many users joined (+) or left (-) a class on a day: the running sum is the stock.
create table plan_days (
  scope text not null,
  day date not null,
  class text not null,
  plan text not null,
  delta bigint not null,
  primary key (scope, day, class, plan)
);

create table object_days (
  scope text not null,
  day date not null,
  kind text not null,
  created bigint not null,
  closed bigint not null,
  quantity numeric not null,
  primary key (scope, day, kind)
);

create table gauge_hours (
  scope text not null,
  hour timestamptz not null,
  name text not null,
  n bigint not null,
  total float8 not null,
  low float8 not null,
  high float8 not null,
  last float8 not null,
  last_ts timestamptz not null,
  primary key (scope, hour, name)
) with (fillfactor = 50);

create table probe_hours (
  hour timestamptz not null,
  target text not null,
  n bigint not null,
  ok bigint not null,
  latency_n bigint not null,
  latency_ms float8 not null,
  primary key (hour, target)
) with (fillfactor = 50);

-- The snapshots: one row holds every metric of a scope's day; null is unknown, a ratio has two slots.
create table metric_slots (slot int primary key, key text not null, part text not null default 'value', unique (key, part));
create table metric_days (
  scope text not null,
  day date not null,
  v float8[] not null,
  computed_at timestamptz not null,
  primary key (scope, day)
);
create index metric_days_day on metric_days (day);
create view metric_values as
  select d.scope, d.day, s.key, s.part, d.v[s.slot] as value, d.computed_at
  from metric_days d join metric_slots s on s.slot <= cardinality(d.v);

create table usage_analytics_daily (
  date date not null,
  tenant text not null,
  dau bigint,
  mau bigint,
  ai_requests bigint,
  preview_requests bigint,
  avg_latency_ms float8,
  max_queue_depth float8,
  primary key (date, tenant)
);

-- The zone of each stretch of days; a change rebuilds the days whose raw facts remain.
create table day_zones (since date primary key, zone text not null);
