-- What providers of payments and e-mail told us. The key makes a repeated delivery recognisable; bodies are kept for a
-- month, without what could open or pay anything; the rows stay as long as raw facts do.
create table webhook_events (
  provider text not null,
  event_id text not null,
  type text not null,
  created_at timestamptz not null,
  received_at timestamptz not null,
  outcome text not null check (outcome in ('applied', 'ignored', 'unknown', 'failed')),
  error text,
  body jsonb,
  primary key (provider, event_id)
);
create index webhook_events_received on webhook_events (received_at);

-- What is known of each thing of a provider (subscription, payment, invoice, plan, payer), field by field with the place
-- in time of whoever said it: deliveries out of order end in the same state. user_id and tenant_id are the owner that
-- its facts were last written for.
create table webhook_things (
  provider text not null,
  kind text not null,
  id text not null,
  payer text not null default '',
  said jsonb not null,
  user_id text not null default '',
  tenant_id text not null default '',
  primary key (provider, kind, id)
);
create index webhook_things_payer on webhook_things (provider, payer) where payer <> '';
