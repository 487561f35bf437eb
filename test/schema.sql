-- Written by "npm run check -- --write": what the migrations make.

table account_changes (
  customer_id text not null
  tenant_id text not null
  at timestamp with time zone not null
  delta integer not null
  constraint account_changes_pkey PRIMARY KEY (customer_id, tenant_id, at)
)
CREATE INDEX account_changes_at ON public.account_changes USING btree (at)

table account_days (
  scope text not null
  day date not null
  delta bigint not null
  constraint account_days_pkey PRIMARY KEY (scope, day)
)

table action_runs (
  id uuid not null
  action text not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  actor text not null
  key text not null
  reason text
  request jsonb not null
  state text not null default 'requested'::text
  answer jsonb
  problem text
  attempts integer not null default 0
  at timestamp with time zone not null
  busy_until timestamp with time zone
  next_at timestamp with time zone
  settled_at timestamp with time zone
  undo_of uuid
  constraint action_runs_check CHECK (((settled_at IS NOT NULL) = (state = ANY (ARRAY['done'::text, 'refused'::text, 'failed'::text]))))
  constraint action_runs_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200)))
  constraint action_runs_pkey PRIMARY KEY (id)
  constraint action_runs_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'done'::text, 'refused'::text, 'failed'::text, 'unknown'::text])))
  constraint action_runs_undo_of_fkey FOREIGN KEY (undo_of) REFERENCES action_runs(id)
)
CREATE INDEX action_runs_at ON public.action_runs USING btree (at)
CREATE UNIQUE INDEX action_runs_key ON public.action_runs USING btree (actor, key)
CREATE INDEX action_runs_open ON public.action_runs USING btree (next_at) WHERE (next_at IS NOT NULL)
CREATE UNIQUE INDEX action_runs_undo ON public.action_runs USING btree (undo_of) WHERE (state = ANY (ARRAY['requested'::text, 'done'::text, 'unknown'::text]))
CREATE INDEX action_runs_undone ON public.action_runs USING btree (undo_of) WHERE (undo_of IS NOT NULL)
CREATE INDEX action_runs_user ON public.action_runs USING btree (user_id, at)

table admin_links (
  token_hash text not null
  admin_id text not null
  kind text not null
  created_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  constraint admin_links_admin_id_fkey FOREIGN KEY (admin_id) REFERENCES admins(id) ON DELETE CASCADE
  constraint admin_links_kind_check CHECK ((kind = ANY (ARRAY['reset'::text, 'invite'::text])))
  constraint admin_links_pkey PRIMARY KEY (token_hash)
)
CREATE INDEX admin_links_admin ON public.admin_links USING btree (admin_id)

table admin_recovery_codes (
  admin_id text not null
  code_hash text not null
  used_at timestamp with time zone
  constraint admin_recovery_codes_admin_id_fkey FOREIGN KEY (admin_id) REFERENCES admins(id) ON DELETE CASCADE
  constraint admin_recovery_codes_pkey PRIMARY KEY (admin_id, code_hash)
)

table admin_sessions (
  id text not null
  user_id text not null
  expires_at timestamp with time zone not null
  created_at timestamp with time zone not null default now()
  ip text
  user_agent text
  proved_at timestamp with time zone not null default now()
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
  totp_secret text
  totp_since timestamp with time zone
  totp_step bigint
  constraint admins_pkey PRIMARY KEY (id)
  constraint admins_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'owner'::text])))
)
CREATE UNIQUE INDEX admins_email ON public.admins USING btree (lower(email))

table alert_checks (
  one boolean not null default true
  at timestamp with time zone not null
  constraint alert_checks_one_check CHECK (one)
  constraint alert_checks_pkey PRIMARY KEY (one)
)

table alert_events (
  id bigint not null generated always as identity
  alert_id bigint not null
  at timestamp with time zone not null
  kind text not null
  tenant_id text not null default ''::text
  actor text
  value double precision
  note text
  constraint alert_events_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES alerts(id) ON DELETE CASCADE
  constraint alert_events_kind_check CHECK ((kind = ANY (ARRAY['pending'::text, 'fired'::text, 'nodata'::text, 'data'::text, 'acknowledged'::text, 'silenced'::text, 'unsilenced'::text, 'resolved'::text])))
  constraint alert_events_pkey PRIMARY KEY (id)
)
CREATE INDEX alert_events_alert ON public.alert_events USING btree (alert_id, id)
CREATE INDEX alert_events_at ON public.alert_events USING btree (at)

table alert_rules (
  id bigint not null generated always as identity
  slug text not null
  name text not null
  preset text
  enabled boolean not null
  severity text not null
  scope text not null
  rule jsonb not null
  state text not null default 'ok'::text
  version integer not null default 1
  created_at timestamp with time zone not null default now()
  created_by text not null
  updated_at timestamp with time zone not null default now()
  updated_by text not null
  deleted_at timestamp with time zone
  unread_since timestamp with time zone
  unread_why text
  constraint alert_rules_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80)))
  constraint alert_rules_pkey PRIMARY KEY (id)
  constraint alert_rules_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'warning'::text, 'info'::text])))
  constraint alert_rules_state_check CHECK ((state = ANY (ARRAY['ok'::text, 'pending'::text, 'firing'::text, 'nodata'::text, 'held'::text, 'unread'::text])))
)
CREATE UNIQUE INDEX alert_rules_preset ON public.alert_rules USING btree (preset) WHERE (preset IS NOT NULL)
CREATE UNIQUE INDEX alert_rules_slug ON public.alert_rules USING btree (slug)

table alerts (
  id bigint not null generated always as identity
  rule_id bigint not null
  subject text not null default ''::text
  scope text not null
  state text not null
  severity text not null
  title text not null
  text text not null default ''::text
  value double precision
  peak double precision
  pending_since timestamp with time zone not null
  fired_at timestamp with time zone
  ended_at timestamp with time zone
  ended_why text
  ended_by text
  seen_at timestamp with time zone not null
  ok_since timestamp with time zone
  unknown_since timestamp with time zone
  acked_at timestamp with time zone
  acked_by text
  silenced_until timestamp with time zone
  silenced_by text
  told_to text[]
  owed text
  constraint alerts_owed_check CHECK ((owed = ANY (ARRAY['fired'::text, 'resolved'::text])))
  constraint alerts_pkey PRIMARY KEY (id)
  constraint alerts_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alert_rules(id) ON DELETE CASCADE
  constraint alerts_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'warning'::text, 'info'::text])))
  constraint alerts_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'firing'::text, 'resolved'::text, 'passed'::text])))
)
CREATE INDEX alerts_ended ON public.alerts USING btree (rule_id, subject, ended_at DESC) WHERE (state = 'resolved'::text)
CREATE INDEX alerts_fired ON public.alerts USING btree (fired_at DESC, id DESC) WHERE (fired_at IS NOT NULL)
CREATE UNIQUE INDEX alerts_open ON public.alerts USING btree (rule_id, subject) WHERE (state = ANY (ARRAY['pending'::text, 'firing'::text]))
CREATE INDEX alerts_over ON public.alerts USING btree (ended_at) WHERE (state = ANY (ARRAY['resolved'::text, 'passed'::text]))
CREATE INDEX alerts_owed ON public.alerts USING btree (id) WHERE (owed IS NOT NULL)
CREATE INDEX alerts_silenced ON public.alerts USING btree (rule_id, subject) WHERE (silenced_until IS NOT NULL)

table annotations (
  id bigint not null generated always as identity
  kind text not null
  at timestamp with time zone
  day date
  tenant_id text not null default ''::text
  text text not null
  link text
  key text
  created_at timestamp with time zone not null default now()
  created_by text not null
  constraint annotations_check CHECK ((num_nonnulls(at, day) = 1))
  constraint annotations_kind_check CHECK ((kind = ANY (ARRAY['note'::text, 'deploy'::text, 'flag'::text, 'price'::text, 'campaign'::text, 'incident'::text])))
  constraint annotations_link_check CHECK (((link ~ '^https?://'::text) AND (length(link) <= 500)))
  constraint annotations_pkey PRIMARY KEY (id)
  constraint annotations_text_check CHECK (((length(text) >= 1) AND (length(text) <= 200)))
)
CREATE INDEX annotations_at ON public.annotations USING btree (at)
CREATE INDEX annotations_day ON public.annotations USING btree (day)
CREATE UNIQUE INDEX annotations_key ON public.annotations USING btree (tenant_id, key)

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
  campaign_id text
  temperature double precision
  top_p double precision
  max_tokens bigint
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

