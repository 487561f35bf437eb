-- Growth: who signed up and what became of them, what is used by how many, invitations, opinions, objects in detail.

-- Names of events and kinds of jobs by number, so that a user's day can tell which of them there were in one column. The
-- first 512 have a number; of later ones it is only known how often they were.
create table event_names (
  id int primary key check (id between 0 and 511),
  type text not null check (type in ('event', 'job')),
  name text not null,
  bit bit(512) not null,
  unique (type, name)
);
-- null: folded before names were kept; a rebuild of the day fills it.
alter table user_days add column names bit(512), add column last_active_at timestamptz;

-- When a user first did what ACTIVATION_EVENTS, KEY_FEATURES and the rates of activation ask for.
create table user_firsts (
  user_id text not null,
  name text not null,
  ts timestamptz not null,
  primary key (user_id, name)
) with (fillfactor = 90);
create index user_firsts_name on user_firsts (name, ts);
-- The names of which all firsts are known; of a newly configured one they are looked up once.
create table first_names (name text primary key, since timestamptz not null);

-- Where a user came from, as a word: the host of an address, else what was told.
create function referral_source(referrer text) returns text language sql immutable parallel safe as $$
  select left(coalesce(
    lower(regexp_replace(substring(referrer from '^[A-Za-z][A-Za-z0-9+.-]*://([^/?#:@]+)'), '^www\.', '', 'i')),
    referrer, ''), 100)
$$;
alter table signup_days add column referrer text not null default '';
alter table signup_days drop constraint signup_days_pkey;
alter table signup_days add primary key (scope, day, provider, country, referrer);

-- An instant that is written in properties; null where it is none.
create function instant_of(txt text) returns timestamptz language plpgsql stable parallel safe as $$
begin
  return case when txt ~ '^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$' then txt::timestamptz end;
exception when others then return null;
end $$;

-- What an object is counted by beside its kind: its variant (template, tracker, provider, version …), the template's
-- origin, the part it belongs to (a commit's repository), and when it reached its aim (a contract its signature).
create function object_facets(kind text, name text, properties jsonb) returns text[] language sql stable parallel safe as $$
  select array[
    left(coalesce(case kind
      when 'project' then properties ->> 'template'
      when 'site' then properties ->> 'template'
      when 'contract' then properties ->> 'template'
      when 'time_entry' then properties ->> 'tracker'
      when 'commit' then properties ->> 'git_provider'
      when 'repository' then properties ->> 'git_provider'
      when 'cli_install' then properties ->> 'version'
      when 'integration' then coalesce(properties ->> 'provider', name)
      when 'deliverable' then case when properties ->> 'auto_verified' = 'true' then 'auto' else 'manual' end
    end, ''), 100),
    case when kind not in ('project', 'site', 'contract') or coalesce(properties ->> 'template', '') = '' then ''
      when properties ->> 'custom_template' = 'true' then 'custom' else 'system' end,
    left(coalesce(case kind when 'commit' then properties ->> 'repository' when 'repository' then name end, ''), 200),
    case kind when 'contract' then properties ->> 'signed_at' end
  ]
$$;

alter table object_days
  add column variant text not null default '',
  add column origin text not null default '',
  add column done bigint not null default 0,
  add column created_done bigint not null default 0;
alter table object_days drop constraint object_days_pkey;
alter table object_days add primary key (scope, day, kind, variant, origin);

-- The same by the user who made them, on the day they were created.
create table object_user_days (
  scope text not null,
  day date not null,
  user_id text not null,
  kind text not null,
  variant text not null,
  part text not null,
  created bigint not null,
  primary key (scope, day, kind, variant, part, user_id)
);

-- How counters that objects carry grew (views and sessions of a portal), and in which hours an installation was seen:
-- their sum is what the object says now.
create table object_counts (
  kind text not null,
  object_id text not null,
  counter text not null,
  hour timestamptz not null,
  tenant_id text not null,
  user_id text not null,
  amount numeric not null,
  primary key (kind, object_id, counter, hour)
);
create index object_counts_hour on object_counts (hour);

create table invite_days (
  scope text not null,
  day date not null,
  channel text not null,
  sent bigint not null,
  -- Of those sent on the day.
  sent_accepted bigint not null,
  -- On the day, whenever they were sent, and how many hours each of them took.
  accepted bigint not null,
  hours float8[] not null,
  primary key (scope, day, channel)
);
create index invites_accepted on invites (accepted_at) where accepted_at is not null;

create table feedback_days (
  scope text not null,
  day date not null,
  kind text not null,
  n bigint not null,
  scored bigint not null,
  -- Scores as shares of their maximum.
  score float8 not null,
  promoters bigint not null,
  detractors bigint not null,
  satisfied bigint not null,
  primary key (scope, day, kind)
) with (fillfactor = 60);

-- Of those who signed up in a week (from Monday) or month, how many were active in their own week k after it: days 7k to
-- 7k + 6. `reached` of them have come to the end of that week; the cell is finished when all have.
create table cohort_retention (
  scope text not null,
  period text not null check (period in ('week', 'month')),
  cohort date not null,
  week int not null check (week between 0 and 12),
  size bigint not null,
  reached bigint not null,
  returned bigint not null,
  finished boolean not null,
  computed_at timestamptz not null,
  primary key (scope, period, cohort, week)
);

-- Folded anew in the way of the columns above.
insert into dirty_buckets
select distinct 'signup_days', day::timestamp at time zone z.zone
from signup_days, (select coalesce((select zone from day_zones order by since desc limit 1), 'UTC') as zone) z;
insert into dirty_buckets
select distinct 'object_days', day::timestamp at time zone z.zone
from object_days, (select coalesce((select zone from day_zones order by since desc limit 1), 'UTC') as zone) z;
insert into dirty_buckets
select distinct 'invite_days', date_trunc('day', at)
from invites, lateral (values (sent_at), (accepted_at)) v (at) where at is not null;
