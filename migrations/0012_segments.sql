-- Segments: rules over what is known of users, by which numbers are filtered, lists made and mails sent.

create table segments (
  id bigint generated always as identity primary key,
  -- Stands in addresses, and stays when the name changes.
  slug text not null,
  name text not null check (length(name) between 1 and 60),
  rule jsonb not null,
  -- Own segments are in their maker's menu only.
  shared boolean not null,
  -- 'admin:ID' or 'key:ID'
  owner text not null,
  -- What the maker was bound to: the segment counts users of these tenants only. Null = all.
  tenants text[],
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Kept, so that a view which used it can say what is gone.
  deleted_at timestamptz
);
create unique index segments_slug on segments (slug);
create unique index segments_own on segments (owner, lower(name)) where deleted_at is null;
create unique index segments_shared on segments (lower(name)) where shared and deleted_at is null;

-- What people did on some days, active or not: sums by person read all of their days. It serves what the partial index
-- served, and changing "active" may be a HOT update again.
create index user_days_day on user_days (scope, day);
drop index user_days_active;

-- How many jobs of a kind each user had: read from the index alone.
create index jobs_kind on jobs (kind, ts) include (user_id, tenant_id, status);
