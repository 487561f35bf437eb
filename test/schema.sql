-- Written by "npm run check -- --write": what the migrations make.

table admin_sessions (
  id text not null
  user_id text not null
  expires_at timestamp with time zone not null
  created_at timestamp with time zone not null default now()
  ip text
  user_agent text
  constraint admin_sessions_pkey PRIMARY KEY (id)
  constraint admin_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES admins(id) ON DELETE CASCADE
)
CREATE INDEX admin_sessions_user ON public.admin_sessions USING btree (user_id)

table admins (
  id text not null
  email text not null
  name text
  role text not null
  password_hash text not null
  tenants text[]
  preferences jsonb not null default '{}'::jsonb
  created_at timestamp with time zone not null default now()
  disabled_at timestamp with time zone
  constraint admins_pkey PRIMARY KEY (id)
  constraint admins_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'owner'::text])))
)
CREATE UNIQUE INDEX admins_email ON public.admins USING btree (lower(email))

table api_call_days (
  scope text not null
  at date not null
  ai boolean not null
  service text not null
  provider text not null
  model text not null
  calls bigint not null
  requests bigint not null
  errors bigint not null
  err_provider bigint not null
  err_timeout bigint not null
  err_safety bigint not null
  err_rate_limit bigint not null
  err_client bigint not null
  err_server bigint not null
  retries bigint not null
  cached bigint not null
  tokens_in bigint not null
  tokens_out bigint not null
  cost numeric(20,8) not null
  cost_unknown bigint not null
  cost_estimated bigint not null
  latency_n bigint not null
  latency_ms double precision not null
  hist bigint[] not null
  constraint api_call_days_pkey PRIMARY KEY (scope, at, ai, service, provider, model)
) with (fillfactor=50)

table api_call_hours (
  scope text not null
  at timestamp with time zone not null
  ai boolean not null
  service text not null
  provider text not null
  model text not null
  calls bigint not null
  requests bigint not null
  errors bigint not null
  err_provider bigint not null
  err_timeout bigint not null
  err_safety bigint not null
  err_rate_limit bigint not null
  err_client bigint not null
  err_server bigint not null
  retries bigint not null
  cached bigint not null
  tokens_in bigint not null
  tokens_out bigint not null
  cost numeric(20,8) not null
  cost_unknown bigint not null
  cost_estimated bigint not null
  latency_n bigint not null
  latency_ms double precision not null
  hist bigint[] not null
  constraint api_call_hours_pkey PRIMARY KEY (scope, at, ai, service, provider, model)
) with (fillfactor=50)

table api_call_minutes (
  scope text not null
  at timestamp with time zone not null
  ai boolean not null
  service text not null
  provider text not null
  model text not null
  calls bigint not null
  requests bigint not null
  errors bigint not null
  err_provider bigint not null
  err_timeout bigint not null
  err_safety bigint not null
  err_rate_limit bigint not null
  err_client bigint not null
  err_server bigint not null
  retries bigint not null
  cached bigint not null
  tokens_in bigint not null
  tokens_out bigint not null
  cost numeric(20,8) not null
  cost_unknown bigint not null
  cost_estimated bigint not null
  latency_n bigint not null
  latency_ms double precision not null
  hist bigint[] not null
  constraint api_call_minutes_pkey PRIMARY KEY (scope, at, ai, service, provider, model)
) with (fillfactor=50)

