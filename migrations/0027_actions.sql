-- What admins and programs ask the main app to do, and what it answered.

create table action_runs (
  -- Sent as Idempotency-Key: whoever asks again with it asks for the same act.
  id uuid primary key,
  action text not null,
  -- '' until the main app has said who was created.
  user_id text not null default '',
  tenant_id text not null default '',
  -- 'admin:ID' or 'key:ID'
  actor text not null,
  -- The caller's own key, or that of the form: sent twice it is one run.
  key text not null check (length(key) between 1 and 200),
  reason text,
  request jsonb not null,
  -- requested: written down, the answer is not here yet. unknown: nobody knows whether it was done.
  state text not null default 'requested' check (state in ('requested', 'done', 'refused', 'failed', 'unknown')),
  -- What the main app said: message, changes, undo; never a one-time URL.
  answer jsonb,
  -- Why it is refused, failed or unknown, in words.
  problem text,
  attempts integer not null default 0,
  at timestamptz not null,
  -- While somebody waits for the answer; later than that they have died.
  busy_until timestamptz,
  -- When it is asked again by itself; null = not any more, or settled.
  next_at timestamptz,
  settled_at timestamptz,
  undo_of uuid references action_runs (id),
  check ((settled_at is not null) = (state in ('done', 'refused', 'failed')))
);
create unique index action_runs_key on action_runs (actor, key);
create index action_runs_user on action_runs (user_id, at);
create index action_runs_at on action_runs (at);
create index action_runs_open on action_runs (next_at) where next_at is not null;
-- One undo at a time; one that did not come about may be tried again.
create unique index action_runs_undo on action_runs (undo_of) where state in ('requested', 'done', 'unknown');
