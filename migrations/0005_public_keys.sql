-- Keys that stand in a product's own pages, where everybody can read them. They are no secret and are kept as they are,
-- so that their snippet can be shown again; in a table of their own, so that nothing which looks up an API key can
-- ever find one.
create table public_keys (
  id text primary key,
  key text not null unique,
  name text not null,
  origins text[] not null check (cardinality(origins) > 0),
  tenants text[],
  created_at timestamptz not null default now(),
  created_by text,
  last_used_at timestamptz,
  revoked_at timestamptz
);