table app_errors (
  ts timestamp with time zone not null
  received_at timestamp with time zone not null
  batch_id bigint not null
  message_id uuid
  user_id text not null
  anonymous_id text
  tenant_id text not null
  source text not null
  kind text not null
  message text not null
  fingerprint text not null
  severity text
  url text
  release text
  session_id text
  country text
  browser text
  os text
  device text
  properties jsonb
  constraint app_errors_source_check CHECK ((source = ANY (ARRAY['client'::text, 'server'::text, 'log'::text])))
) partition by RANGE (ts)
CREATE INDEX app_errors_anonymous ON ONLY public.app_errors USING btree (anonymous_id, ts) WHERE ((user_id = ''::text) AND (anonymous_id IS NOT NULL))
CREATE INDEX app_errors_batch ON ONLY public.app_errors USING brin (batch_id)
CREATE INDEX app_errors_fingerprint ON ONLY public.app_errors USING btree (fingerprint, ts)
CREATE INDEX app_errors_ts ON ONLY public.app_errors USING btree (ts)
CREATE INDEX app_errors_user ON ONLY public.app_errors USING btree (user_id, ts)

table audit_head (
  one boolean not null default true
  seq bigint not null
  hash text not null
  mac text
  sealed_at timestamp with time zone not null default now()
  constraint audit_head_one_check CHECK (one)
  constraint audit_head_pkey PRIMARY KEY (one)
)

table audit_log (
  id bigint not null generated always as identity
  at timestamp with time zone not null default now()
  actor text not null
  action text not null
  target text
  detail jsonb
  salt text default (gen_random_uuid())::text
  detail_hash text
  seq bigint
  hash text
  constraint audit_log_pkey PRIMARY KEY (id)
)
CREATE INDEX audit_log_action ON public.audit_log USING btree (action, id)
CREATE INDEX audit_log_actor ON public.audit_log USING btree (actor, id)
CREATE INDEX audit_log_at ON public.audit_log USING btree (at)
CREATE INDEX audit_log_changes ON public.audit_log USING btree (at) WHERE (action = ANY (ARRAY['admin.create'::text, 'key.create'::text, 'key.revoke'::text, 'job.run'::text]))
CREATE INDEX audit_log_metric ON public.audit_log USING btree (target, id) WHERE (target ~~ 'metric:%'::text)
CREATE UNIQUE INDEX audit_log_seq ON public.audit_log USING btree (seq)
CREATE INDEX audit_log_target ON public.audit_log USING btree (target, id)
CREATE INDEX audit_log_target_at ON public.audit_log USING btree (target, at) WHERE (target IS NOT NULL)
CREATE INDEX audit_log_unsealed ON public.audit_log USING btree (id) WHERE (seq IS NULL)

table board_cards (
  board_id bigint not null
  position integer not null
  id text not null
  kind text not null
  title text not null default ''::text
  width integer not null
  height text not null
  config jsonb not null
  constraint board_cards_board_id_fkey FOREIGN KEY (board_id) REFERENCES boards(id) ON DELETE CASCADE
  constraint board_cards_board_id_id_key UNIQUE (board_id, id)
  constraint board_cards_height_check CHECK ((height = ANY (ARRAY['s'::text, 'm'::text, 'l'::text])))
  constraint board_cards_id_check CHECK (((id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(id) <= 60)))
  constraint board_cards_pkey PRIMARY KEY (board_id, "position")
  constraint board_cards_width_check CHECK ((width = ANY (ARRAY[3, 4, 6, 8, 12])))
)

table board_pins (
  admin_id text not null
  board_id bigint not null
  pinned_at timestamp with time zone not null default now()
  constraint board_pins_admin_id_fkey FOREIGN KEY (admin_id) REFERENCES admins(id) ON DELETE CASCADE
  constraint board_pins_board_id_fkey FOREIGN KEY (board_id) REFERENCES boards(id) ON DELETE CASCADE
  constraint board_pins_pkey PRIMARY KEY (admin_id, board_id)
)
CREATE INDEX board_pins_board ON public.board_pins USING btree (board_id)

table boards (
  id bigint not null generated always as identity
  slug text not null
  name text not null
  description text not null default ''::text
  admin_id text
  shared boolean not null default false
  filters text
  removed jsonb
  version integer not null default 1
  created_at timestamp with time zone not null default now()
  updated_at timestamp with time zone not null default now()
  updated_by text not null
  constraint boards_admin_id_fkey FOREIGN KEY (admin_id) REFERENCES admins(id) ON DELETE CASCADE
  constraint boards_check CHECK (((admin_id IS NOT NULL) OR shared))
  constraint boards_description_check CHECK ((length(description) <= 300))
  constraint boards_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60)))
  constraint boards_pkey PRIMARY KEY (id)
  constraint boards_slug_check CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 60)))
)
CREATE INDEX boards_admin ON public.boards USING btree (admin_id)
CREATE UNIQUE INDEX boards_slug ON public.boards USING btree (slug)

table call_facet_days (
  scope text not null
  day date not null
  facet text not null
  value text not null
  ai boolean not null
  calls bigint not null
  errors bigint not null
  err_client bigint not null
  err_server bigint not null
  latency_n bigint not null
  latency_ms double precision not null
  hist bigint[] not null
  constraint call_facet_days_pkey PRIMARY KEY (scope, facet, day, value, ai)
) with (fillfactor=50)

table campaign_days (
  scope text not null
  day date not null
  campaign_id text not null
  currency text not null
  spend_minor bigint not null
  impressions bigint not null
  clicks bigint not null
  conversions bigint not null
  signups bigint not null
  revenue_minor bigint not null
  constraint campaign_days_pkey PRIMARY KEY (scope, day, campaign_id, currency)
)

table campaign_spend (
  campaign_id text not null
  day date not null
  amount_minor bigint not null
  currency text not null
  impressions bigint
  clicks bigint
  conversions bigint
  updated_at timestamp with time zone not null
  told jsonb
  constraint campaign_spend_pkey PRIMARY KEY (campaign_id, day)
)
CREATE INDEX campaign_spend_day ON public.campaign_spend USING btree (day)

table campaign_use_days (
  scope text not null
  day date not null
  campaign_id text not null
  calls bigint not null
  errors bigint not null
  cost numeric(20,8) not null
  cost_unknown bigint not null
  events bigint not null
  constraint campaign_use_days_pkey PRIMARY KEY (scope, day, campaign_id)
) with (fillfactor=50)

table campaign_user_days (
  user_id text not null
  scope text not null
  day date not null
  campaign_id text not null
  constraint campaign_user_days_pkey PRIMARY KEY (user_id, scope, day, campaign_id)
)
CREATE INDEX campaign_user_days_day ON public.campaign_user_days USING btree (scope, day)

table campaigns (
  campaign_id text not null
  name text
  tenant_id text not null default ''::text
  user_id text not null default ''::text
  channel text
  kind text not null
  status text
  tags text[]
  budget_minor bigint
  currency text not null
  started_at timestamp with time zone
  ended_at timestamp with time zone
  updated_at timestamp with time zone not null
  properties jsonb
  told jsonb
  constraint campaigns_kind_check CHECK ((kind = ANY (ARRAY['acquisition'::text, 'engagement'::text, 'content'::text, 'other'::text])))
  constraint campaigns_pkey PRIMARY KEY (campaign_id)
)
CREATE INDEX campaigns_started ON public.campaigns USING btree (started_at)

table channels (
  id text not null
  kind text not null
  name text not null
  target text not null
  settings jsonb not null default '{}'::jsonb
  secret text
  state text not null default 'on'::text
  reason text
  state_at timestamp with time zone not null default now()
  least_severity integer not null default 1
  tells_resolved boolean not null default true
  canary_hours integer
  created_at timestamp with time zone not null default now()
  created_by text not null
  updated_at timestamp with time zone not null default now()
  deleted_at timestamp with time zone
  late_since timestamp with time zone
  constraint channels_canary_hours_check CHECK (((canary_hours >= 1) AND (canary_hours <= 168)))
  constraint channels_id_check CHECK ((id ~ '^[a-z0-9][a-z0-9-]{0,69}$'::text))
  constraint channels_least_severity_check CHECK (((least_severity >= 1) AND (least_severity <= 3)))
  constraint channels_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60)))
  constraint channels_pkey PRIMARY KEY (id)
  constraint channels_state_check CHECK ((state = ANY (ARRAY['on'::text, 'off'::text, 'failed'::text])))
)
CREATE UNIQUE INDEX channels_name ON public.channels USING btree (lower(name)) WHERE (deleted_at IS NULL)

table cohort_retention (
  scope text not null
  period text not null
  cohort date not null
  week integer not null
  size bigint not null
  reached bigint not null
  returned bigint not null
  finished boolean not null
  computed_at timestamp with time zone not null
  constraint cohort_retention_period_check CHECK ((period = ANY (ARRAY['week'::text, 'month'::text])))
  constraint cohort_retention_pkey PRIMARY KEY (scope, period, cohort, week)
  constraint cohort_retention_week_check CHECK (((week >= 0) AND (week <= 12)))
)

table component_days (
  scope text not null
  day date not null
  component_id text not null
  n bigint not null
  told bigint not null
  ok bigint not null
  constraint component_days_pkey PRIMARY KEY (scope, day, component_id)
) with (fillfactor=50)

table component_gaps (
  day date not null
  scope text not null
  site_type text not null
  industry text not null
  prompts bigint not null
  helped bigint not null
  computed_at timestamp with time zone not null
  constraint component_gaps_pkey PRIMARY KEY (day, scope, site_type, industry)
)

