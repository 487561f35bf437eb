-- What people and programs mark on the time axis, and the views that admins keep.

-- A whole day or an instant, of one tenant or ('') of all. What other tables tell is not copied here.
create table annotations (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('note', 'deploy', 'flag', 'price', 'campaign', 'incident')),
  at timestamptz,
  day date,
  tenant_id text not null default '',
  text text not null check (length(text) between 1 and 200),
  link text check (link ~ '^https?://' and length(link) <= 500),
  -- The sender's own id: the same one again is the same annotation.
  key text,
  created_at timestamptz not null default now(),
  created_by text not null,
  check (num_nonnulls(at, day) = 1)
);
create index annotations_at on annotations (at);
create index annotations_day on annotations (day);
create unique index annotations_key on annotations (tenant_id, key);

-- Read by time for charts.
create index campaigns_started on campaigns (started_at);
create index audit_log_changes on audit_log (at)
  where action in ('admin.create', 'key.create', 'key.revoke', 'job.run');

-- A page with its filters, by name; the query is kept as it stands, so "30 days" stays the last 30.
create table saved_views (
  id bigint generated always as identity primary key,
  admin_id text not null references admins (id) on delete cascade,
  name text not null check (length(name) between 1 and 60),
  path text not null,
  query text not null default '',
  shared boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index saved_views_own on saved_views (admin_id, lower(name));
-- Everybody reads the shared ones in one list.
create unique index saved_views_shared on saved_views (lower(name)) where shared;

create table saved_view_pins (
  admin_id text not null references admins (id) on delete cascade,
  view_id bigint not null references saved_views (id) on delete cascade,
  pinned_at timestamptz not null default now(),
  primary key (admin_id, view_id)
);
create index saved_view_pins_view on saved_view_pins (view_id);