table api_calls (
  ts timestamp with time zone not null
  received_at timestamp with time zone not null
  batch_id bigint not null
  message_id uuid
  user_id text not null
  tenant_id text not null
  request_id text
  first_of_request boolean not null
  ai boolean not null
  service text not null
  provider text not null
  model text not null
  endpoint text not null
  feature text not null
  content_type text not null
  status text not null
  error_kind text
  http_status integer
  latency_ms double precision
  tokens_in bigint
  tokens_out bigint
  cached boolean not null
  retry boolean not null
  cost numeric(18,8)
  cost_source text
  estimate boolean not null
  country text
  properties jsonb
  constraint api_calls_cost_source_check CHECK ((cost_source = ANY (ARRAY['price'::text, 'sent'::text, 'hours'::text])))
  constraint api_calls_error_kind_check CHECK ((error_kind = ANY (ARRAY['provider'::text, 'timeout'::text, 'safety'::text, 'rate_limit'::text, 'client'::text, 'server'::text])))
  constraint api_calls_status_check CHECK ((status = ANY (ARRAY['ok'::text, 'error'::text])))
) partition by RANGE (ts)
CREATE INDEX api_calls_batch ON ONLY public.api_calls USING brin (batch_id) WITH (pages_per_range='16')
CREATE INDEX api_calls_ts ON ONLY public.api_calls USING btree (ts)
CREATE INDEX api_calls_user ON ONLY public.api_calls USING btree (user_id, ts)

table api_keys (
  id text not null
  name text not null
  hash text not null
  hint text not null
  scopes text[] not null
  tenants text[]
  created_at timestamp with time zone not null default now()
  created_by text
  last_used_at timestamp with time zone
  expires_at timestamp with time zone
  revoked_at timestamp with time zone
  constraint api_keys_hash_key UNIQUE (hash)
  constraint api_keys_pkey PRIMARY KEY (id)
)

table audit_log (
  id bigint not null generated always as identity
  at timestamp with time zone not null default now()
  actor text not null
  action text not null
  target text
  detail jsonb
  constraint audit_log_pkey PRIMARY KEY (id)
)
CREATE INDEX audit_log_at ON public.audit_log USING btree (at)

table day_zones (
  since date not null
  zone text not null
  constraint day_zones_pkey PRIMARY KEY (since)
)

table dirty_buckets (
  rollup text not null
  bucket timestamp with time zone not null
)

table dirty_metric_days (
  scope text not null
  day date not null
)
CREATE INDEX dirty_metric_days_day ON public.dirty_metric_days USING btree (scope, day)

table dirty_users (
  user_id text not null
  tenant_id text not null default ''::text
)

table dropped_months (
  fact_table text not null
  month date not null
  constraint dropped_months_pkey PRIMARY KEY (fact_table, month)
)

table event_days (
  scope text not null
  day date not null
  name text not null
  n bigint not null
  constraint event_days_pkey PRIMARY KEY (scope, day, name)
) with (fillfactor=50)

table events (
  ts timestamp with time zone not null
  received_at timestamp with time zone not null
  batch_id bigint not null
  message_id uuid
  user_id text not null
  tenant_id text not null
  anonymous_id text
  session_id text
  type text not null
  name text not null
  source text not null
  country text
  city text
  browser text
  os text
  device text
  properties jsonb
) partition by RANGE (ts)
CREATE INDEX events_batch ON ONLY public.events USING brin (batch_id) WITH (pages_per_range='16')
CREATE INDEX events_ts ON ONLY public.events USING btree (ts)
CREATE INDEX events_user ON ONLY public.events USING btree (user_id, ts)

table fact_batches (
  id bigint not null
  kind text not null
  n integer not null
  min_ts timestamp with time zone not null
  max_ts timestamp with time zone not null
  constraint fact_batches_pkey PRIMARY KEY (id)
)

table gauge_hours (
  scope text not null
  hour timestamp with time zone not null
  name text not null
  n bigint not null
  total double precision not null
  low double precision not null
  high double precision not null
  last double precision not null
  last_ts timestamp with time zone not null
  constraint gauge_hours_pkey PRIMARY KEY (scope, hour, name)
) with (fillfactor=50)

table gauges (
  ts timestamp with time zone not null
  received_at timestamp with time zone not null
  batch_id bigint not null
  message_id uuid
  tenant_id text not null
  name text not null
  value double precision not null
  labels jsonb
) partition by RANGE (ts)
CREATE INDEX gauges_batch ON ONLY public.gauges USING brin (batch_id)
CREATE INDEX gauges_name ON ONLY public.gauges USING btree (name, ts)

table identities (
  anonymous_id text not null
  user_id text not null
  since timestamp with time zone not null
  constraint identities_pkey PRIMARY KEY (anonymous_id)
)
CREATE INDEX identities_user ON public.identities USING btree (user_id)