table component_uses (
  ts timestamp with time zone not null
  received_at timestamp with time zone not null
  batch_id bigint not null
  message_id uuid
  user_id text not null
  tenant_id text not null
  component_id text not null
  object_id text
  job_id text
  ok boolean
  properties jsonb
) partition by RANGE (ts)
CREATE INDEX component_uses_batch ON ONLY public.component_uses USING brin (batch_id)
CREATE INDEX component_uses_component ON ONLY public.component_uses USING btree (component_id, ts)

table components (
  component_id text not null
  name text
  kind text
  category text
  version text
  quality double precision
  system boolean
  status text
  code text
  created_at timestamp with time zone not null
  updated_at timestamp with time zone not null
  properties jsonb
  told jsonb
  constraint components_pkey PRIMARY KEY (component_id)
)

table content_days (
  scope text not null
  day date not null
  content_type text not null
  task text not null
  provider text not null
  model text not null
  calls bigint not null
  requests bigint not null
  errors bigint not null
  retries bigint not null
  tokens_in bigint not null
  tokens_out bigint not null
  cost numeric(20,8) not null
  cost_unknown bigint not null
  cost_estimated bigint not null
  latency_n bigint not null
  latency_ms double precision not null
  hist bigint[] not null
  constraint content_days_pkey PRIMARY KEY (scope, day, content_type, task, provider, model)
) with (fillfactor=50)

table custom_metrics (
  key text not null
  label text not null
  unit text not null
  good text not null
  definition text not null
  action text not null
  formula text not null
  warn double precision
  crit double precision
  created_by text not null
  created_at timestamp with time zone not null
  updated_by text not null
  updated_at timestamp with time zone not null
  archived_at timestamp with time zone
  constraint custom_metrics_formula_check CHECK ((length(formula) <= 500))
  constraint custom_metrics_good_check CHECK ((good = ANY (ARRAY['up'::text, 'down'::text, 'neutral'::text])))
  constraint custom_metrics_key_check CHECK ((key ~ '^custom\.[a-z][a-z0-9_]{0,59}$'::text))
  constraint custom_metrics_label_check CHECK ((label <> ''::text))
  constraint custom_metrics_pkey PRIMARY KEY (key)
)

table customer_mrr_days (
  scope text not null
  customer_id text not null
  currency text not null
  policy text not null
  day date not null
  amount_minor bigint not null
  fx_minor bigint not null
  constraint customer_mrr_days_pkey PRIMARY KEY (scope, customer_id, currency, policy, day)
)
CREATE INDEX customer_mrr_days_day ON public.customer_mrr_days USING btree (day)

table data_version (
  one boolean not null default true
  n bigint not null default 0
  constraint data_version_one_check CHECK (one)
  constraint data_version_pkey PRIMARY KEY (one)
)

table day_zones (
  since date not null
  zone text not null
  constraint day_zones_pkey PRIMARY KEY (since)
)

table delivery_days (
  scope text not null
  day date not null
  host text not null
  event text not null
  n bigint not null
  succeeded bigint not null
  failed bigint not null
  attempts bigint not null
  latency_n bigint not null
  latency_ms double precision not null
  constraint delivery_days_pkey PRIMARY KEY (scope, day, host, event)
) with (fillfactor=50)

table dirty_buckets (
  rollup text not null
  bucket timestamp with time zone not null
)

table dirty_identities (
  anonymous_id text not null
)

table dirty_metric_days (
  scope text not null
  day date not null
)
CREATE INDEX dirty_metric_days_day ON public.dirty_metric_days USING btree (scope, day)

table dirty_subscriptions (
  subscription_id text not null
)

table dirty_user_stats (
  user_id text not null
)

table dirty_users (
  user_id text not null
  tenant_id text not null default ''::text
)

table door_minutes (
  source text not null
  minute timestamp with time zone not null
  accepted bigint not null default 0
  duplicate bigint not null default 0
  rejected bigint not null default 0
  last_fact_at timestamp with time zone
  constraint door_minutes_pkey PRIMARY KEY (source, minute)
) with (fillfactor=50)

table dropped_months (
  fact_table text not null
  month date not null
  constraint dropped_months_pkey PRIMARY KEY (fact_table, month)
)

table emails (
  id bigint not null generated always as identity
  notification_id bigint not null
  user_id text not null
  tenant_id text not null default ''::text
  recipient text not null
  subject text not null
  text text not null
  status text not null default 'queued'::text
  error text
  created_at timestamp with time zone not null default now()
  created_by text not null
  sent_at timestamp with time zone
  constraint emails_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES notifications(id)
  constraint emails_notification_id_key UNIQUE (notification_id)
  constraint emails_pkey PRIMARY KEY (id)
  constraint emails_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'kept'::text, 'failed'::text])))
)
CREATE INDEX emails_created ON public.emails USING btree (created_at)
CREATE INDEX emails_tenant ON public.emails USING btree (tenant_id, id)
CREATE INDEX emails_user ON public.emails USING btree (user_id, id)

table erased_ids (
  n bigint not null generated always as identity
  hash text not null
  pseudonym text not null
  at timestamp with time zone not null
  constraint erased_ids_hash_key UNIQUE (hash)
  constraint erased_ids_pkey PRIMARY KEY (n)
)

table erasures (
  id uuid not null
  requested_by text not null
  reason text not null
  requested_at timestamp with time zone not null
  names jsonb
  emails text[]
  salt text
  rows bigint not null default 0
  passed_at timestamp with time zone
  finished_at timestamp with time zone
  constraint erasures_check CHECK (((finished_at IS NOT NULL) = (names IS NULL)))
  constraint erasures_pkey PRIMARY KEY (id)
  constraint erasures_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
)
CREATE INDEX erasures_open ON public.erasures USING btree (requested_at) WHERE (finished_at IS NULL)

table error_days (
  scope text not null
  day date not null
  source text not null
  kind text not null
  n bigint not null
  constraint error_days_pkey PRIMARY KEY (scope, day, source, kind)
) with (fillfactor=50)

table event_days (
  scope text not null
  day date not null
  name text not null
  n bigint not null
  constraint event_days_pkey PRIMARY KEY (scope, day, name)
) with (fillfactor=50)

table event_names (
  id integer not null
  type text not null
  name text not null
  bit bit(512) not null
  constraint event_names_id_check CHECK (((id >= 0) AND (id <= 511)))
  constraint event_names_pkey PRIMARY KEY (id)
  constraint event_names_type_check CHECK ((type = ANY (ARRAY['event'::text, 'job'::text])))
  constraint event_names_type_name_key UNIQUE (type, name)
)

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
  campaign_id text
) partition by RANGE (ts)
CREATE INDEX events_anonymous ON ONLY public.events USING btree (anonymous_id, ts) WHERE ((user_id = ''::text) AND (anonymous_id IS NOT NULL))
CREATE INDEX events_batch ON ONLY public.events USING brin (batch_id) WITH (pages_per_range='16')
CREATE INDEX events_sign_ins ON ONLY public.events USING btree (ts) WHERE (replace(lower(name), ' '::text, '_'::text) = ANY (ARRAY['login_failed'::text, 'failed_login'::text, 'signin_failed'::text, 'sign_in_failed'::text, 'user_login_failed'::text, 'oauth_failed'::text, 'oauth_error'::text, 'oauth_failure'::text, 'oauth_login_failed'::text]))
CREATE INDEX events_ts ON ONLY public.events USING btree (ts)
CREATE INDEX events_user ON ONLY public.events USING btree (user_id, ts)

table exchange_rates (
  base text not null
  currency text not null
  day date not null
  rate numeric not null
  per_minor numeric not null
  source text not null
  updated_at timestamp with time zone not null
  updated_by text not null
  constraint exchange_rates_check CHECK ((currency <> base))
  constraint exchange_rates_per_minor_check CHECK ((per_minor > (0)::numeric))
  constraint exchange_rates_pkey PRIMARY KEY (base, currency, day)
  constraint exchange_rates_rate_check CHECK ((rate > (0)::numeric))
  constraint exchange_rates_source_check CHECK ((source = ANY (ARRAY['entered'::text, 'imported'::text])))
)

table experiments (
  experiment_id text not null
  name text
  variants text[]
  status text
  started_at timestamp with time zone
  ended_at timestamp with time zone
  updated_at timestamp with time zone not null
  properties jsonb
  told jsonb
  constraint experiments_pkey PRIMARY KEY (experiment_id)
)

table exposed_people (
  experiment_id text not null
  variant text not null
  person text not null
  scope text not null
  first_day date not null
  constraint exposed_people_pkey PRIMARY KEY (experiment_id, variant, person, scope)
)
CREATE INDEX exposed_people_day ON public.exposed_people USING btree (scope, first_day)
CREATE INDEX exposed_people_person ON public.exposed_people USING btree (person)

table exposure_days (
  scope text not null
  day date not null
  experiment_id text not null
  variant text not null
  n bigint not null
  constraint exposure_days_pkey PRIMARY KEY (scope, day, experiment_id, variant)
) with (fillfactor=50)

