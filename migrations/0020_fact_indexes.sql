-- How what a person did is found when they turn out to be another, and the tickets of a day when it is counted anew.

create index app_errors_user on app_errors (user_id, ts);
create index app_errors_anonymous on app_errors (anonymous_id, ts) where user_id = '' and anonymous_id is not null;
create index exposures_user on exposures (user_id, ts);
create index exposures_anonymous on exposures (anonymous_id, ts) where user_id = '' and anonymous_id is not null;
create index exposed_people_person on exposed_people (person);

create index tickets_answered on tickets (first_response_at) where first_response_at is not null;
create index tickets_ended on tickets (coalesce(closed_at, updated_at)) where status in ('solved', 'closed');
