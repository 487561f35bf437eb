-- More kinds of facts, in the manner of 0001. Those that change by states carry `told`: when a value was told (ms), where
-- that is not the row's updated_at, so that states out of order come to the same row.

create table invoices (
  invoice_id text primary key,
  number text,
  customer_id text,
  user_id text not null default '',
  tenant_id text not null default '',
  subscription_id text,
  provider text,
  status text not null check (status in ('draft', 'open', 'pending_verification', 'paid', 'void', 'uncollectible')),
  amount_minor bigint not null,
  amount_paid_minor bigint,
  currency text not null,
  issued_at timestamptz,
  due_at timestamptz,
  paid_at timestamptz,
  updated_at timestamptz not null,
  properties jsonb,
  told jsonb
);
create index invoices_issued on invoices (issued_at);
create index invoices_paid on invoices (paid_at) where paid_at is not null;
create index invoices_open on invoices (due_at) where status in ('open', 'pending_verification');
create index invoices_user on invoices (user_id);

create table campaigns (
  campaign_id text primary key,
  name text,
  tenant_id text not null default '',
  user_id text not null default '',
  channel text,
  kind text not null check (kind in ('acquisition', 'engagement', 'content', 'other')),
  status text,
  tags text[],
  budget_minor bigint,
  currency text not null,
  started_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null,
  properties jsonb,
  told jsonb
);

create table campaign_spend (
  campaign_id text not null,
  day date not null,
  amount_minor bigint not null,
  currency text not null,
  impressions bigint,
  clicks bigint,
  conversions bigint,
  updated_at timestamptz not null,
  told jsonb,
  primary key (campaign_id, day)
);
create index campaign_spend_day on campaign_spend (day);

create table components (
  component_id text primary key,
  name text,
  kind text,
  category text,
  version text,
  quality float8,
  system boolean,
  status text,
  code text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  properties jsonb,
  told jsonb
);

create table component_uses (
  ts timestamptz not null,
  received_at timestamptz not null,
  batch_id bigint not null,
  message_id uuid,
  user_id text not null,
  tenant_id text not null,
  component_id text not null,
  object_id text,
  job_id text,
  ok boolean,
  properties jsonb
) partition by range (ts);
create index component_uses_component on component_uses (component_id, ts);
create index component_uses_batch on component_uses using brin (batch_id);

create table prompts (
  prompt_id text primary key,
  ts timestamptz not null,
  user_id text not null default '',
  tenant_id text not null default '',
  object_id text,
  job_id text,
  model text,
  site_type text,
  industry text,
  status text check (status in ('succeeded', 'failed', 'pending')),
  duration_ms float8,
  library_used boolean,
  text text,
  updated_at timestamptz not null,
  properties jsonb,
  told jsonb
);
create index prompts_ts on prompts (ts);
create index prompts_user on prompts (user_id, ts);

create table messages (
  message_id text primary key,
  ts timestamptz not null,
  user_id text not null default '',
  tenant_id text not null default '',
  channel text not null check (channel in ('chat', 'email', 'sms', 'other')),
  direction text not null check (direction in ('in', 'out')),
  status text not null check (status in
    ('sent', 'delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed', 'failed')),
  recipient text,
  subject text,
  text text,
  updated_at timestamptz not null,
  properties jsonb,
  told jsonb
);
create index messages_ts on messages (ts);
create index messages_user on messages (user_id, ts);

create table tickets (
  ticket_id text primary key,
  user_id text not null default '',
  tenant_id text not null default '',
  subject text,
  status text not null check (status in ('open', 'pending', 'solved', 'closed')),
  priority text,
  created_at timestamptz not null,
  first_response_at timestamptz,
  closed_at timestamptz,
  updated_at timestamptz not null,
  properties jsonb,
  told jsonb
);
create index tickets_created on tickets (created_at);
create index tickets_open on tickets (created_at) where status in ('open', 'pending');

create table feedback (
  ts timestamptz not null,
  received_at timestamptz not null,
  batch_id bigint not null,
  message_id uuid,
  user_id text not null,
  tenant_id text not null,
  kind text not null check (kind in ('nps', 'csat', 'rating', 'comment')),
  score float8,
  max float8,
  comment text,
  object_id text,
  properties jsonb
) partition by range (ts);
create index feedback_ts on feedback (ts);
create index feedback_user on feedback (user_id, ts);
create index feedback_batch on feedback using brin (batch_id);

create table app_errors (
  ts timestamptz not null,
  received_at timestamptz not null,
  batch_id bigint not null,
  message_id uuid,
  user_id text not null,
  anonymous_id text,
  tenant_id text not null,
  source text not null check (source in ('client', 'server', 'log')),
  kind text not null,
  message text not null,
  fingerprint text not null,
  severity text,
  url text,
  release text,
  session_id text,
  country text,
  browser text,
  os text,
  device text,
  properties jsonb
) partition by range (ts);
create index app_errors_ts on app_errors (ts);
create index app_errors_fingerprint on app_errors (fingerprint, ts);
create index app_errors_batch on app_errors using brin (batch_id);

create table webhook_deliveries (
  delivery_id text primary key,
  ts timestamptz not null,
  tenant_id text not null default '',
  target text,
  event text,
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  http_status int,
  attempt int,
  latency_ms float8,
  error text,
  updated_at timestamptz not null,
  told jsonb
);
create index webhook_deliveries_ts on webhook_deliveries (ts);

create table web_vitals (
  vital_id text primary key,
  ts timestamptz not null,
  name text not null,
  value float8 not null,
  rating text,
  path text,
  session_id text,
  user_id text not null default '',
  anonymous_id text,
  tenant_id text not null default '',
  device text,
  browser text,
  os text,
  country text,
  navigation_type text,
  updated_at timestamptz not null,
  told jsonb
);
create index web_vitals_ts on web_vitals (ts);

create table invites (
  invite_id text primary key,
  user_id text not null default '',
  tenant_id text not null default '',
  invitee text,
  channel text,
  sent_at timestamptz not null,
  accepted_at timestamptz,
  accepted_user_id text,
  status text,
  updated_at timestamptz not null,
  told jsonb
);
create index invites_sent on invites (sent_at);
create index invites_user on invites (user_id);

create table experiments (
  experiment_id text primary key,
  name text,
  variants text[],
  status text,
  started_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null,
  properties jsonb,
  told jsonb
);

create table exposures (
  ts timestamptz not null,
  received_at timestamptz not null,
  batch_id bigint not null,
  message_id uuid,
  user_id text not null,
  anonymous_id text,
  tenant_id text not null,
  experiment_id text not null,
  variant text not null,
  session_id text,
  properties jsonb
) partition by range (ts);
create index exposures_experiment on exposures (experiment_id, ts);
create index exposures_batch on exposures using brin (batch_id);

-- Ids that turned out to be a user's, with the user at the end of the chain of identities. Written under the fold lock
-- only: it says how the folded facts are counted, where identities say how they are to be.
create table merged_ids (id text primary key, user_id text not null, since timestamptz not null);
create index merged_ids_user on merged_ids (user_id);
-- Identities that were told and are not folded yet; no unique key, for the reason that dirty_buckets has none.
create table dirty_identities (anonymous_id text not null);
insert into dirty_identities select anonymous_id from identities;
-- What a visitor did before anybody knew who it was; events that name their user cost nothing here.
create index events_anonymous on events (anonymous_id, ts) where user_id = '' and anonymous_id is not null;