table exposures (
  ts timestamp with time zone not null
  received_at timestamp with time zone not null
  batch_id bigint not null
  message_id uuid
  user_id text not null
  anonymous_id text
  tenant_id text not null
  experiment_id text not null
  variant text not null
  session_id text
  properties jsonb
) partition by RANGE (ts)
CREATE INDEX exposures_anonymous ON ONLY public.exposures USING btree (anonymous_id, ts) WHERE ((user_id = ''::text) AND (anonymous_id IS NOT NULL))
CREATE INDEX exposures_batch ON ONLY public.exposures USING brin (batch_id)
CREATE INDEX exposures_experiment ON ONLY public.exposures USING btree (experiment_id, ts)
CREATE INDEX exposures_user ON ONLY public.exposures USING btree (user_id, ts)

table fact_batches (
  id bigint not null
  kind text not null
  n integer not null
  min_ts timestamp with time zone not null
  max_ts timestamp with time zone not null
  written_at timestamp with time zone not null default now()
  constraint fact_batches_pkey PRIMARY KEY (id)
)

table feedback (
  ts timestamp with time zone not null
  received_at timestamp with time zone not null
  batch_id bigint not null
  message_id uuid
  user_id text not null
  tenant_id text not null
  kind text not null
  score double precision
  max double precision
  comment text
  object_id text
  properties jsonb
  constraint feedback_kind_check CHECK ((kind = ANY (ARRAY['nps'::text, 'csat'::text, 'rating'::text, 'comment'::text])))
) partition by RANGE (ts)
CREATE INDEX feedback_batch ON ONLY public.feedback USING brin (batch_id)
CREATE INDEX feedback_ts ON ONLY public.feedback USING btree (ts)
CREATE INDEX feedback_user ON ONLY public.feedback USING btree (user_id, ts)

table feedback_days (
  scope text not null
  day date not null
  kind text not null
  n bigint not null
  scored bigint not null
  score double precision not null
  promoters bigint not null
  detractors bigint not null
  satisfied bigint not null
  constraint feedback_days_pkey PRIMARY KEY (scope, day, kind)
) with (fillfactor=60)

table finance_inputs (
  month date not null
  item text not null
  amount_minor bigint not null
  currency text not null
  note text
  updated_at timestamp with time zone not null
  updated_by text not null
  constraint finance_inputs_item_check CHECK ((item = ANY (ARRAY['cash'::text, 'burn'::text, 'hosting'::text, 'other_costs'::text, 'acquisition'::text])))
  constraint finance_inputs_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
  constraint finance_inputs_pkey PRIMARY KEY (month, item)
)

table first_names (
  name text not null
  since timestamp with time zone not null
  constraint first_names_pkey PRIMARY KEY (name)
)

table funnel_snapshots (
  day date not null
  scope text not null
  place smallint not null
  stage text not null
  people bigint
  computed_at timestamp with time zone not null
  constraint funnel_snapshots_pkey PRIMARY KEY (day, scope, stage)
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

table health_bins (
  scope text not null
  band text not null
  then_band text not null
  bin integer not null
  watched boolean not null
  n bigint not null
  score double precision not null
  then_score double precision not null
  then_n bigint not null
  constraint health_bins_pkey PRIMARY KEY (scope, band, then_band, bin, watched)
)

table health_days (
  scope text not null
  day date not null
  band text not null
  n bigint not null
  score double precision not null
  constraint health_days_pkey PRIMARY KEY (scope, day, band)
)

table health_outcomes (
  scope text not null
  outcome text not null
  band text not null
  n bigint not null
  bad bigint not null
  auc double precision
  days date[] not null
  constraint health_outcomes_outcome_check CHECK ((outcome = ANY (ARRAY['churned'::text, 'lapsed'::text])))
  constraint health_outcomes_pkey PRIMARY KEY (scope, outcome, band)
)

table health_scores (
  user_id text not null
  day date not null
  score real not null
  builds real
  engagement real
  returns real
  adoption real
  satisfaction real
  paid boolean not null
  active boolean not null
  constraint health_scores_pkey PRIMARY KEY (user_id, day)
)
CREATE INDEX health_scores_day ON public.health_scores USING btree (day, user_id)

table health_state (
  one boolean not null default true
  day date not null
  then_day date
  rules text not null
  weights jsonb not null
  users integer not null
  computed_at timestamp with time zone not null
  constraint health_state_one_check CHECK (one)
  constraint health_state_pkey PRIMARY KEY (one)
)

table health_weeks (
  day date not null
  rules text not null
  computed_at timestamp with time zone not null
  constraint health_weeks_pkey PRIMARY KEY (day)
)

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

table incident_hours (
  incident_id bigint not null
  hour timestamp with time zone not null
  n bigint not null
  constraint incident_hours_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id) ON DELETE CASCADE
  constraint incident_hours_pkey PRIMARY KEY (incident_id, hour)
) with (fillfactor=50)

table incidents (
  id bigint not null generated always as identity
  fingerprint text not null
  kind text not null
  provider text not null
  severity text not null
  message text not null
  first_at timestamp with time zone not null
  last_at timestamp with time zone not null
  n bigint not null
  source text not null
  sample text
  constraint incidents_pkey PRIMARY KEY (id)
  constraint incidents_severity_check CHECK ((severity = ANY (ARRAY['warn'::text, 'error'::text])))
)
CREATE INDEX incidents_fingerprint ON public.incidents USING btree (fingerprint, last_at)
CREATE INDEX incidents_first_at ON public.incidents USING btree (first_at)
CREATE INDEX incidents_last_at ON public.incidents USING btree (last_at)

table intake_days (
  day date not null
  source text not null
  kind text not null
  accepted bigint not null
  duplicate bigint not null
  rejected bigint not null
  constraint intake_days_pkey PRIMARY KEY (day, source, kind)
) with (fillfactor=50)

table invite_days (
  scope text not null
  day date not null
  channel text not null
  sent bigint not null
  sent_accepted bigint not null
  accepted bigint not null
  hours double precision[] not null
  constraint invite_days_pkey PRIMARY KEY (scope, day, channel)
)

table invites (
  invite_id text not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  invitee text
  channel text
  sent_at timestamp with time zone not null
  accepted_at timestamp with time zone
  accepted_user_id text
  status text
  updated_at timestamp with time zone not null
  told jsonb
  constraint invites_pkey PRIMARY KEY (invite_id)
)
CREATE INDEX invites_accepted ON public.invites USING btree (accepted_at) WHERE (accepted_at IS NOT NULL)
CREATE INDEX invites_sent ON public.invites USING btree (sent_at)
CREATE INDEX invites_user ON public.invites USING btree (user_id)

table invoice_days (
  scope text not null
  day date not null
  provider text not null
  currency text not null
  issued bigint not null
  issued_minor bigint not null
  paid bigint not null
  paid_minor bigint not null
  open bigint not null
  open_minor bigint not null
  overdue bigint not null
  overdue_minor bigint not null
  pending bigint not null
  pending_minor bigint not null
  issued_reported bigint
  paid_reported bigint
  open_reported bigint
  overdue_reported bigint
  pending_reported bigint
  constraint invoice_days_pkey PRIMARY KEY (scope, day, provider, currency)
)

table invoices (
  invoice_id text not null
  number text
  customer_id text
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  subscription_id text
  provider text
  status text not null
  amount_minor bigint not null
  amount_paid_minor bigint
  currency text not null
  issued_at timestamp with time zone
  due_at timestamp with time zone
  paid_at timestamp with time zone
  updated_at timestamp with time zone not null
  properties jsonb
  told jsonb
  pending_at timestamp with time zone
  closed_at timestamp with time zone
  constraint invoices_pkey PRIMARY KEY (invoice_id)
  constraint invoices_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'open'::text, 'pending_verification'::text, 'paid'::text, 'void'::text, 'uncollectible'::text])))
)
CREATE INDEX invoices_closed ON public.invoices USING btree (closed_at) WHERE (closed_at IS NOT NULL)
CREATE INDEX invoices_due ON public.invoices USING btree (due_at) WHERE (due_at IS NOT NULL)
CREATE INDEX invoices_issued ON public.invoices USING btree (issued_at)
CREATE INDEX invoices_open ON public.invoices USING btree (due_at) WHERE (status = ANY (ARRAY['open'::text, 'pending_verification'::text]))
CREATE INDEX invoices_paid ON public.invoices USING btree (paid_at) WHERE (paid_at IS NOT NULL)
CREATE INDEX invoices_pending ON public.invoices USING btree (pending_at) WHERE (pending_at IS NOT NULL)
CREATE INDEX invoices_user ON public.invoices USING btree (user_id)

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
  wait_hist bigint[]
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

