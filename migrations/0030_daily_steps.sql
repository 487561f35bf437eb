-- What a run of several steps has done. `as_of` is the local day on which a step ended: who takes a run over goes on after
-- the steps of the same day.
create table job_steps (
  run_id bigint not null references job_runs (id) on delete cascade,
  place smallint not null,
  name text not null,
  state text not null check (state in ('waiting', 'running', 'ok', 'failed')),
  as_of date,
  started_at timestamptz,
  finished_at timestamptz,
  done bigint not null default 0,
  total bigint,
  note text,
  error text,
  carried_from bigint,
  primary key (run_id, name)
);

-- Of which closed days a nightly table has been made.
create table nightly_days (
  name text not null,
  day date not null,
  computed_at timestamptz not null,
  primary key (name, day)
);

-- How many people reached a stage on a day, of all tenants ('*') and of each. null: nobody ever did by then, so that it is
-- not known whether the product tells of it.
create table funnel_snapshots (
  day date not null,
  scope text not null,
  place smallint not null,
  stage text not null,
  people bigint,
  computed_at timestamptz not null,
  primary key (day, scope, stage)
);

-- What users asked for on the 30 days that end with `day`, and the library had too little for.
create table component_gaps (
  day date not null,
  scope text not null,
  site_type text not null,
  industry text not null,
  prompts bigint not null,
  helped bigint not null,
  computed_at timestamptz not null,
  primary key (day, scope, site_type, industry)
);
