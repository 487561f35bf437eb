import type { Fragment, Sql } from 'postgres'
import { actorName } from '../actions/runs.ts'
import type { ActivityKind } from './kinds.ts'

/**
 * One table as a stream of things that happened: how to walk it backwards by an index on `ts`, and the columns of the
 * feed. `keep` is judged row by row while walking, so it may be selective without becoming a scan.
 */
export interface ActivitySource {
  kinds: ActivityKind[]
  table: Fragment
  /** The indexed instant. */
  ts: Fragment
  /** Unique and stable; ties of `ts` are ordered by it. */
  id: Fragment
  /** kind, verb, user_id, tenant_id, subject, note, amount, currency */
  columns: Fragment
  keep?: Fragment
  /** What of it is worth the Overview; default: all. */
  notable?: Fragment | false
}

/** Jobs of these kinds are deployments to those who read the feed. */
const DEPLOY_KINDS = ['deploy', 'deployment', 'redeploy']

/** Every source of the feed. */
export function activitySources(sql: Sql): ActivitySource[] {
  return [
    users(sql),
    movements(sql),
    payments(sql),
    jobsStarted(sql),
    jobsEnded(sql),
    objects(sql),
    calls(sql),
    appErrors(sql),
    actionRuns(sql),
    alertChanges(sql),
    sourceChanges(sql),
    incidents(sql),
    events(sql),
  ]
}

const users = (sql: Sql): ActivitySource => ({
  kinds: ['joined'],
  table: sql`users s`,
  ts: sql`s.created_at`,
  id: sql`'u:' || s.user_id`,
  columns: sql`'joined' as kind, 'joined' as verb, s.user_id, s.tenant_id, s.plan as subject, s.country as note,
    null::bigint as amount, null::text as currency`,
  // A user of whom only activity is known did not join when we first saw them.
  keep: sql`(s.created_known or s.email is not null or s.username is not null)`,
})

// A change of plan is two rows of one kind, minus the old and plus the new: the pair is told once, with its sum.
const movements = (sql: Sql): ActivitySource => ({
  kinds: ['plan'],
  table: sql`mrr_movements s`,
  ts: sql`s.ts`,
  id: sql`'m:' || s.movement_id`,
  columns: sql`'plan' as kind, s.kind as verb, s.user_id, s.tenant_id,
    (select o.plan from ${pair(sql)} order by o.amount_minor desc limit 1) as subject,
    null::text as note,
    (select sum(o.amount_minor) from ${pair(sql)})::bigint as amount, s.currency`,
  keep: sql`s.kind <> 'fx' and s.policy <> 'chartmogul' and not exists (select from ${pair(sql)} and o.movement_id < s.movement_id)`,
})

const pair = (sql: Sql): Fragment => sql`mrr_movements o
  where o.customer_id = s.customer_id and o.ts = s.ts and o.kind = s.kind and o.policy = s.policy
    and o.subscription_id is not distinct from s.subscription_id`

const payments = (sql: Sql): ActivitySource => ({
  kinds: ['payment'],
  table: sql`payments s`,
  ts: sql`s.ts`,
  id: sql`'p:' || s.payment_id`,
  columns: sql`'payment' as kind, s.status as verb, s.user_id, s.tenant_id, s.provider as subject,
    s.failure_reason as note, s.amount_minor as amount, s.currency`,
})

const jobKind = (sql: Sql): Fragment => sql`case when s.kind = any(${DEPLOY_KINDS}) then 'deploy' else 'build' end`

const jobsStarted = (sql: Sql): ActivitySource => ({
  kinds: ['build', 'deploy'],
  table: sql`jobs s`,
  ts: sql`s.started_at`,
  id: sql`'s:' || s.job_id`,
  columns: sql`${jobKind(sql)} as kind, 'started' as verb, s.user_id, s.tenant_id, s.kind as subject, s.queue as note,
    null::bigint as amount, null::text as currency`,
  notable: false,
})

const jobsEnded = (sql: Sql): ActivitySource => ({
  kinds: ['build', 'deploy'],
  table: sql`jobs s`,
  ts: sql`s.finished_at`,
  id: sql`'j:' || s.job_id`,
  columns: sql`${jobKind(sql)} as kind, s.status as verb, s.user_id, s.tenant_id, s.kind as subject, s.error as note,
    (extract(epoch from s.finished_at - coalesce(s.started_at, s.enqueued_at)) * 1000)::bigint as amount,
    null::text as currency`,
  keep: sql`s.status in ('succeeded', 'failed', 'cancelled')`,
  notable: sql`(s.status = 'failed' or s.kind = any(${DEPLOY_KINDS}))`,
})