table job_steps (
  run_id bigint not null
  place smallint not null
  name text not null
  state text not null
  as_of date
  started_at timestamp with time zone
  finished_at timestamp with time zone
  done bigint not null default 0
  total bigint
  note text
  error text
  carried_from bigint
  constraint job_steps_pkey PRIMARY KEY (run_id, name)
  constraint job_steps_run_id_fkey FOREIGN KEY (run_id) REFERENCES job_runs(id) ON DELETE CASCADE
  constraint job_steps_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'ok'::text, 'failed'::text])))
)

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
CREATE INDEX jobs_kind ON public.jobs USING btree (kind, ts) INCLUDE (user_id, tenant_id, status)
CREATE INDEX jobs_open ON public.jobs USING btree (enqueued_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]))
CREATE INDEX jobs_started ON public.jobs USING btree (started_at)
CREATE INDEX jobs_ts ON public.jobs USING btree (ts)
CREATE INDEX jobs_user ON public.jobs USING btree (user_id, ts)

table known_names (
  kind text not null
  name text not null
  seen_on date not null
  constraint known_names_pkey PRIMARY KEY (kind, name)
) with (fillfactor=70)

table log_files (
  path text not null
  file_id text not null
  position bigint not null
  head text not null
  skipping boolean not null default false
  lines bigint not null default 0
  garbage bigint not null default 0
  too_long bigint not null default 0
  updated_at timestamp with time zone not null default now()
  constraint log_files_pkey PRIMARY KEY (path)
)

table log_reader (
  one boolean not null default true
  reader text not null
  until timestamp with time zone not null
  constraint log_reader_one_check CHECK (one)
  constraint log_reader_pkey PRIMARY KEY (one)
)

table login_failures (
  at timestamp with time zone not null default now()
  email text not null
  ip text not null
  id bigint not null generated always as identity
  kind text not null default 'password'::text
  cleared_at timestamp with time zone
  constraint login_failures_kind_check CHECK ((kind = ANY (ARRAY['password'::text, 'code'::text, 'reset'::text])))
  constraint login_failures_pkey PRIMARY KEY (id)
)
CREATE INDEX login_failures_at ON public.login_failures USING btree (at)

table merged_ids (
  id text not null
  user_id text not null
  since timestamp with time zone not null
  constraint merged_ids_pkey PRIMARY KEY (id)
)
CREATE INDEX merged_ids_user ON public.merged_ids USING btree (user_id)

table message_days (
  scope text not null
  day date not null
  channel text not null
  direction text not null
  n bigint not null
  delivered bigint not null
  opened bigint not null
  clicked bigint not null
  bounced bigint not null
  failed bigint not null
  unsubscribed bigint not null
  constraint message_days_pkey PRIMARY KEY (scope, day, channel, direction)
) with (fillfactor=50)

table messages (
  message_id text not null
  ts timestamp with time zone not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  channel text not null
  direction text not null
  status text not null
  recipient text
  subject text
  text text
  updated_at timestamp with time zone not null
  properties jsonb
  told jsonb
  constraint messages_channel_check CHECK ((channel = ANY (ARRAY['chat'::text, 'email'::text, 'sms'::text, 'other'::text])))
  constraint messages_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text])))
  constraint messages_pkey PRIMARY KEY (message_id)
  constraint messages_status_check CHECK ((status = ANY (ARRAY['sent'::text, 'delivered'::text, 'opened'::text, 'clicked'::text, 'bounced'::text, 'complained'::text, 'unsubscribed'::text, 'failed'::text])))
)
CREATE INDEX messages_ts ON public.messages USING btree (ts)
CREATE INDEX messages_unwanted ON public.messages USING btree (lower(recipient)) WHERE (status = ANY (ARRAY['unsubscribed'::text, 'complained'::text]))
CREATE INDEX messages_user ON public.messages USING btree (user_id, ts)

table metric_days (
  scope text not null
  day date not null
  v double precision[] not null
  computed_at timestamp with time zone not null
  definitions integer
  folded text
  constraint metric_days_pkey PRIMARY KEY (scope, day)
)
CREATE INDEX metric_days_day ON public.metric_days USING btree (day)

table metric_definitions (
  id integer not null generated always as identity
  hash text not null
  fingerprints jsonb not null
  folded text not null
  first_used timestamp with time zone not null
  constraint metric_definitions_hash_key UNIQUE (hash)
  constraint metric_definitions_pkey PRIMARY KEY (id)
)

table metric_dim_days (
  day date not null
  slot integer not null
  place smallint not null
  value text not null
  v double precision
  den double precision
  constraint metric_dim_days_pkey PRIMARY KEY (day, slot, place)
)

table metric_dim_stored (
  day date not null
  slots integer[] not null
  constraint metric_dim_stored_pkey PRIMARY KEY (day)
)

table metric_dims (
  slot integer not null
  key text not null
  dim text not null
  constraint metric_dims_key_dim_key UNIQUE (key, dim)
  constraint metric_dims_pkey PRIMARY KEY (slot)
)

table metric_slots (
  slot integer not null
  key text not null
  part text not null default 'value'::text
  constraint metric_slots_key_part_key UNIQUE (key, part)
  constraint metric_slots_pkey PRIMARY KEY (slot)
)

table mixed_payers (
  scope text not null
  customer_id text not null
  constraint mixed_payers_pkey PRIMARY KEY (scope, customer_id)
)

table model_policies (
  task text not null
  since timestamp with time zone not null
  provider text not null
  model text not null
  note text
  constraint model_policies_pkey PRIMARY KEY (task, since)
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
  policy text not null default ''::text
  amount_reported bigint
  customers_reported bigint
  constraint mrr_days_pkey PRIMARY KEY (scope, day, plan, kind, currency, policy)
)
CREATE INDEX mrr_days_currency ON public.mrr_days USING btree (currency)

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
  policy text not null default ''::text
  constraint mrr_movements_kind_check CHECK ((kind = ANY (ARRAY['new'::text, 'expansion'::text, 'contraction'::text, 'churn'::text, 'reactivation'::text, 'fx'::text])))
  constraint mrr_movements_pkey PRIMARY KEY (movement_id)
  constraint mrr_movements_policy_check CHECK ((policy = ANY (ARRAY[''::text, 'stripe'::text, 'chartmogul'::text])))
)
CREATE INDEX mrr_movements_batch ON public.mrr_movements USING brin (batch_id)
CREATE INDEX mrr_movements_customer ON public.mrr_movements USING btree (customer_id, ts)
CREATE INDEX mrr_movements_ts ON public.mrr_movements USING btree (ts)
CREATE INDEX mrr_movements_user ON public.mrr_movements USING btree (user_id, ts) WHERE (user_id <> ''::text)

table nightly_days (
  name text not null
  day date not null
  computed_at timestamp with time zone not null
  constraint nightly_days_pkey PRIMARY KEY (name, day)
)

table notification_attempts (
  notification_id bigint not null
  n integer not null
  at timestamp with time zone not null default now()
  took_ms integer
  outcome text
  status integer
  detail text
  constraint notification_attempts_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES notifications(id) ON DELETE CASCADE
  constraint notification_attempts_outcome_check CHECK ((outcome = ANY (ARRAY['sent'::text, 'kept'::text, 'retry'::text, 'refused'::text, 'lost'::text])))
  constraint notification_attempts_pkey PRIMARY KEY (notification_id, n)
)

table notifications (
  id bigint not null generated always as identity
  channel_id text not null default ''::text
  dedupe_key text not null
  kind text not null
  thread text
  payload jsonb not null
  state text not null default 'queued'::text
  attempts integer not null default 0
  created_at timestamp with time zone not null default now()
  next_at timestamp with time zone not null default now()
  claimed_at timestamp with time zone
  sent_at timestamp with time zone
  last_error text
  message_id uuid not null default gen_random_uuid()
  constraint notifications_channel_id_dedupe_key_key UNIQUE (channel_id, dedupe_key)
  constraint notifications_dedupe_key_check CHECK (((length(dedupe_key) >= 1) AND (length(dedupe_key) <= 200)))
  constraint notifications_kind_check CHECK ((kind = ANY (ARRAY['firing'::text, 'resolved'::text, 'test'::text, 'canary'::text, 'mail'::text])))
  constraint notifications_pkey PRIMARY KEY (id)
  constraint notifications_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'kept'::text, 'failed'::text, 'dead'::text])))
)
CREATE INDEX notifications_channel ON public.notifications USING btree (channel_id, id)
CREATE INDEX notifications_created ON public.notifications USING btree (created_at)
CREATE INDEX notifications_thread ON public.notifications USING btree (channel_id, thread, id) WHERE ((state = ANY (ARRAY['queued'::text, 'sending'::text])) AND (thread IS NOT NULL))
CREATE INDEX notifications_trials ON public.notifications USING btree (channel_id, created_at) WHERE (kind = ANY (ARRAY['canary'::text, 'test'::text]))
CREATE INDEX notifications_waiting ON public.notifications USING btree (channel_id, next_at, id) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]))

table object_counts (
  kind text not null
  object_id text not null
  counter text not null
  hour timestamp with time zone not null
  tenant_id text not null
  user_id text not null
  amount numeric not null
  constraint object_counts_pkey PRIMARY KEY (kind, object_id, counter, hour)
)
CREATE INDEX object_counts_hour ON public.object_counts USING btree (hour)

