-- Erasing a user, the profile that a model writes, and two more parts of the list of users.

-- What is being erased, and that it was. The names it works with (each old id with what stands in its place, addresses, the
-- salt of session ids) are here for as long as it takes, so that it is gone on with after a crash; then they go.
create table erasures (
  id uuid primary key,
  requested_by text not null,
  reason text not null check (length(reason) between 1 and 500),
  requested_at timestamptz not null,
  names jsonb,
  emails text[],
  salt text,
  rows bigint not null default 0,
  passed_at timestamptz,
  finished_at timestamptz,
  check ((finished_at is not null) = (names is null))
);
create index erasures_open on erasures (requested_at) where finished_at is null;

-- By which an erased id is known when it comes again: an HMAC with SECRET_KEY, from which the id cannot be had.
create table erased_ids (
  n bigint generated always as identity primary key,
  hash text not null unique,
  pseudonym text not null,
  at timestamptz not null
);

-- What a model wrote of a user, from numbers, or why it did not. One of each; written anew, the old one goes.
create table user_profiles (
  user_id text primary key,
  text text check (length(text) between 1 and 4000),
  problem text,
  model text not null,
  written_by text not null,
  written_at timestamptz not null,
  check (num_nonnulls(text, problem) = 1)
);

-- At risk as the Health page lists them, and near a limit of their plan: parts of the list as class and plan are, so that
-- their counts are kept and a page of them is merged of the heads of groups like any other.
alter table user_groups add column at_risk boolean not null default false, add column near_limit boolean not null default false;
alter table user_groups drop constraint user_groups_class_plan_suspended_key;
alter table user_groups add constraint user_groups_key unique (class, plan, suspended, at_risk, near_limit);
insert into dirty_user_stats select user_id from users;