table import_runs (
  id text not null
  kind text not null
  file_name text not null
  bytes_done bigint not null default 0
  lines_done bigint not null default 0
  accepted bigint not null default 0
  duplicate bigint not null default 0
  rejected bigint not null default 0
  updated_at timestamp with time zone not null default now()
  finished_at timestamp with time zone
  constraint import_runs_pkey PRIMARY KEY (id)
)

table job_hours (
  scope text not null
  hour timestamp with time zone not null
  kind text not null
  enqueued bigint not null
  succeeded bigint not null
  failed bigint not null
  cancelled bigint not null
  run_n bigint not null
  run_ms double precision not null
  wait_n bigint not null
  wait_ms double precision not null
  run_hist bigint[] not null
  constraint job_hours_pkey PRIMARY KEY (scope, hour, kind)
)

table job_runs (
  id bigint not null generated always as identity
  job text not null
  scheduled_for timestamp with time zone not null
  started_at timestamp with time zone not null default now()
  heartbeat_at timestamp with time zone not null default now()
  finished_at timestamp with time zone
  outcome text
  done bigint not null default 0
  total bigint
  note text
  error text
  started_by text not null default 'schedule'::text
  cancel_requested boolean not null default false
  constraint job_runs_job_scheduled_for_key UNIQUE (job, scheduled_for)
  constraint job_runs_outcome_check CHECK ((outcome = ANY (ARRAY['ok'::text, 'failed'::text, 'cancelled'::text, 'abandoned'::text])))
  constraint job_runs_pkey PRIMARY KEY (id)
)
CREATE INDEX job_runs_job ON public.job_runs USING btree (job, id DESC)

table jobs (
  job_id text not null
  batch_id bigint not null
  ts timestamp with time zone not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  kind text not null
  queue text
  status text not null
  enqueued_at timestamp with time zone not null
  started_at timestamp with time zone
  finished_at timestamp with time zone
  error text
  attempt integer not null default 1
  object_id text
  updated_at timestamp with time zone not null
  properties jsonb
  constraint jobs_pkey PRIMARY KEY (job_id)
  constraint jobs_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text])))
)
CREATE INDEX jobs_batch ON public.jobs USING btree (batch_id)
CREATE INDEX jobs_enqueued ON public.jobs USING btree (enqueued_at)
CREATE INDEX jobs_finished ON public.jobs USING btree (finished_at)
CREATE INDEX jobs_open ON public.jobs USING btree (enqueued_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]))
CREATE INDEX jobs_started ON public.jobs USING btree (started_at)
CREATE INDEX jobs_ts ON public.jobs USING btree (ts)
CREATE INDEX jobs_user ON public.jobs USING btree (user_id, ts)

table login_failures (
  at timestamp with time zone not null default now()
  email text not null
  ip text not null
)
CREATE INDEX login_failures_at ON public.login_failures USING btree (at)

table metric_days (
  scope text not null
  day date not null
  v double precision[] not null
  computed_at timestamp with time zone not null
  constraint metric_days_pkey PRIMARY KEY (scope, day)
)
CREATE INDEX metric_days_day ON public.metric_days USING btree (day)

table metric_slots (
  slot integer not null
  key text not null
  part text not null default 'value'::text
  constraint metric_slots_key_part_key UNIQUE (key, part)
  constraint metric_slots_pkey PRIMARY KEY (slot)
)

table model_prices (
  provider text not null
  model text not null
  since timestamp with time zone not null
  input_per_mtok numeric
  output_per_mtok numeric
  cached_input_per_mtok numeric
  per_hour numeric
  currency text not null default 'USD'::text
  note text
  constraint model_prices_pkey PRIMARY KEY (provider, model, since)
)

table mrr_days (
  scope text not null
  day date not null
  plan text not null
  kind text not null
  currency text not null
  n bigint not null
  amount_minor bigint not null
  customers_delta bigint not null
  constraint mrr_days_pkey PRIMARY KEY (scope, day, plan, kind, currency)
)