table object_days (
  scope text not null
  day date not null
  kind text not null
  created bigint not null
  closed bigint not null
  quantity numeric not null
  variant text not null default ''::text
  origin text not null default ''::text
  done bigint not null default 0
  created_done bigint not null default 0
  constraint object_days_pkey PRIMARY KEY (scope, day, kind, variant, origin)
)

table object_user_days (
  scope text not null
  day date not null
  user_id text not null
  kind text not null
  variant text not null
  part text not null
  created bigint not null
  constraint object_user_days_pkey PRIMARY KEY (scope, day, kind, variant, part, user_id)
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
CREATE INDEX objects_user_created ON public.objects USING btree (user_id, created_at)

table page_days (
  scope text not null
  day date not null
  path text not null
  device text not null
  loads bigint not null
  clicks bigint not null
  forms_seen bigint not null
  forms_sent bigint not null
  forms_left bigint not null
  errors bigint not null
  constraint page_days_pkey PRIMARY KEY (scope, day, path, device)
) with (fillfactor=50)

table parameter_days (
  scope text not null
  day date not null
  name text not null
  step double precision not null
  n bigint not null
  total double precision not null
  constraint parameter_days_pkey PRIMARY KEY (scope, day, name, step)
) with (fillfactor=50)

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
  subscription_minor bigint not null default 0
  waived_n bigint not null default 0
  amount_reported bigint
  fee_reported bigint
  fee_waived_reported bigint
  refunded_reported bigint
  subscription_reported bigint
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
CREATE INDEX payments_subscription ON public.payments USING btree (subscription_id, ts) WHERE (subscription_id IS NOT NULL)
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

table prompt_days (
  scope text not null
  day date not null
  model text not null
  site_type text not null
  industry text not null
  n bigint not null
  succeeded bigint not null
  failed bigint not null
  duration_n bigint not null
  duration_ms double precision not null
  library_n bigint not null
  library_used bigint not null
  hist bigint[] not null
  constraint prompt_days_pkey PRIMARY KEY (scope, day, model, site_type, industry)
) with (fillfactor=50)

table prompts (
  prompt_id text not null
  ts timestamp with time zone not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  object_id text
  job_id text
  model text
  site_type text
  industry text
  status text
  duration_ms double precision
  library_used boolean
  text text
  updated_at timestamp with time zone not null
  properties jsonb
  told jsonb
  constraint prompts_pkey PRIMARY KEY (prompt_id)
  constraint prompts_status_check CHECK ((status = ANY (ARRAY['succeeded'::text, 'failed'::text, 'pending'::text])))
)
CREATE INDEX prompts_ts ON public.prompts USING btree (ts)
CREATE INDEX prompts_user ON public.prompts USING btree (user_id, ts)

table public_keys (
  id text not null
  key text not null
  name text not null
  origins text[] not null
  tenants text[]
  created_at timestamp with time zone not null default now()
  created_by text
  last_used_at timestamp with time zone
  revoked_at timestamp with time zone
  constraint public_keys_key_key UNIQUE (key)
  constraint public_keys_origins_check CHECK ((cardinality(origins) > 0))
  constraint public_keys_pkey PRIMARY KEY (id)
)

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

table reporting_currency (
  one boolean not null default true
  currency text not null
  constraint reporting_currency_one_check CHECK (one)
  constraint reporting_currency_pkey PRIMARY KEY (one)
)

table retention_days (
  scope text not null
  day date not null
  period text not null
  currency text not null
  policy text not null
  customers bigint not null
  lost bigint not null
  start_minor bigint not null
  end_minor bigint not null
  kept_minor bigint not null
  constraint retention_days_period_check CHECK ((period = ANY (ARRAY['month'::text, 'year'::text])))
  constraint retention_days_pkey PRIMARY KEY (scope, day, period, currency, policy)
) with (fillfactor=60)

table saved_queries (
  id bigint not null generated always as identity
  admin_id text not null
  name text not null
  metrics text[] not null
  dimension text
  chart text not null
  range text
  compare text
  created_at timestamp with time zone not null default now()
  updated_at timestamp with time zone not null default now()
  constraint saved_queries_admin_id_fkey FOREIGN KEY (admin_id) REFERENCES admins(id) ON DELETE CASCADE
  constraint saved_queries_metrics_check CHECK (((cardinality(metrics) >= 1) AND (cardinality(metrics) <= 6)))
  constraint saved_queries_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60)))
  constraint saved_queries_pkey PRIMARY KEY (id)
)
CREATE UNIQUE INDEX saved_queries_own ON public.saved_queries USING btree (admin_id, lower(name))

table saved_view_pins (
  admin_id text not null
  view_id bigint not null
  pinned_at timestamp with time zone not null default now()
  constraint saved_view_pins_admin_id_fkey FOREIGN KEY (admin_id) REFERENCES admins(id) ON DELETE CASCADE
  constraint saved_view_pins_pkey PRIMARY KEY (admin_id, view_id)
  constraint saved_view_pins_view_id_fkey FOREIGN KEY (view_id) REFERENCES saved_views(id) ON DELETE CASCADE
)
CREATE INDEX saved_view_pins_view ON public.saved_view_pins USING btree (view_id)

table saved_views (
  id bigint not null generated always as identity
  admin_id text not null
  name text not null
  path text not null
  query text not null default ''::text
  shared boolean not null default false
  created_at timestamp with time zone not null default now()
  updated_at timestamp with time zone not null default now()
  constraint saved_views_admin_id_fkey FOREIGN KEY (admin_id) REFERENCES admins(id) ON DELETE CASCADE
  constraint saved_views_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60)))
  constraint saved_views_pkey PRIMARY KEY (id)
)
CREATE UNIQUE INDEX saved_views_own ON public.saved_views USING btree (admin_id, lower(name))
CREATE UNIQUE INDEX saved_views_shared ON public.saved_views USING btree (lower(name)) WHERE shared

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

table segments (
  id bigint not null generated always as identity
  slug text not null
  name text not null
  rule jsonb not null
  shared boolean not null
  owner text not null
  tenants text[]
  created_at timestamp with time zone not null default now()
  updated_at timestamp with time zone not null default now()
  deleted_at timestamp with time zone
  constraint segments_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60)))
  constraint segments_pkey PRIMARY KEY (id)
)
CREATE UNIQUE INDEX segments_own ON public.segments USING btree (owner, lower(name)) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX segments_shared ON public.segments USING btree (lower(name)) WHERE (shared AND (deleted_at IS NULL))
CREATE UNIQUE INDEX segments_slug ON public.segments USING btree (slug)

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
  updated_by text
  constraint settings_pkey PRIMARY KEY (key)
)

table setup_tokens (
  token_hash text not null
  expires_at timestamp with time zone not null
  used_at timestamp with time zone
  constraint setup_tokens_pkey PRIMARY KEY (token_hash)
)

table sign_in_failure_days (
  day date not null
  n bigint not null
  constraint sign_in_failure_days_pkey PRIMARY KEY (day)
) with (fillfactor=50)

table signup_days (
  scope text not null
  day date not null
  provider text not null
  country text not null
  n bigint not null
  referrer text not null default ''::text
  constraint signup_days_pkey PRIMARY KEY (scope, day, provider, country, referrer)
)

table source_events (
  id bigint not null generated always as identity
  at timestamp with time zone not null
  source text not null
  state text not null
  reason text
  down_ms bigint
  noticed_by text not null
  constraint source_events_pkey PRIMARY KEY (id)
  constraint source_events_state_check CHECK ((state = ANY (ARRAY['degraded'::text, 'recovered'::text])))
)
CREATE INDEX source_events_at ON public.source_events USING btree (at)
CREATE INDEX source_events_source ON public.source_events USING btree (source, at)

table spend_days (
  scope text not null
  day date not null
  kind text not null
  channel text not null
  currency text not null
  amount_minor bigint not null
  amount_reported bigint
  constraint spend_days_pkey PRIMARY KEY (scope, day, kind, channel, currency)
)

table state_changes (
  kind text not null
  sign smallint not null
  row jsonb not null
)

table subscription_days (
  scope text not null
  day date not null
  plan text not null
  status text not null
  currency text not null
  cancel_reason text not null
  delta bigint not null
  mrr_minor bigint not null
  cancelled bigint not null
  trials_ended bigint not null
  trials_converted bigint not null
  mrr_reported bigint
  dunning_ended bigint not null default 0
  dunning_recovered bigint not null default 0
  constraint subscription_days_pkey PRIMARY KEY (scope, day, plan, status, currency, cancel_reason)
)