const objects = (sql: Sql): ActivitySource => ({
  kinds: ['object'],
  table: sql`objects s`,
  ts: sql`s.created_at`,
  id: sql`'o:' || s.kind || ':' || s.object_id`,
  columns: sql`'object' as kind, 'created' as verb, s.user_id, s.tenant_id, s.kind as subject, s.name as note,
    null::bigint as amount, null::text as currency`,
  notable: sql`s.kind = 'project'`,
})

const calls = (sql: Sql): ActivitySource => ({
  kinds: ['error'],
  table: sql`api_calls s`,
  ts: sql`s.ts`,
  // Append-only, so a row without a message id stays where it is.
  id: sql`'c:' || coalesce(s.message_id::text, s.tableoid::bigint || s.ctid::text)`,
  columns: sql`'error' as kind, 'failed' as verb, s.user_id, s.tenant_id,
    coalesce(nullif(s.model, ''), nullif(s.endpoint, ''), s.service) as subject,
    coalesce(s.error_kind, s.http_status::text) as note, s.latency_ms::bigint as amount, null::text as currency`,
  keep: sql`s.status = 'error'`,
  // One provider's bad minute would push everything else off the Overview.
  notable: false,
})

const appErrors = (sql: Sql): ActivitySource => ({
  kinds: ['error'],
  table: sql`app_errors s`,
  ts: sql`s.ts`,
  id: sql`'a:' || coalesce(s.message_id::text, s.tableoid::bigint || s.ctid::text)`,
  columns: sql`'error' as kind, s.source as verb, s.user_id, s.tenant_id, s.kind as subject,
    left(s.message, 200) as note, null::bigint as amount, null::text as currency`,
  notable: false,
})

// What was refused, and what never arrived, happened to nobody: it is told where the user’s actions are.
const actionRuns = (sql: Sql): ActivitySource => ({
  kinds: ['admin'],
  table: sql`action_runs s`,
  ts: sql`s.at`,
  id: sql`'x:' || s.id`,
  columns: sql`'admin' as kind, s.state as verb, s.user_id, s.tenant_id, s.action as subject,
    (select ${actorName(sql)} from (select s.actor) r) as note, null::bigint as amount, null::text as currency`,
  keep: sql`s.state in ('done', 'unknown')`,
})

const alertChanges = (sql: Sql): ActivitySource => ({
  kinds: ['alert'],
  table: sql`alert_events s`,
  ts: sql`s.at`,
  id: sql`'l:' || s.id`,
  columns: sql`'alert' as kind, s.kind as verb, '' as user_id, s.tenant_id,
    (select a.title from alerts a where a.id = s.alert_id) as subject,
    (select nullif(a.text, '') from alerts a where a.id = s.alert_id) as note,
    null::bigint as amount, null::text as currency`,
  keep: sql`s.kind in ('fired', 'resolved')`,
})

// Of no tenant: who is bound to one does not see how the whole is doing.
const sourceChanges = (sql: Sql): ActivitySource => ({
  kinds: ['source'],
  table: sql`source_events s`,
  ts: sql`s.at`,
  id: sql`'h:' || s.id`,
  columns: sql`'source' as kind, s.state as verb, '' as user_id, '' as tenant_id, s.source as subject, s.reason as note,
    s.down_ms as amount, null::text as currency`,
})

const incidents = (sql: Sql): ActivitySource => ({
  kinds: ['incident'],
  table: sql`incidents s`,
  ts: sql`s.first_at`,
  id: sql`'i:' || s.id`,
  columns: sql`'incident' as kind, s.severity as verb, '' as user_id, '' as tenant_id, s.kind as subject,
    concat_ws(', ', nullif(s.provider, ''), s.message, case when s.n > 1 then s.n || ' times' end) as note,
    null::bigint as amount, null::text as currency`,
  notable: sql`s.severity = 'error'`,
})

const events = (sql: Sql): ActivitySource => ({
  kinds: ['event'],
  table: sql`events s`,
  ts: sql`s.ts`,
  id: sql`'e:' || coalesce(s.message_id::text, s.tableoid::bigint || s.ctid::text)`,
  // The browser script calls every page view "page": which one it was stands in its path.
  columns: sql`'event' as kind, case s.type when 'track' then 'tracked' else 'viewed' end as verb, s.user_id, s.tenant_id,
    case when s.name = 'page' then coalesce(s.properties ->> 'path', s.name) else s.name end as subject,
    concat_ws(', ', s.properties ->> 'form', s.country) as note, null::bigint as amount, null::text as currency`,
  // An exception that a client reports as an event too is told as the error it is.
  keep: sql`s.name <> '$exception'`,
  notable: false,
})
