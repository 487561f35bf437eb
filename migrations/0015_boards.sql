-- Pages of one's own: boards of cards, and questions about metrics that are kept by name.

create table boards (
  id bigint generated always as identity primary key,
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60),
  name text not null check (length(name) between 1 and 60),
  description text not null default '' check (length(description) <= 300),
  -- Null: made by a program, so nobody's own, and shared.
  admin_id text references admins (id) on delete cascade,
  shared boolean not null default false,
  -- The query string with which the board opens; null follows the filter bar.
  filters text,
  -- The card that was last taken out, with its place, until it is put back.
  removed jsonb,
  -- Who saves says which version was read; another one in the meantime is a conflict, not a loss.
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  updated_by text not null,
  check (admin_id is not null or shared)
);
create unique index boards_slug on boards (slug);
create index boards_admin on boards (admin_id);

create table board_cards (
  board_id bigint not null references boards (id) on delete cascade,
  position integer not null,
  -- Within the board, and in its YAML.
  id text not null check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(id) <= 60),
  kind text not null,
  title text not null default '',
  width integer not null check (width in (3, 4, 6, 8, 12)),
  height text not null check (height in ('s', 'm', 'l')),
  config jsonb not null,
  primary key (board_id, position),
  unique (board_id, id)
);

create table board_pins (
  admin_id text not null references admins (id) on delete cascade,
  board_id bigint not null references boards (id) on delete cascade,
  pinned_at timestamptz not null default now(),
  primary key (admin_id, board_id)
);
create index board_pins_board on board_pins (board_id);

create table saved_queries (
  id bigint generated always as identity primary key,
  admin_id text not null references admins (id) on delete cascade,
  name text not null check (length(name) between 1 and 60),
  metrics text[] not null check (cardinality(metrics) between 1 and 6),
  dimension text,
  chart text not null,
  range text,
  compare text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index saved_queries_own on saved_queries (admin_id, lower(name));