table subscription_spans (
  subscription_id text not null
  since timestamp with time zone not null
  customer_id text not null
  tenant_id text not null
  plan text not null
  status text not null
  currency text not null
  mrr_minor bigint not null
  cancel_reason text not null
  pays_next boolean not null
  constraint subscription_spans_pkey PRIMARY KEY (subscription_id, since)
  constraint subscription_spans_status_check CHECK ((status = ANY (ARRAY['trialing'::text, 'active'::text, 'past_due'::text, 'paused'::text, 'cancelling'::text, 'cancelled'::text, 'expired'::text])))
)
CREATE INDEX subscription_spans_customer ON public.subscription_spans USING btree (customer_id, tenant_id)
CREATE INDEX subscription_spans_since ON public.subscription_spans USING btree (since)

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
  currency text
  cancel_reason text
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
  discount_minor bigint not null default 0
  discount_ends_at timestamp with time zone
  cancel_reason text
  constraint subscriptions_pkey PRIMARY KEY (subscription_id)
  constraint subscriptions_status_check CHECK ((status = ANY (ARRAY['trialing'::text, 'active'::text, 'past_due'::text, 'paused'::text, 'cancelled'::text, 'expired'::text])))
)
CREATE INDEX subscriptions_customer ON public.subscriptions USING btree (customer_id)
CREATE INDEX subscriptions_discounts ON public.subscriptions USING btree (discount_ends_at) WHERE (discount_ends_at IS NOT NULL)
CREATE INDEX subscriptions_ends ON public.subscriptions USING btree (ends_at) WHERE (mrr_minor > 0)
CREATE INDEX subscriptions_past_due ON public.subscriptions USING btree (subscription_id) WHERE (status = 'past_due'::text)
CREATE INDEX subscriptions_user ON public.subscriptions USING btree (user_id)

table sync_state (
  preset text not null
  file text not null
  state text not null
  reason text
  position jsonb
  watermark text
  rows_read bigint not null default 0
  rows_rejected bigint not null default 0
  rows_expected bigint
  refused_in_a_row integer not null default 0
  failures integer not null default 0
  last_run_at timestamp with time zone
  last_row_at timestamp with time zone
  caught_up_at timestamp with time zone
  next_at timestamp with time zone not null
  constraint sync_state_pkey PRIMARY KEY (preset, file)
  constraint sync_state_state_check CHECK ((state = ANY (ARRAY['ok'::text, 'error'::text, 'off'::text, 'waiting'::text])))
)

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

table ticket_days (
  scope text not null
  day date not null
  priority text not null
  opened bigint not null
  closed bigint not null
  response_n bigint not null
  response_ms double precision not null
  resolution_n bigint not null
  resolution_ms double precision not null
  constraint ticket_days_pkey PRIMARY KEY (scope, day, priority)
) with (fillfactor=50)

table tickets (
  ticket_id text not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  subject text
  status text not null
  priority text
  created_at timestamp with time zone not null
  first_response_at timestamp with time zone
  closed_at timestamp with time zone
  updated_at timestamp with time zone not null
  properties jsonb
  told jsonb
  constraint tickets_pkey PRIMARY KEY (ticket_id)
  constraint tickets_status_check CHECK ((status = ANY (ARRAY['open'::text, 'pending'::text, 'solved'::text, 'closed'::text])))
)
CREATE INDEX tickets_answered ON public.tickets USING btree (first_response_at) WHERE (first_response_at IS NOT NULL)
CREATE INDEX tickets_created ON public.tickets USING btree (created_at)
CREATE INDEX tickets_ended ON public.tickets USING btree (COALESCE(closed_at, updated_at)) WHERE (status = ANY (ARRAY['solved'::text, 'closed'::text]))
CREATE INDEX tickets_open ON public.tickets USING btree (created_at) WHERE (status = ANY (ARRAY['open'::text, 'pending'::text]))
CREATE INDEX tickets_user ON public.tickets USING btree (user_id, created_at)

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

table user_countries (
  user_id text not null
  scope text not null
  country text not null
  first_day date not null
  constraint user_countries_pkey PRIMARY KEY (user_id, scope, country)
)
CREATE INDEX user_countries_day ON public.user_countries USING btree (scope, first_day)

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
  names bit(512)
  last_active_at timestamp with time zone
  constraint user_days_pkey PRIMARY KEY (user_id, scope, day)
) with (fillfactor=60)
CREATE INDEX user_days_day ON public.user_days USING btree (scope, day)

table user_firsts (
  user_id text not null
  name text not null
  ts timestamp with time zone not null
  constraint user_firsts_pkey PRIMARY KEY (user_id, name)
) with (fillfactor=90)
CREATE INDEX user_firsts_name ON public.user_firsts USING btree (name, ts)

table user_group_counts (
  scope text not null
  grp integer not null
  n bigint not null
  constraint user_group_counts_pkey PRIMARY KEY (scope, grp)
)

table user_groups (
  grp integer not null generated always as identity
  class text not null
  plan text not null
  suspended boolean not null
  at_risk boolean not null default false
  near_limit boolean not null default false
  constraint user_groups_key UNIQUE (class, plan, suspended, at_risk, near_limit)
  constraint user_groups_pkey PRIMARY KEY (grp)
)

table user_health (
  user_id text not null
  tenant_id text not null
  day date not null
  plan text not null
  class text not null
  stage text not null
  score real
  band text not null
  builds real
  engagement real
  returns real
  adoption real
  satisfaction real
  jobs integer not null
  jobs_ok integer not null
  last_ok_on date
  active_days integer not null
  active_before integer not null
  last_active_on date
  weeks integer not null
  weeks_of integer not null
  features integer not null
  features_of integer not null
  ratings integer not null
  then_score real
  then_band text
  then_builds real
  then_engagement real
  then_returns real
  then_adoption real
  then_satisfaction real
  computed_at timestamp with time zone not null
  change real default (score - then_score)
  constraint user_health_band_check CHECK ((band = ANY (ARRAY['healthy'::text, 'at-risk'::text, 'churning'::text, 'unknown'::text])))
  constraint user_health_pkey PRIMARY KEY (user_id)
  constraint user_health_stage_check CHECK ((stage = ANY (ARRAY['lapsed'::text, 'at-risk'::text, 'activation'::text, 'growth'::text, 'mature'::text])))
) with (fillfactor=70)
CREATE INDEX user_health_change ON public.user_health USING btree (change, user_id)
CREATE INDEX user_health_risk ON public.user_health USING btree (((class = 'paid'::text)) DESC, change, score, user_id) WHERE ((band = ANY (ARRAY['at-risk'::text, 'churning'::text])) AND (stage <> 'lapsed'::text))
CREATE INDEX user_health_score ON public.user_health USING btree (score, user_id)
CREATE INDEX user_health_tenant ON public.user_health USING btree (tenant_id)

table user_notes (
  id bigint not null generated always as identity
  user_id text not null
  text text not null
  created_by text not null
  created_at timestamp with time zone not null
  constraint user_notes_pkey PRIMARY KEY (id)
  constraint user_notes_text_check CHECK (((length(text) >= 1) AND (length(text) <= 2000)))
)
CREATE INDEX user_notes_user ON public.user_notes USING btree (user_id, id)

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

table user_profiles (
  user_id text not null
  text text
  problem text
  model text not null
  written_by text not null
  written_at timestamp with time zone not null
  constraint user_profiles_check CHECK ((num_nonnulls(text, problem) = 1))
  constraint user_profiles_pkey PRIMARY KEY (user_id)
  constraint user_profiles_text_check CHECK (((length(text) >= 1) AND (length(text) <= 4000)))
)

table user_stats (
  user_id text not null
  scope text not null
  grp integer not null
  name_key text not null
  created_at timestamp with time zone not null
  last_seen_at timestamp with time zone
  calls_30d bigint not null
  ai_cost_30d numeric(18,8) not null
  mrr_minor bigint
  margin_30d numeric(20,8)
  health double precision
  constraint user_stats_pkey PRIMARY KEY (user_id, scope)
) with (fillfactor=80)
CREATE INDEX user_stats_calls ON public.user_stats USING btree (scope, grp, calls_30d, user_id)
CREATE INDEX user_stats_cost ON public.user_stats USING btree (scope, grp, ai_cost_30d, user_id)
CREATE INDEX user_stats_created ON public.user_stats USING btree (scope, grp, created_at, user_id)
CREATE INDEX user_stats_health ON public.user_stats USING btree (scope, grp, health, user_id)
CREATE INDEX user_stats_margin ON public.user_stats USING btree (scope, grp, margin_30d, user_id)
CREATE INDEX user_stats_mrr ON public.user_stats USING btree (scope, grp, mrr_minor, user_id)
CREATE INDEX user_stats_name ON public.user_stats USING btree (scope, grp, name_key, user_id)
CREATE INDEX user_stats_seen ON public.user_stats USING btree (scope, grp, last_seen_at, user_id)

table user_tags (
  user_id text not null
  tag text not null
  created_by text not null
  created_at timestamp with time zone not null
  constraint user_tags_pkey PRIMARY KEY (user_id, tag)
  constraint user_tags_tag_check CHECK (((length(tag) >= 1) AND (length(tag) <= 40)))
)
CREATE INDEX user_tags_tag ON public.user_tags USING btree (tag, user_id)