table mrr_movements (
  movement_id text not null
  batch_id bigint not null
  ts timestamp with time zone not null
  recorded_at timestamp with time zone not null
  customer_id text not null
  user_id text not null
  tenant_id text not null
  subscription_id text
  plan text not null
  kind text not null
  amount_minor bigint not null
  customers_delta integer not null
  currency text not null
  constraint mrr_movements_kind_check CHECK ((kind = ANY (ARRAY['new'::text, 'expansion'::text, 'contraction'::text, 'churn'::text, 'reactivation'::text, 'fx'::text])))
  constraint mrr_movements_pkey PRIMARY KEY (movement_id)
)
CREATE INDEX mrr_movements_batch ON public.mrr_movements USING brin (batch_id)
CREATE INDEX mrr_movements_customer ON public.mrr_movements USING btree (customer_id, ts)
CREATE INDEX mrr_movements_ts ON public.mrr_movements USING btree (ts)

table object_days (
  scope text not null
  day date not null
  kind text not null
  created bigint not null
  closed bigint not null
  quantity numeric not null
  constraint object_days_pkey PRIMARY KEY (scope, day, kind)
)

table objects (
  kind text not null
  object_id text not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  name text
  status text
  quantity numeric
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  closed_at timestamp with time zone
  properties jsonb
  constraint objects_pkey PRIMARY KEY (kind, object_id)
)
CREATE INDEX objects_closed ON public.objects USING btree (closed_at) WHERE (closed_at IS NOT NULL)
CREATE INDEX objects_created ON public.objects USING btree (created_at)
CREATE INDEX objects_user ON public.objects USING btree (user_id)

table payment_days (
  scope text not null
  day date not null
  provider text not null
  status text not null
  currency text not null
  n bigint not null
  amount_minor bigint not null
  fee_minor bigint not null
  fee_waived_minor bigint not null
  refunded_minor bigint not null
  constraint payment_days_pkey PRIMARY KEY (scope, day, provider, status, currency)
)

table payments (
  payment_id text not null
  ts timestamp with time zone not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  subscription_id text
  invoice_id text
  provider text not null
  status text not null
  amount_minor bigint not null
  fee_minor bigint not null default 0
  fee_waived_minor bigint not null default 0
  refunded_minor bigint not null default 0
  currency text not null
  failure_reason text
  updated_at timestamp with time zone not null
  properties jsonb
  constraint payments_pkey PRIMARY KEY (payment_id)
  constraint payments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'refunded'::text])))
)
CREATE INDEX payments_ts ON public.payments USING btree (ts)
CREATE INDEX payments_user ON public.payments USING btree (user_id)

table plan_days (
  scope text not null
  day date not null
  class text not null
  plan text not null
  delta bigint not null
  constraint plan_days_pkey PRIMARY KEY (scope, day, class, plan)
)

table plans (
  plan_id text not null
  name text not null
  class text not null
  amount_minor bigint
  currency text
  interval text
  limits jsonb
  updated_at timestamp with time zone not null
  constraint plans_class_check CHECK ((class = ANY (ARRAY['paid'::text, 'free'::text])))
  constraint plans_pkey PRIMARY KEY (plan_id)
)

table probe_hours (
  hour timestamp with time zone not null
  target text not null
  n bigint not null
  ok bigint not null
  latency_n bigint not null
  latency_ms double precision not null
  constraint probe_hours_pkey PRIMARY KEY (hour, target)
) with (fillfactor=50)

table probes (
  ts timestamp with time zone not null
  received_at timestamp with time zone not null
  batch_id bigint not null
  message_id uuid
  target text not null
  ok boolean not null
  http_status integer
  latency_ms double precision
  error text
) partition by RANGE (ts)
CREATE INDEX probes_batch ON ONLY public.probes USING brin (batch_id)
CREATE INDEX probes_ts ON ONLY public.probes USING btree (ts)

