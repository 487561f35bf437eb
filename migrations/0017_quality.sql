-- Quality: AI content, endpoints, pages and vitals, campaigns, support, security, webhooks, and how Quarterdeck itself does.

-- What a call was asked with, and the campaign that a call or an event was for.
alter table api_calls
  add column campaign_id text,
  add column temperature float8,
  add column top_p float8,
  add column max_tokens bigint;
alter table events add column campaign_id text;

-- Facts that change by states are counted by their differences: what a row was counts -1, what it is counts 1. Written in
-- the transaction that changes the row, taken in the one that folds it.
create table state_changes (kind text not null, sign smallint not null, row jsonb not null);

-- Names that come from outside as dimensions (routes, pages, hosts): so many of a kind, all others are '(other)'.
create table known_names (
  kind text not null,
  name text not null,
  seen_on date not null,
  primary key (kind, name)
) with (fillfactor = 70);

-- A path with what tells one thing from the next taken out: /projects/42?x=1 is /projects/:id.
create function route_of(path text) returns text language sql immutable parallel safe as $$
  select left(
    regexp_replace(
      regexp_replace(
        regexp_replace(split_part(split_part(path, '?', 1), '#', 1), '^(\w+ )?https?://[^/]*', '\1'),
        '/(?=[^/]*\d)(?:\d+|[0-9a-fA-F-]{8,}|[\w=-]{20,}|\w{1,8}_[\w-]{8,})(?=/|$)', '/:id', 'g'),
      '(?<=.)/+$', ''),
    300)
$$;

-- Calls by what does not belong into the key of api_call_days: the endpoint, the country.
create table call_facet_days (
  scope text not null,
  day date not null,
  facet text not null,
  value text not null,
  ai boolean not null,
  calls bigint not null,
  errors bigint not null,
  err_client bigint not null,
  err_server bigint not null,
  latency_n bigint not null,
  latency_ms float8 not null,
  hist bigint[] not null,
  primary key (scope, facet, day, value, ai)
) with (fillfactor = 50);

-- AI calls by what they made, for which task, by which model.
create table content_days (
  scope text not null,
  day date not null,
  content_type text not null,
  task text not null,
  provider text not null,
  model text not null,
  calls bigint not null,
  requests bigint not null,
  errors bigint not null,
  retries bigint not null,
  tokens_in bigint not null,
  tokens_out bigint not null,
  cost numeric(20, 8) not null,
  cost_unknown bigint not null,
  cost_estimated bigint not null,
  latency_n bigint not null,
  latency_ms float8 not null,
  hist bigint[] not null,
  primary key (scope, day, content_type, task, provider, model)
) with (fillfactor = 50);

-- How often AI calls were made with which parameter, in steps; the exact sum makes the mean.
create table parameter_days (
  scope text not null,
  day date not null,
  name text not null,
  step float8 not null,
  n bigint not null,
  total float8 not null,
  primary key (scope, day, name, step)
) with (fillfactor = 50);

-- Which model a task is to be given from when on; another one is against the policy.
create table model_policies (
  task text not null,
  since timestamptz not null,
  provider text not null,
  model text not null,
  note text,
  primary key (task, since)
);

create table page_days (
  scope text not null,
  day date not null,
  path text not null,
  device text not null,
  loads bigint not null,
  clicks bigint not null,
  forms_seen bigint not null,
  forms_sent bigint not null,
  forms_left bigint not null,
  errors bigint not null,
  primary key (scope, day, path, device)
) with (fillfactor = 50);

-- `hist` in ms; of CLS, which has no unit, in thousandths.
create table vital_days (
  scope text not null,
  day date not null,
  name text not null,
  path text not null,
  device text not null,
  n bigint not null,
  good bigint not null,
  poor bigint not null,
  hist bigint[] not null,
  primary key (scope, day, name, path, device)
) with (fillfactor = 50);

create table error_days (
  scope text not null,
  day date not null,
  source text not null,
  kind text not null,
  n bigint not null,
  primary key (scope, day, source, kind)
) with (fillfactor = 50);

-- Whom something unpleasant happened to: an error of the product, a refusal by its rate limit.
create table user_trouble_days (
  user_id text not null,
  scope text not null,
  day date not null,
  errors bigint not null,
  rate_limited bigint not null,
  primary key (user_id, scope, day)
) with (fillfactor = 60);
create index user_trouble_days_day on user_trouble_days (scope, day);

-- Countries that a user signed in from, with the first day of each.
create table user_countries (
  user_id text not null,
  scope text not null,
  country text not null,
  first_day date not null,
  primary key (user_id, scope, country)
);
create index user_countries_day on user_countries (scope, first_day);

