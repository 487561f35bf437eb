-- Delivery that nobody has to watch, scores that are read without counting everybody, and records that end.

-- Since when nothing goes through a channel although it is on and something waits; told to the others once.
alter table channels add column late_since timestamptz;

-- What is due is taken by channel, so that one with a backlog does not hold back the others.
drop index notifications_due;
create index notifications_waiting on notifications (channel_id, next_at, id) where state in ('queued', 'sending');
create index notifications_trials on notifications (channel_id, created_at) where kind in ('canary', 'test');
-- What is over goes after a time.
create index notifications_created on notifications (created_at);
create index emails_created on emails (created_at);
create index alerts_over on alerts (ended_at) where state in ('resolved', 'passed');
create index action_runs_undone on action_runs (undo_of) where undo_of is not null;

-- The change beside the score, by which the movers and those at risk are found, and the users of a tenant.
alter table user_health add column change real generated always as (score - then_score) stored;
create index user_health_change on user_health (change, user_id);
create index user_health_risk on user_health ((class = 'paid') desc, change, score, user_id)
  where band in ('at-risk', 'churning') and stage <> 'lapsed';
create index user_health_tenant on user_health (tenant_id);

-- Users by band now and then, and by score in steps of five, as they were counted when they were scored. watched: neither
-- lapsed nor kept out by an admin, so that those of them who are at risk are somebody to look at.
create table health_bins (
  scope text not null,
  band text not null,
  -- '' = not known then.
  then_band text not null,
  -- -1 = without a score.
  bin int not null,
  watched boolean not null,
  n bigint not null,
  score float8 not null,
  then_score float8 not null,
  then_n bigint not null,
  primary key (scope, band, then_band, bin, watched)
);
insert into health_bins
select s.scope, h.band, coalesce(h.then_band, ''), coalesce(least(19, floor(h.score / 5)), -1)::int,
  h.stage <> 'lapsed' and u.status not in ('suspended', 'banned', 'blocked', 'disabled'), count(*),
  coalesce(sum(h.score), 0), coalesce(sum(h.then_score), 0), count(h.then_score)
from user_health h join users u on u.user_id = h.user_id and u.status <> 'deleted'
  cross join lateral (values ('*'), (nullif(h.tenant_id, ''))) s (scope)
where s.scope is not null
group by 1, 2, 3, 4, 5;