table rejected_facts (
  id bigint not null generated always as identity
  at timestamp with time zone not null default now()
  kind text not null
  source text not null
  reason text not null
  raw bytea not null
  constraint rejected_facts_pkey PRIMARY KEY (id)
)
CREATE INDEX rejected_facts_at ON public.rejected_facts USING btree (at)

table seen_a (
  message_id uuid not null
  constraint seen_a_pkey PRIMARY KEY (message_id)
)

table seen_b (
  message_id uuid not null
  constraint seen_b_pkey PRIMARY KEY (message_id)
)

table seen_state (
  current text not null
  since timestamp with time zone not null
  constraint seen_state_current_check CHECK ((current = ANY (ARRAY['a'::text, 'b'::text])))
)

table session_days (
  user_id text not null
  scope text not null
  day date not null
  session_id text not null
  first_ts timestamp with time zone not null
  last_ts timestamp with time zone not null
  events integer not null
  constraint session_days_pkey PRIMARY KEY (user_id, scope, day, session_id)
) with (fillfactor=60)
CREATE INDEX session_days_day ON public.session_days USING btree (scope, day)

table settings (
  key text not null
  value jsonb not null
  updated_at timestamp with time zone not null default now()
  constraint settings_pkey PRIMARY KEY (key)
)

table setup_tokens (
  token_hash text not null
  expires_at timestamp with time zone not null
  used_at timestamp with time zone
  constraint setup_tokens_pkey PRIMARY KEY (token_hash)
)

table signup_days (
  scope text not null
  day date not null
  provider text not null
  country text not null
  n bigint not null
  constraint signup_days_pkey PRIMARY KEY (scope, day, provider, country)
)

table subscription_states (
  subscription_id text not null
  ts timestamp with time zone not null
  user_id text not null
  tenant_id text not null
  plan text not null
  status text not null
  mrr_minor bigint not null
  trial_ends_at timestamp with time zone
  ends_at timestamp with time zone
  constraint subscription_states_pkey PRIMARY KEY (subscription_id, ts)
)
CREATE INDEX subscription_states_tenant ON public.subscription_states USING btree (tenant_id) WHERE (user_id = ''::text)
CREATE INDEX subscription_states_user ON public.subscription_states USING btree (user_id)

table subscriptions (
  subscription_id text not null
  customer_id text not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  plan text not null
  status text not null
  interval text not null
  interval_count integer not null
  quantity integer not null
  amount_minor bigint not null
  currency text not null
  mrr_minor bigint not null
  provider text
  started_at timestamp with time zone not null
  trial_ends_at timestamp with time zone
  current_period_end timestamp with time zone
  ends_at timestamp with time zone
  updated_at timestamp with time zone not null
  properties jsonb
  constraint subscriptions_pkey PRIMARY KEY (subscription_id)
  constraint subscriptions_status_check CHECK ((status = ANY (ARRAY['trialing'::text, 'active'::text, 'past_due'::text, 'paused'::text, 'cancelled'::text, 'expired'::text])))
)
CREATE INDEX subscriptions_customer ON public.subscriptions USING btree (customer_id)
CREATE INDEX subscriptions_ends ON public.subscriptions USING btree (ends_at) WHERE (mrr_minor > 0)
CREATE INDEX subscriptions_user ON public.subscriptions USING btree (user_id)

table tenants (
  tenant_id text not null
  name text
  plan text
  country text
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  properties jsonb
  constraint tenants_pkey PRIMARY KEY (tenant_id)
)

table usage_analytics_daily (
  date date not null
  tenant text not null
  dau bigint
  mau bigint
  ai_requests bigint
  preview_requests bigint
  avg_latency_ms double precision
  max_queue_depth double precision
  constraint usage_analytics_daily_pkey PRIMARY KEY (date, tenant)
)

table user_activity (
  user_id text not null
  scope text not null
  last_day date not null
  bits bit(128) not null
  constraint user_activity_pkey PRIMARY KEY (user_id, scope)
) with (fillfactor=70)

