-- Alerts: which check was the last, who was told, what a silence holds back, and rules that cannot be read.

-- The newest check that was applied: one that looked earlier and comes later changes nothing.
create table alert_checks (
  one boolean primary key default true check (one),
  at timestamptz not null
);

alter table alerts
  -- The channels that were told that it fires; '{}' = none was meant, null = nobody has been told yet.
  add column told_to text[],
  -- The notice that a silence holds back.
  add column owed text check (owed in ('fired', 'resolved'));
update alerts a set told_to = array(
  select n.channel_id from notifications n
  where n.channel_id in (select c.id from channels c) and n.dedupe_key = 'alert-' || a.id || '-fired' order by 1
)
where fired_at is not null;
update alerts set told_to = null, owed = 'fired' where state = 'firing' and told_to = '{}' and silenced_until > now();
create index alerts_owed on alerts (id) where owed is not null;
-- A silence is of a rule and subject: the next alert of it inherits what is left.
create index alerts_silenced on alerts (rule_id, subject) where silenced_until is not null;

alter table alert_rules
  -- Since when its metric cannot be read, and why.
  add column unread_since timestamptz,
  add column unread_why text,
  drop constraint alert_rules_state_check,
  add constraint alert_rules_state_check check (state in ('ok', 'pending', 'firing', 'nodata', 'held', 'unread'));
