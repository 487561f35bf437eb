-- Metrics of formulas over other metrics. One that is archived keeps its key: what used it says so instead of failing.
create table custom_metrics (
  key text primary key check (key ~ '^custom\.[a-z][a-z0-9_]{0,59}$'),
  label text not null check (label <> ''),
  unit text not null,
  good text not null check (good in ('up', 'down', 'neutral')),
  definition text not null,
  action text not null,
  formula text not null check (length(formula) <= 500),
  warn float8,
  crit float8,
  created_by text not null,
  created_at timestamptz not null,
  updated_by text not null,
  updated_at timestamptz not null,
  archived_at timestamptz
);

-- The history of one metric among all that is logged.
create index audit_log_metric on audit_log (target, id) where target like 'metric:%';