table user_days (
  user_id text not null
  scope text not null
  day date not null
  active boolean not null default false
  plan_class text not null default 'free'::text
  events integer not null default 0
  api_calls integer not null default 0
  ai_calls integer not null default 0
  ai_requests integer not null default 0
  errors integer not null default 0
  jobs integer not null default 0
  tokens bigint not null default 0
  cost numeric(18,8) not null default 0
  constraint user_days_pkey PRIMARY KEY (user_id, scope, day)
) with (fillfactor=60)
CREATE INDEX user_days_active ON public.user_days USING btree (scope, day) WHERE active

table user_plans (
  user_id text not null
  since timestamp with time zone not null
  tenant_id text not null
  class text not null
  plan text not null
  constraint user_plans_class_check CHECK ((class = ANY (ARRAY['paid'::text, 'trial'::text, 'trial_expired'::text, 'free'::text])))
  constraint user_plans_pkey PRIMARY KEY (user_id, since)
)
CREATE INDEX user_plans_since ON public.user_plans USING btree (since)

table users (
  user_id text not null
  tenant_id text not null default ''::text
  email text
  username text
  plan text
  status text not null default 'active'::text
  provider text
  country text
  city text
  time_zone text
  referrer text
  created_at timestamp with time zone not null
  created_known boolean not null
  updated_at timestamp with time zone not null
  traits jsonb
  constraint users_pkey PRIMARY KEY (user_id)
)
CREATE INDEX users_created ON public.users USING btree (created_at)
CREATE INDEX users_email ON public.users USING btree (lower(email))
CREATE INDEX users_tenant ON public.users USING btree (tenant_id)

view metric_values as
SELECT d.scope,
    d.day,
    s.key,
    s.part,
    d.v[s.slot] AS value,
    d.computed_at
   FROM (metric_days d
     JOIN metric_slots s ON ((s.slot <= cardinality(d.v))));

CREATE OR REPLACE FUNCTION public.bits_from(bits bit, last_day date, day date)
 RETURNS bit
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when day >= last_day then bits >> least(128, day - last_day) else bits << least(128, last_day - day) end
$function$

CREATE OR REPLACE FUNCTION public.day_bit(n integer)
 RETURNS bit
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select set_bit(repeat('0', 128)::bit(128), n, 1)
$function$

CREATE OR REPLACE FUNCTION public.ensure_partition(parent text, at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  first timestamptz := date_trunc('month', at, 'UTC');
  next timestamptz := date_trunc('month', at, 'UTC') + interval '1 month';
  child text := parent || '_' || to_char(first at time zone 'UTC', 'YYYY_MM');
begin
  perform pg_advisory_xact_lock(7101, hashtext(child));
  if to_regclass(child) is not null then return; end if;
  execute format('create table %I (like %I including defaults including constraints including indexes including storage)', child, parent);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child, first, next);
end $function$

CREATE OR REPLACE FUNCTION public.hist_add(a bigint[], b bigint[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare h bigint[] := a;
begin
  if a is null then return b; end if;
  if b is null then return a; end if;
  for i in 1 .. cardinality(b) loop
    if b[i] <> 0 then h[i] := h[i] + b[i]; end if;
  end loop;
  return h;
end $function$

CREATE OR REPLACE FUNCTION public.hist_bucket(ms double precision)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when ms < 1 then 0 else least(160, 1 + floor(ln(ms) * 11.541560327111707)::int) end
$function$

CREATE OR REPLACE FUNCTION public.hist_dense(buckets integer[], counts bigint[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare h bigint[] := array_fill(0::bigint, array[161]);
begin
  if buckets is null then return h; end if;
  for i in 1 .. cardinality(buckets) loop
    if buckets[i] is not null then h[buckets[i] + 1] := h[buckets[i] + 1] + counts[i]; end if;
  end loop;
  return h;
end $function$

CREATE OR REPLACE FUNCTION public.hist_quantile(h bigint[], p double precision)
 RETURNS double precision
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
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
end $function$

aggregate hist_sum(bigint[]) using hist_add, hist_add

CREATE OR REPLACE FUNCTION public.seen_new(ids uuid[])
 RETURNS SETOF uuid
 LANGUAGE plpgsql
AS $function$
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
end $function$

sequence fact_batch_ids