create table prompt_days (
  scope text not null,
  day date not null,
  model text not null,
  site_type text not null,
  industry text not null,
  n bigint not null,
  succeeded bigint not null,
  failed bigint not null,
  duration_n bigint not null,
  duration_ms float8 not null,
  library_n bigint not null,
  library_used bigint not null,
  hist bigint[] not null,
  primary key (scope, day, model, site_type, industry)
) with (fillfactor = 50);

create table ticket_days (
  scope text not null,
  day date not null,
  priority text not null,
  opened bigint not null,
  closed bigint not null,
  response_n bigint not null,
  response_ms float8 not null,
  resolution_n bigint not null,
  resolution_ms float8 not null,
  primary key (scope, day, priority)
) with (fillfactor = 50);

create table message_days (
  scope text not null,
  day date not null,
  channel text not null,
  direction text not null,
  n bigint not null,
  delivered bigint not null,
  opened bigint not null,
  clicked bigint not null,
  bounced bigint not null,
  failed bigint not null,
  unsubscribed bigint not null,
  primary key (scope, day, channel, direction)
) with (fillfactor = 50);

create table delivery_days (
  scope text not null,
  day date not null,
  host text not null,
  event text not null,
  n bigint not null,
  succeeded bigint not null,
  failed bigint not null,
  attempts bigint not null,
  latency_n bigint not null,
  latency_ms float8 not null,
  primary key (scope, day, host, event)
) with (fillfactor = 50);

create table component_days (
  scope text not null,
  day date not null,
  component_id text not null,
  n bigint not null,
  told bigint not null,
  ok bigint not null,
  primary key (scope, day, component_id)
) with (fillfactor = 50);

create table exposure_days (
  scope text not null,
  day date not null,
  experiment_id text not null,
  variant text not null,
  n bigint not null,
  primary key (scope, day, experiment_id, variant)
) with (fillfactor = 50);

-- Who saw which variant first when; who sees two is in both.
create table exposed_people (
  experiment_id text not null,
  variant text not null,
  person text not null,
  scope text not null,
  first_day date not null,
  primary key (experiment_id, variant, person, scope)
);
create index exposed_people_day on exposed_people (scope, first_day);

-- What campaigns cost and brought: folded anew by day. Sign-ups and receipts are those of users whose referrer names it.
create table campaign_days (
  scope text not null,
  day date not null,
  campaign_id text not null,
  currency text not null,
  spend_minor bigint not null,
  impressions bigint not null,
  clicks bigint not null,
  conversions bigint not null,
  signups bigint not null,
  revenue_minor bigint not null,
  primary key (scope, day, campaign_id, currency)
);

create table campaign_use_days (
  scope text not null,
  day date not null,
  campaign_id text not null,
  calls bigint not null,
  errors bigint not null,
  cost numeric(20, 8) not null,
  cost_unknown bigint not null,
  events bigint not null,
  primary key (scope, day, campaign_id)
) with (fillfactor = 50);

create table campaign_user_days (
  user_id text not null,
  scope text not null,
  day date not null,
  campaign_id text not null,
  primary key (user_id, scope, day, campaign_id)
);
create index campaign_user_days_day on campaign_user_days (scope, day);

-- How users' referrers are looked up.
create index users_referrer on users (lower(referrer)) where referrer is not null;

-- How long jobs waited, beside how long they ran; null before.
alter table job_hours add column wait_hist bigint[];

-- What the doors took and refused, by kind; counts for the eye, kept beyond the minutes.
create table intake_days (
  day date not null,
  source text not null,
  kind text not null,
  accepted bigint not null,
  duplicate bigint not null,
  rejected bigint not null,
  primary key (day, source, kind)
) with (fillfactor = 50);

-- Sign-ins to Quarterdeck that failed: who tried is forgotten after a month, how many is not.
create table sign_in_failure_days (day date primary key, n bigint not null) with (fillfactor = 50);

-- When a batch was written: how long it has waited.
alter table fact_batches add column written_at timestamptz not null default now();

-- Those written before this migration are counted as if they were told now.
insert into state_changes
select 'web_vitals', 1, jsonb_build_object('ts', ts, 'name', name, 'value', value, 'path', path, 'device', device, 'tenant_id', tenant_id)
from web_vitals
union all
select 'webhook_deliveries', 1, to_jsonb(d) - 'told' from webhook_deliveries d
union all
select 'prompts', 1, to_jsonb(p) - 'told' - 'text' - 'properties' from prompts p
union all
select 'messages', 1, to_jsonb(m) - 'told' - 'text' - 'properties' - 'recipient' - 'subject' from messages m
union all
select 'tickets', 1, to_jsonb(t) - 'told' - 'properties' - 'subject' from tickets t;
insert into dirty_buckets select distinct 'spend_days', day + interval '12 hours' from campaign_spend;
