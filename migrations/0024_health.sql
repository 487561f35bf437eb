-- How users are doing: their scores now, what they were before, and what became of it.

-- One row a user, computed anew each night as of the last closed day. The numbers beside the score are what it was made
-- of, so that a page can say why without looking at facts. `then_`: the same some weeks before, where that is known.
create table user_health (
  user_id text primary key,
  tenant_id text not null,
  day date not null,
  plan text not null,
  class text not null,
  stage text not null check (stage in ('lapsed', 'at-risk', 'activation', 'growth', 'mature')),
  -- Null: under half of the weights have data.
  score real,
  band text not null check (band in ('healthy', 'at-risk', 'churning', 'unknown')),
  builds real,
  engagement real,
  returns real,
  adoption real,
  satisfaction real,
  jobs int not null,
  jobs_ok int not null,
  last_ok_on date,
  active_days int not null,
  active_before int not null,
  last_active_on date,
  weeks int not null,
  weeks_of int not null,
  features int not null,
  features_of int not null,
  ratings int not null,
  then_score real,
  then_band text,
  then_builds real,
  then_engagement real,
  then_returns real,
  then_adoption real,
  then_satisfaction real,
  computed_at timestamptz not null
) with (fillfactor = 70);
create index user_health_score on user_health (score, user_id);

-- Week by week, of those who were there: active within 60 days, or paying. Whoever is gone for longer has nothing to tell.
create table health_scores (
  user_id text not null,
  day date not null,
  score real not null,
  builds real,
  engagement real,
  returns real,
  adoption real,
  satisfaction real,
  paid boolean not null,
  active boolean not null,
  primary key (user_id, day)
);
create index health_scores_day on health_scores (day, user_id);

-- Which weeks are in it, and by which rules: changed rules make the past anew, so that no change is one of rules.
create table health_weeks (day date primary key, rules text not null, computed_at timestamptz not null);

-- What user_health holds.
create table health_state (
  one boolean primary key default true check (one),
  day date not null,
  then_day date,
  rules text not null,
  weights jsonb not null,
  users int not null,
  computed_at timestamptz not null
);

-- Users by band: what the metrics read.
create table health_days (
  scope text not null,
  day date not null,
  band text not null,
  n bigint not null,
  score float8 not null,
  primary key (scope, day, band)
);

-- What became of past scores within 30 days, by band; band '' is all of them, with how well the score told them apart.
create table health_outcomes (
  scope text not null,
  outcome text not null check (outcome in ('churned', 'lapsed')),
  band text not null,
  n bigint not null,
  bad bigint not null,
  auc float8,
  days date[] not null,
  primary key (scope, outcome, band)
);
