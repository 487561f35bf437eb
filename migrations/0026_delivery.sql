-- Delivery: where notices go, the outbox they wait in, each attempt, and mails to one user.

create table channels (
  -- Stands in addresses and rules: made of the first name, stays when that changes, and is never used again.
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,69}$'),
  kind text not null,
  name text not null check (length(name) between 1 and 60),
  -- Where it leads, as far as everybody may know: addresses, or the host of a URL.
  target text not null,
  settings jsonb not null default '{}',
  -- What nobody may read, sealed with SECRET_KEY.
  secret text,
  -- failed: it refused for good, and waits for an admin with all that is meant for it.
  state text not null default 'on' check (state in ('on', 'off', 'failed')),
  reason text,
  state_at timestamptz not null default now(),
  -- What it is told: from which severity on (1 all, 2 warnings, 3 critical), and whether also that it is over.
  least_severity int not null default 1 check (least_severity between 1 and 3),
  tells_resolved boolean not null default true,
  -- Hours between end-to-end tests; null = none.
  canary_hours int check (canary_hours between 1 and 168),
  created_at timestamptz not null default now(),
  created_by text not null,
  updated_at timestamptz not null default now(),
  -- Kept, for what was delivered by it.
  deleted_at timestamptz
);
create unique index channels_name on channels (lower(name)) where deleted_at is null;

-- The outbox: written in the transaction that causes it, sent by whichever process claims it.
create table notifications (
  id bigint generated always as identity primary key,
  -- '' = a mail to one person.
  channel_id text not null default '',
  dedupe_key text not null check (length(dedupe_key) between 1 and 200),
  kind text not null check (kind in ('firing', 'resolved', 'test', 'canary', 'mail')),
  -- Those of one thread reach a channel in their order.
  thread text,
  payload jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'kept', 'failed', 'dead')),
  attempts int not null default 0,
  created_at timestamptz not null default now(),
  -- When it is due; while it is being sent, when its lease ends.
  next_at timestamptz not null default now(),
  claimed_at timestamptz,
  sent_at timestamptz,
  last_error text,
  -- The same at each attempt: who receives twice knows it.
  message_id uuid not null default gen_random_uuid(),
  unique (channel_id, dedupe_key)
);
create index notifications_due on notifications (next_at) where state in ('queued', 'sending');
create index notifications_channel on notifications (channel_id, id);
create index notifications_thread on notifications (channel_id, thread, id)
  where state in ('queued', 'sending') and thread is not null;

create table notification_attempts (
  notification_id bigint not null references notifications (id) on delete cascade,
  n int not null,
  at timestamptz not null default now(),
  took_ms int,
  -- Null = under way. lost: its process ended before the answer was noted.
  outcome text check (outcome in ('sent', 'kept', 'retry', 'refused', 'lost')),
  -- Of HTTP or SMTP.
  status int,
  detail text,
  primary key (notification_id, n)
);

create table emails (
  id bigint generated always as identity primary key,
  notification_id bigint not null unique references notifications (id),
  user_id text not null,
  tenant_id text not null default '',
  recipient text not null,
  subject text not null,
  text text not null,
  status text not null default 'queued' check (status in ('queued', 'sent', 'kept', 'failed')),
  error text,
  created_at timestamptz not null default now(),
  created_by text not null,
  sent_at timestamptz
);
create index emails_user on emails (user_id, id);
create index emails_tenant on emails (tenant_id, id);

-- Who does not want mails is asked before each one.
create index messages_unwanted on messages (lower(recipient)) where status in ('unsubscribed', 'complained');
