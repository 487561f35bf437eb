-- The audit log as a chain. Lines are written unsealed, by whatever transaction did the thing, and sealed in order some
-- seconds later, so that no transaction waits for another one's line. What was there before is sealed first.
-- The text of a line (detail) is not in the chain itself but hashed with a salt of its own: erasing text and salt
-- leaves a chain that can still be verified, and a hash that nobody can guess the text of.
alter table audit_log
  add column salt text default gen_random_uuid()::text,
  add column detail_hash text,
  add column seq bigint,
  add column hash text;
create unique index audit_log_seq on audit_log (seq);
create index audit_log_unsealed on audit_log (id) where seq is null;
create index audit_log_actor on audit_log (actor, id);
create index audit_log_action on audit_log (action, id);
create index audit_log_target on audit_log (target, id);

-- The end of the chain, signed with a key that the database does not know.
create table audit_head (
  one boolean primary key default true check (one),
  seq bigint not null,
  hash text not null,
  mac text,
  sealed_at timestamptz not null default now()
);
insert into audit_head (seq, hash) values (0, '');

-- Second factors: the secret is encrypted with SECRET_KEY; totp_step is the newest code that was used, which is no good again.
alter table admins
  add column totp_secret text,
  add column totp_since timestamptz,
  add column totp_step bigint;

create table admin_recovery_codes (
  admin_id text not null references admins (id) on delete cascade,
  code_hash text not null,
  used_at timestamptz,
  primary key (admin_id, code_hash)
);

-- When the admin last proved to be who they are: signing in is the first time.
alter table admin_sessions add column proved_at timestamptz not null default now();
update admin_sessions set proved_at = created_at;

-- Links at which an admin chooses a password: after forgetting one, or for the first time.
create table admin_links (
  token_hash text primary key,
  admin_id text not null references admins (id) on delete cascade,
  kind text not null check (kind in ('reset', 'invite')),
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index admin_links_admin on admin_links (admin_id);