table user_trouble_days (
  user_id text not null
  scope text not null
  day date not null
  errors bigint not null
  rate_limited bigint not null
  constraint user_trouble_days_pkey PRIMARY KEY (user_id, scope, day)
) with (fillfactor=60)
CREATE INDEX user_trouble_days_day ON public.user_trouble_days USING btree (scope, day)

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
CREATE INDEX users_find_domain ON public.users USING btree (split_part(lower(email), '@'::text, 2) text_pattern_ops)
CREATE INDEX users_find_email ON public.users USING btree (lower(email) text_pattern_ops)
CREATE INDEX users_find_id ON public.users USING btree (lower(user_id) text_pattern_ops)
CREATE INDEX users_find_name ON public.users USING btree (lower((traits ->> 'name'::text)) text_pattern_ops)
CREATE INDEX users_find_username ON public.users USING btree (lower(username) text_pattern_ops)
CREATE INDEX users_referrer ON public.users USING btree (lower(referrer)) WHERE (referrer IS NOT NULL)
CREATE INDEX users_tenant ON public.users USING btree (tenant_id)

table vital_days (
  scope text not null
  day date not null
  name text not null
  path text not null
  device text not null
  n bigint not null
  good bigint not null
  poor bigint not null
  hist bigint[] not null
  constraint vital_days_pkey PRIMARY KEY (scope, day, name, path, device)
) with (fillfactor=50)

table web_vitals (
  vital_id text not null
  ts timestamp with time zone not null
  name text not null
  value double precision not null
  rating text
  path text
  session_id text
  user_id text not null default ''::text
  anonymous_id text
  tenant_id text not null default ''::text
  device text
  browser text
  os text
  country text
  navigation_type text
  updated_at timestamp with time zone not null
  told jsonb
  constraint web_vitals_pkey PRIMARY KEY (vital_id)
)
CREATE INDEX web_vitals_ts ON public.web_vitals USING btree (ts)

table webhook_deliveries (
  delivery_id text not null
  ts timestamp with time zone not null
  tenant_id text not null default ''::text
  target text
  event text
  status text not null
  http_status integer
  attempt integer
  latency_ms double precision
  error text
  updated_at timestamp with time zone not null
  told jsonb
  constraint webhook_deliveries_pkey PRIMARY KEY (delivery_id)
  constraint webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text])))
)
CREATE INDEX webhook_deliveries_ts ON public.webhook_deliveries USING btree (ts)

table webhook_events (
  provider text not null
  event_id text not null
  type text not null
  created_at timestamp with time zone not null
  received_at timestamp with time zone not null
  outcome text not null
  error text
  body jsonb
  constraint webhook_events_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'ignored'::text, 'unknown'::text, 'failed'::text])))
  constraint webhook_events_pkey PRIMARY KEY (provider, event_id)
)
CREATE INDEX webhook_events_received ON public.webhook_events USING btree (received_at)

table webhook_things (
  provider text not null
  kind text not null
  id text not null
  payer text not null default ''::text
  said jsonb not null
  user_id text not null default ''::text
  tenant_id text not null default ''::text
  constraint webhook_things_pkey PRIMARY KEY (provider, kind, id)
)
CREATE INDEX webhook_things_payer ON public.webhook_things USING btree (provider, payer) WHERE (payer <> ''::text)

view metric_dim_values as
SELECT d.day,
    d.slot,
    d.place,
    s.key,
    s.dim,
    (d.place = 0) AS is_rest,
    d.value,
    d.v,
    d.den
   FROM (metric_dim_days d
     JOIN metric_dims s ON ((s.slot = d.slot)));

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
declare
  h bigint[] := a;
  la int := array_lower(a, 1); ua int := array_upper(a, 1); lb int := array_lower(b, 1); ub int := array_upper(b, 1);
begin
  if la is null then return coalesce(b, a); end if;
  if lb is null then return a; end if;
  if lb < la or ub > ua then
    h := array_fill(0::bigint, array[greatest(ua, ub) - least(la, lb) + 1], array[least(la, lb)]);
    h[la:ua] := a;
  end if;
  for i in lb .. ub loop
    if b[i] <> 0 then h[i] := h[i] + b[i]; end if;
  end loop;
  -- What was counted can be taken back: then it is the same as if it had never been there.
  if h[least(la, lb)] = 0 or h[greatest(ua, ub)] = 0 then h := hist_trim(h); end if;
  return h;
end $function$

CREATE OR REPLACE FUNCTION public.hist_bucket(ms double precision)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when ms < 1 then 0 else least(160, 1 + floor(ln(ms) * 11.541560327111707)::int) end
$function$

CREATE OR REPLACE FUNCTION public.hist_of(buckets integer[], counts bigint[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare h bigint[]; lo int; hi int;
begin
  for i in 1 .. coalesce(cardinality(buckets), 0) loop
    if buckets[i] is not null and counts[i] <> 0 then
      if lo is null or buckets[i] < lo then lo := buckets[i]; end if;
      if hi is null or buckets[i] > hi then hi := buckets[i]; end if;
    end if;
  end loop;
  if lo is null then return '{}'; end if;
  h := array_fill(0::bigint, array[hi - lo + 1], array[lo + 1]);
  for i in 1 .. cardinality(buckets) loop
    if buckets[i] is not null and counts[i] <> 0 then h[buckets[i] + 1] := h[buckets[i] + 1] + counts[i]; end if;
  end loop;
  if h[lo + 1] = 0 or h[hi + 1] = 0 then h := hist_trim(h); end if;
  return h;
end $function$

CREATE OR REPLACE FUNCTION public.hist_quantile(h bigint[], p double precision)
 RETURNS double precision
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare total bigint := 0; rank bigint; seen bigint := 0; x bigint;
begin
  if h is null then return null; end if;
  foreach x in array h loop total := total + x; end loop;
  if total = 0 then return null; end if;
  rank := greatest(1, ceil(p * total));
  for i in array_lower(h, 1) .. array_upper(h, 1) loop
    seen := seen + h[i];
    if seen >= rank then return case when i = 1 then 0.5 else 2 ^ ((i - 1.5) / 8) end; end if;
  end loop;
  return null;
end $function$

aggregate hist_sum(bigint[]) using hist_add, hist_add

CREATE OR REPLACE FUNCTION public.hist_trim(h bigint[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare lo int := array_lower(h, 1); hi int := array_upper(h, 1); r bigint[];
begin
  if lo is null then return h; end if;
  while lo <= hi and h[lo] = 0 loop lo := lo + 1; end loop;
  while hi > lo and h[hi] = 0 loop hi := hi - 1; end loop;
  if lo > hi then return '{}'; end if;
  if lo = array_lower(h, 1) and hi = array_upper(h, 1) then return h; end if;
  r := array_fill(0::bigint, array[hi - lo + 1], array[lo]);
  r[lo:hi] := h[lo:hi];
  return r;
end $function$

CREATE OR REPLACE FUNCTION public.instant_of(txt text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
AS $function$
begin
  return case when txt ~ '^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$' then txt::timestamptz end;
exception when others then return null;
end $function$

CREATE OR REPLACE FUNCTION public.months_before(day date, n integer)
 RETURNS date
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when extract(day from day + 1) = 1
    then (day + 1 - make_interval(months => n))::date - 1
    else (day - make_interval(months => n))::date end
$function$

CREATE OR REPLACE FUNCTION public.object_facets(kind text, name text, properties jsonb)
 RETURNS text[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select array[
    left(coalesce(case kind
      when 'project' then properties ->> 'template'
      when 'site' then properties ->> 'template'
      when 'contract' then properties ->> 'template'
      when 'time_entry' then properties ->> 'tracker'
      when 'commit' then properties ->> 'git_provider'
      when 'repository' then properties ->> 'git_provider'
      when 'cli_install' then properties ->> 'version'
      when 'integration' then coalesce(properties ->> 'provider', name)
      when 'deliverable' then case when properties ->> 'auto_verified' = 'true' then 'auto' else 'manual' end
    end, ''), 100),
    case when kind not in ('project', 'site', 'contract') or coalesce(properties ->> 'template', '') = '' then ''
      when properties ->> 'custom_template' = 'true' then 'custom' else 'system' end,
    left(coalesce(case kind when 'commit' then properties ->> 'repository' when 'repository' then name end, ''), 200),
    case kind when 'contract' then properties ->> 'signed_at' end
  ]
$function$

CREATE OR REPLACE FUNCTION public.referral_source(referrer text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select left(coalesce(
    lower(regexp_replace(substring(referrer from '^[A-Za-z][A-Za-z0-9+.-]*://([^/?#:@]+)'), '^www\.', '', 'i')),
    referrer, ''), 100)
$function$

CREATE OR REPLACE FUNCTION public.route_of(path text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select left(
    regexp_replace(
      regexp_replace(
        regexp_replace(split_part(split_part(path, '?', 1), '#', 1), '^(\w+ )?https?://[^/]*', '\1'),
        '/(?=[^/]*\d)(?:\d+|[0-9a-fA-F-]{8,}|[\w=-]{20,}|\w{1,8}_[\w-]{8,})(?=/|$)', '/:id', 'g'),
      '(?<=.)/+$', ''),
    300)
$function$

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
