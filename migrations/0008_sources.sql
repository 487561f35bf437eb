-- Sources: how far log files were read, what went wrong in them, how each source is doing, and what each door takes.

-- A line's effect and the position behind it commit together, so that no line counts twice and none is left out.
create table log_files (
  path text primary key,
  -- "device:inode" of the file that was read; another one under the path means that it was rotated.
  file_id text not null,
  position bigint not null,
  -- Length and hash of the first bytes: a file whose beginning is another one was written anew.
  head text not null,
  -- In the middle of a line that is too long.
  skipping boolean not null default false,
  lines bigint not null default 0,
  garbage bigint not null default 0,
  too_long bigint not null default 0,
  updated_at timestamptz not null default now()
);

-- One process reads the files; when it is killed, another one follows after the lease.
create table log_reader (
  one boolean primary key default true check (one),
  reader text not null,
  until timestamptz not null
);

-- Alike lines without a long pause between them.
create table incidents (
  id bigint generated always as identity primary key,
  fingerprint text not null,
  kind text not null,
  provider text not null,
  severity text not null check (severity in ('warn', 'error')),
  message text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  n bigint not null,
  source text not null,
  -- The first line's own words; null in privacy mode strict.
  sample text
);
create index incidents_fingerprint on incidents (fingerprint, last_at);
create index incidents_first_at on incidents (first_at);
create index incidents_last_at on incidents (last_at);

create table incident_hours (
  incident_id bigint not null references incidents (id) on delete cascade,
  hour timestamptz not null,
  n bigint not null,
  primary key (incident_id, hour)
) with (fillfactor = 50);

create table source_events (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  source text not null,
  state text not null check (state in ('degraded', 'recovered')),
  reason text,
  down_ms bigint,
  -- The process that noticed it: the others take it over.
  noticed_by text not null
);
create index source_events_at on source_events (at);
create index source_events_source on source_events (source, at);

create table door_minutes (
  source text not null,
  minute timestamptz not null,
  accepted bigint not null default 0,
  duplicate bigint not null default 0,
  rejected bigint not null default 0,
  -- When a fact was last taken; null where all were rejected.
  last_fact_at timestamptz,
  primary key (source, minute)
) with (fillfactor = 50);
