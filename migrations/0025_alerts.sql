-- Alert rules, the alerts they raise, and what happened to each.

create table alert_rules (
  id bigint generated always as identity primary key,
  -- Stands in addresses, and stays when the name changes.
  slug text not null,
  name text not null check (length(name) between 1 and 80),
  -- One of those that come with Quarterdeck: made once, and not again after somebody deleted it.
  preset text,
  enabled boolean not null,
  severity text not null check (severity in ('critical', 'warning', 'info')),
  -- '*' = all tenants as one, else a tenant.
  scope text not null,
  rule jsonb not null,
  -- What the last check found; written only when it changes.
  state text not null default 'ok' check (state in ('ok', 'pending', 'firing', 'nodata', 'held')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  created_by text not null,
  updated_at timestamptz not null default now(),
  updated_by text not null,
  deleted_at timestamptz
);
create unique index alert_rules_slug on alert_rules (slug);
create unique index alert_rules_preset on alert_rules (preset) where preset is not null;

create table alerts (
  id bigint generated always as identity primary key,
  rule_id bigint not null references alert_rules (id) on delete cascade,
  -- The value of the rule's dimension; '' = the whole.
  subject text not null default '',
  scope text not null,
  state text not null check (state in ('pending', 'firing', 'resolved', 'passed')),
  severity text not null check (severity in ('critical', 'warning', 'info')),
  title text not null,
  text text not null default '',
  value double precision,
  -- The furthest from what is right while it was open.
  peak double precision,
  pending_since timestamptz not null,
  fired_at timestamptz,
  ended_at timestamptz,
  -- Why it ended: 'recovered', 'by hand', 'rule'.
  ended_why text,
  ended_by text,
  -- The last check that saw it.
  seen_at timestamptz not null,
  -- Since when it is well again, while the rule waits for it to stay so.
  ok_since timestamptz,
  -- Since when nothing is known.
  unknown_since timestamptz,
  acked_at timestamptz,
  acked_by text,
  silenced_until timestamptz,
  silenced_by text
);
-- One open alert a rule and subject, whatever races.
create unique index alerts_open on alerts (rule_id, subject) where state in ('pending', 'firing');
create index alerts_fired on alerts (fired_at desc, id desc) where fired_at is not null;
create index alerts_ended on alerts (rule_id, subject, ended_at desc) where state = 'resolved';

create table alert_events (
  id bigint generated always as identity primary key,
  alert_id bigint not null references alerts (id) on delete cascade,
  at timestamptz not null,
  kind text not null check (
    kind in ('pending', 'fired', 'nodata', 'data', 'acknowledged', 'silenced', 'unsilenced', 'resolved')
  ),
  -- '' = of no tenant.
  tenant_id text not null default '',
  actor text,
  value double precision,
  note text
);
create index alert_events_alert on alert_events (alert_id, id);
create index alert_events_at on alert_events (at);

-- Sign-ins of the product that failed: counted by the minute without reading all other events of it.
create index events_sign_ins on events (ts) where replace(lower(name), ' ', '_') in (
  'login_failed', 'failed_login', 'signin_failed', 'sign_in_failed', 'user_login_failed',
  'oauth_failed', 'oauth_error', 'oauth_failure', 'oauth_login_failed'
);
