-- How far each file of a preset has been read from the product's database or API. `position` is stored after the facts
-- up to it have committed, so that a killed process reads a batch again rather than leave one out.
create table sync_state (
  preset text not null,
  file text not null,
  state text not null check (state in ('ok', 'error', 'off', 'waiting')),
  reason text,
  position jsonb,
  watermark text,
  rows_read bigint not null default 0,
  rows_rejected bigint not null default 0,
  rows_expected bigint,
  refused_in_a_row int not null default 0,
  failures int not null default 0,
  last_run_at timestamptz,
  last_row_at timestamptz,
  caught_up_at timestamptz,
  next_at timestamptz not null,
  primary key (preset, file)
);
