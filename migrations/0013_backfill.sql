-- Snapshots by dimension, and the definitions under which days were computed.

-- The fingerprint of every metric as days were stored with; many days share one. Rows are never changed.
create table metric_definitions (
  id int generated always as identity primary key,
  hash text not null unique,
  fingerprints jsonb not null,
  folded text not null,
  first_used timestamptz not null
);

-- `folded`: the settings that the day's roll-ups were made with. Null in both: stored before this was kept, which
-- counts as the first definitions that are known.
alter table metric_days
  add column definitions int,
  add column folded text;

create table metric_dims (slot int primary key, key text not null, dim text not null, unique (key, dim));

-- All tenants: the largest values of a dimension, largest first; place 0 is all others together. A ratio has two numbers.
create table metric_dim_days (
  day date not null,
  slot int not null,
  place smallint not null,
  value text not null,
  v float8,
  den float8,
  primary key (day, slot, place)
);

-- Of which slots a day has every value, so that it can be read instead of the roll-ups.
create table metric_dim_stored (day date primary key, slots int[] not null);

create view metric_dim_values as
  select d.day, d.slot, d.place, s.key, s.dim, d.place = 0 as is_rest, d.value, d.v, d.den
  from metric_dim_days d join metric_dims s on s.slot = d.slot;
