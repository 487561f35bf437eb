-- The list of users: what it is sorted and filtered by is stored, so that a page of it costs its rows.

-- Users of one class and plan, suspended or not: some tens of groups. A list of many groups is merged of the heads of
-- each, so that one index for each column serves every filter by them.
create table user_groups (
  grp int generated always as identity primary key,
  class text not null,
  plan text not null,
  suspended boolean not null,
  unique (class, plan, suspended)
);
create table user_group_counts (
  scope text not null,
  grp int not null,
  n bigint not null,
  primary key (scope, grp)
);

-- One row of all that a user did, and one of what they did in their tenant, as user_days has it.
create table user_stats (
  user_id text not null,
  scope text not null,
  grp int not null,
  name_key text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz,
  calls_30d bigint not null,
  ai_cost_30d numeric(18, 8) not null,
  -- Of the reporting currency; null = not known, or paid for by the tenant.
  mrr_minor bigint,
  margin_30d numeric(20, 8),
  -- null = not scored.
  health float8,
  primary key (user_id, scope)
) with (fillfactor = 80);
create index user_stats_name on user_stats (scope, grp, name_key, user_id);
create index user_stats_created on user_stats (scope, grp, created_at, user_id);
create index user_stats_seen on user_stats (scope, grp, last_seen_at, user_id);
create index user_stats_calls on user_stats (scope, grp, calls_30d, user_id);
create index user_stats_cost on user_stats (scope, grp, ai_cost_30d, user_id);
create index user_stats_mrr on user_stats (scope, grp, mrr_minor, user_id);
create index user_stats_margin on user_stats (scope, grp, margin_30d, user_id);
create index user_stats_health on user_stats (scope, grp, health, user_id);

-- Whose row is to be made anew; no unique key, for the reason that dirty_buckets has none.
create table dirty_user_stats (user_id text not null);
insert into dirty_user_stats select user_id from users;

-- Found by how something begins, whatever the collation of the database is.
create index users_find_email on users (lower(email) text_pattern_ops);
create index users_find_domain on users (split_part(lower(email), '@', 2) text_pattern_ops);
create index users_find_username on users (lower(username) text_pattern_ops);
create index users_find_name on users (lower(traits ->> 'name') text_pattern_ops);
create index users_find_id on users (lower(user_id) text_pattern_ops);

-- What admins write down about a user.
create table user_notes (
  id bigint generated always as identity primary key,
  user_id text not null,
  text text not null check (length(text) between 1 and 2000),
  created_by text not null,
  created_at timestamptz not null
);
create index user_notes_user on user_notes (user_id, id);
create table user_tags (
  user_id text not null,
  tag text not null check (length(tag) between 1 and 40),
  created_by text not null,
  created_at timestamptz not null,
  primary key (user_id, tag)
);
create index user_tags_tag on user_tags (tag, user_id);

-- The timeline of one user goes by their own rows.
create index objects_user_created on objects (user_id, created_at);
drop index objects_user;
create index mrr_movements_user on mrr_movements (user_id, ts) where user_id <> '';
create index tickets_user on tickets (user_id, created_at);
create index audit_log_target_at on audit_log (target, at) where target is not null;
