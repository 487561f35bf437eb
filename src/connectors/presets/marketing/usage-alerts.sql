-- kind: events
-- watermark: ts
-- key: id
-- requires: usage_alerts
-- Not something a user did: whom it is about is a property, so that an alert makes nobody active.
select
  'usage_alert ' || a.id || e.stage as id,
  'usage_alert' || e.stage as name,
  e.ts,
  a.organization_id as tenant_id,
  a.user_id as about_user,
  a.alert_type,
  a.severity,
  a.threshold,
  a.current_value,
  a.message
from usage_alerts a,
lateral (values ('', a.created_at), ('_resolved', a.resolved_at)) e (stage, ts)
where e.ts is not null
