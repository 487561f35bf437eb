-- Quarterdeck's own state.

create table settings (key text primary key, value jsonb not null, updated_at timestamptz not null default now());

create table admins (
  id text primary key,
  email text not null,
  name text,
  role text not null check (role in ('viewer', 'operator', 'owner')),
  password_hash text not null,
  tenants text[],
  preferences jsonb not null default '{}',
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);
create unique index admins_email on admins (lower(email));

-- Ids are SHA-256 of what the cookie holds: a stolen table opens nothing.
create table admin_sessions (
  id text primary key,
  user_id text not null references admins (id) on delete cascade,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  ip text,
  user_agent text
);
create index admin_sessions_user on admin_sessions (user_id);

create table setup_tokens (token_hash text primary key, expires_at timestamptz not null, used_at timestamptz);

create table login_failures (at timestamptz not null default now(), email text not null, ip text not null);
create index login_failures_at on login_failures (at);

create table api_keys (
  id text primary key,
  name text not null,
  hash text not null unique,
  hint text not null,
  scopes text[] not null,
  tenants text[],
  created_at timestamptz not null default now(),
  created_by text,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  target text,
  detail jsonb
);
create index audit_log_at on audit_log (at);

-- The insert is the claim: any number of processes run each schedule once.
create table job_runs (
  id bigint generated always as identity primary key,
  job text not null,
  scheduled_for timestamptz not null,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  finished_at timestamptz,
  outcome text check (outcome in ('ok', 'failed', 'cancelled', 'abandoned')),
  done bigint not null default 0,
  total bigint,
  note text,
  error text,
  started_by text not null default 'schedule',
  cancel_requested boolean not null default false,
  unique (job, scheduled_for)
);
create index job_runs_job on job_runs (job, id desc);

create table import_runs (
  id text primary key,
  kind text not null,
  file_name text not null,
  bytes_done bigint not null default 0,
  lines_done bigint not null default 0,
  accepted bigint not null default 0,
  duplicate bigint not null default 0,
  rejected bigint not null default 0,
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
