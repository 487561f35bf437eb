-- What was guessed at, so that links asked for and codes are told from passwords; and failures that a later success made
-- harmless, which are marked instead of deleted: that somebody tried stays known for as long as failures are kept.
delete from login_failures where email like 'reset of %';
alter table login_failures
  add column id bigint generated always as identity primary key,
  add column kind text not null default 'password' check (kind in ('password', 'code', 'reset')),
  add column cleared_at timestamptz;
update login_failures set kind = 'code', email = substr(email, length('code of ') + 1) where email like 'code of %';
