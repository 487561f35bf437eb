import type { Sql } from '../src/db/connect.ts'

/** What the product of metrics-fixture.ts did beside: sign-ups, first times, invitations, opinions, objects of many kinds. */
export async function fillGrowth(sql: Sql): Promise<void> {
  await people(sql)
  await invitations(sql)
  await opinions(sql)
  await objects(sql)
  await scores(sql)
}

/**
 * Accounts. On 18, 19 and 20 November g1, g2 and u2 have had seven days; on the 19th u1 and r2 their week 1 (of them u1
 * was active in it, on the 18th), r3 its week 4, r6 its week 12; v1 has had thirty days.
 */
async function people(sql: Sql): Promise<void> {
  await sql`
    insert into users (user_id, tenant_id, created_at, created_known, updated_at, provider, country, referrer)
    select id, t, at::timestamptz, true, at::timestamptz, 'google', 'DE', ref from (values
      ('u1', 't1', '2026-11-05T08:00Z', 'https://www.news.example/item?id=1'), ('u2', 't1', '2026-11-13T09:00Z', 'direct'),
      ('u3', 't2', '2026-10-01T08:00Z', null), ('u4', '', '2026-10-05T08:00Z', null),
      ('g1', 't1', '2026-11-11T10:00Z', 'direct'), ('g2', 't2', '2026-11-12T10:00Z', null),
      ('r2', 't2', '2026-11-05T12:00Z', null), ('r3', 't1', '2026-10-15T12:00Z', null),
      ('r6', 't1', '2026-08-20T12:00Z', null), ('v1', 't1', '2026-10-20T08:00Z', null)) v (id, t, at, ref)`
  // g1 and u2 are activated in their seven days, g2 an hour late, u1 after 13 days; u3 has a project after 50 days and 2 h.
  await sql`
    insert into user_firsts select id, name, at::timestamptz from (values
      ('u2', 'build', '2026-11-13T12:00Z'), ('g1', 'report', '2026-11-11T11:00Z'), ('g2', 'project', '2026-11-12T10:30Z'),
      ('g2', 'build', '2026-11-19T11:00Z'), ('u1', 'upload', '2026-11-18T08:00Z'), ('u1', 'template_used', '2026-11-18T09:00Z'),
      ('u3', 'project_created', '2026-11-20T10:00Z')) v (id, name, at)`
  await sql`
    insert into event_names select id, type, name, set_bit(repeat('0', 512)::bit(512), id, 1)
    from (values (0, 'event', 'template_used'), (1, 'event', 'click'), (2, 'job', 'build')) v (id, type, name)`
  await sql`
    update user_days d set names = (
        select bit_or(bit) from event_names n where n.name = any(string_to_array(v.names, ' '))
      ), last_active_at = v.at::timestamptz
    from (values
      ('u1', '2026-11-18', 'template_used click', '2026-11-18T09:00Z'), ('u1', '2026-11-19', null, '2026-11-19T11:00Z'),
      ('u1', '2026-11-20', 'build', '2026-11-20T09:00Z'), ('u2', '2026-11-19', 'click', '2026-11-19T11:00Z'),
      ('u3', '2026-11-20', null, '2026-11-20T11:00Z')) v (id, day, names, at)
    where d.user_id = v.id and d.day = v.day::date`
}

/** v1 sends two invitations in 30 days and one an hour after them; the first is accepted. */
async function invitations(sql: Sql): Promise<void> {
  await sql`
    insert into invites (invite_id, user_id, tenant_id, sent_at, accepted_at, updated_at)
    select id, 'v1', 't1', sent::timestamptz, accepted::timestamptz, sent::timestamptz from (values
      ('i1', '2026-10-21T08:00Z', '2026-11-01T08:00Z'), ('i2', '2026-10-25T08:00Z', null),
      ('i3', '2026-11-19T09:00Z', '2026-11-19T10:00Z')) v (id, sent, accepted)`
  await sql`
    insert into invite_days
    select s, day::date, channel, sent, sent_accepted, accepted, hours::float8[] from (values
      ('t1', '2026-11-18', 'email', 4, 1, 1, '{2}'), ('t2', '2026-11-20', '', 0, 0, 2, '{10,30}')
    ) v (t, day, channel, sent, sent_accepted, accepted, hours) cross join lateral (values ('*'), (t)) s (s)`
}

async function opinions(sql: Sql): Promise<void> {
  await sql`
    insert into feedback_days
    select s, '2026-11-19', kind, n, scored, score, promoters, detractors, satisfied from (values
      ('nps', 4, 4, 2.9, 2, 1, 3), ('csat', 2, 2, 1.4, 0, 1, 1), ('rating', 3, 3, 2.4, 1, 0, 2), ('comment', 1, 0, 0, 0, 0, 0)
    ) v (kind, n, scored, score, promoters, detractors, satisfied) cross join (values ('*'), ('t1')) s (s)`
}

async function objects(sql: Sql): Promise<void> {
  await sql`
    insert into object_days (scope, day, kind, variant, origin, created, closed, quantity, done, created_done)
    select s, day::date, kind, variant, origin, created, closed, quantity, done, created_done from (values
      ('2026-11-18', 'contract', 'NDA', 'system', 3, 0, 0, 0, 2), ('2026-11-19', 'contract', 'Own', 'custom', 1, 0, 0, 2, 0),
      ('2026-11-18', 'time_entry', 'toggl', '', 2, 0, 3.5, 0, 0), ('2026-11-18', 'time_entry', 'manual', '', 1, 0, 1, 0, 0),
      ('2026-11-18', 'commit', 'github', '', 5, 0, 0, 0, 0), ('2026-11-19', 'commit', 'gitlab', '', 1, 0, 0, 0, 0),
      ('2026-11-10', 'portal', '', '', 3, 1, 0, 0, 0), ('2026-11-19', 'portal', '', '', 1, 0, 0, 0, 0),
      ('2026-11-19', 'deliverable', 'auto', '', 1, 2, 0, 0, 0), ('2026-11-19', 'deliverable', 'manual', '', 2, 1, 0, 0, 0),
      ('2026-10-30', 'cli_install', '1.0', '', 4, 0, 0, 0, 0), ('2026-11-19', 'cli_install', '1.0', '', 0, 1, 0, 0, 0),
      ('2026-11-19', 'cli_install', '1.1', '', 1, 0, 0, 0, 0), ('2026-10-30', 'integration', 'github', '', 2, 0, 0, 0, 0),
      ('2026-11-18', 'integration', 'toggl', '', 1, 0, 0, 0, 0), ('2026-11-20', 'upload', '', '', 2, 0, 5000, 0, 0),
      ('2026-11-20', 'worklog', '', '', 1, 0, 7.5, 0, 0), ('2026-11-20', 'report', '', '', 1, 0, 0, 0, 0),
      ('2026-11-20', 'site', 'shop', 'system', 2, 0, 0, 0, 0), ('2026-11-20', 'site', 'mine', 'custom', 1, 0, 0, 0, 0)
    ) v (day, kind, variant, origin, created, closed, quantity, done, created_done) cross join (values ('*'), ('t1')) s (s)`
  await sql`
    insert into object_user_days
    select s, day::date, u, kind, variant, part, n from (values
      ('t1', '2026-11-18', 'u1', 'commit', 'github', 'a/x', 5), ('t1', '2026-11-19', 'u2', 'commit', 'gitlab', 'b/y', 1),
      ('t1', '2026-11-19', 'u2', 'commit', 'github', 'a/x', 1), ('t1', '2026-11-18', 'u1', 'time_entry', 'toggl', '', 2),
      ('t1', '2026-11-18', 'u2', 'time_entry', 'manual', '', 1), ('t1', '2026-11-15', 'u2', 'project', '', '', 1),
      ('t2', '2026-10-20', 'u3', 'report', '', '', 1)
    ) v (t, day, u, kind, variant, part, n) cross join lateral (values ('*'), (t)) s (s)`
  await sql`
    insert into object_counts
    select kind, id, counter, hour::timestamptz, 't1', 'u1', n from (values
      ('portal', 'p1', 'views', '2026-11-18T10:00Z', 10), ('portal', 'p1', 'views', '2026-11-20T09:00Z', 5),
      ('portal', 'p2', 'views', '2026-11-10T09:00Z', 3), ('portal', 'p1', 'sessions', '2026-11-18T10:00Z', 4),
      ('portal', 'p1', 'session_seconds', '2026-11-18T10:00Z', 240), ('cli_install', 'c1', 'seen', '2026-11-19T08:00Z', 1),
      ('cli_install', 'c1', 'seen', '2026-11-20T08:00Z', 1), ('cli_install', 'c2', 'seen', '2026-11-20T08:00Z', 1),
      ('cli_install', 'c3', 'seen', '2026-11-01T08:00Z', 1)) v (kind, id, counter, hour, n)`
}

/** Scored on the 19th: three healthy users with 250 together, one of 50, one of 20, one of whom too little is known. */
async function scores(sql: Sql): Promise<void> {
  await sql`
    insert into health_days
    select s, '2026-11-19', band, sum(n), sum(score) from (values
      ('t1', 'healthy', 2, 160), ('t2', 'healthy', 1, 90), ('t1', 'at-risk', 1, 50), ('t1', 'churning', 1, 20),
      ('t2', 'unknown', 1, 0)) v (t, band, n, score) cross join lateral (values ('*'), (t)) s (s)
    group by 1, 3`
}

const HOUR_MS = 3_600_000

/** Over 18 to 20 November, by hand. */
export const GROWTH_EXPECTED = {
  'users.active_24h': 2,
  'devices.online': 2,
  'users.returning': 3,
  'users.retention_w1': 50,
  'users.retention_w4': 0,
  'users.retention_w12': 0,
  // g1, g2, u2; u1; u3; nobody; u4, r2, r3, r6 and v1.
  'users.stage_activation': 3,
  'users.stage_growth': 1,
  'users.stage_mature': 1,
  'users.stage_at_risk': 0,
  'users.stage_lapsed': 5,
  'health.score_avg': 320 / 5,
  'health.users_healthy': 3,
  'health.users_at_risk': 1,
  'health.users_churning': 1,
  'health.users_unknown': 1,
  'health.healthy_rate': 60,
  'growth.signups_due': 3,
  'growth.activated': 2,
  'growth.activation_rate': 200 / 3,
  'growth.upload_rate': 0,
  'growth.worklog_rate': null,
  'growth.report_rate': 100 / 3,
  'users.activated': 2,
  'growth.time_to_value': (7 * 24 + 1) * HOUR_MS,
  'growth.time_to_value_p90': 13 * 24 * HOUR_MS,
  'growth.time_to_project': (50 * 24 + 2) * HOUR_MS,
  'growth.invites_sent': 4,
  'growth.invites_accepted': 3,
  'growth.invite_acceptance': 25,
  'growth.invite_time': 10 * HOUR_MS,
  'growth.viral_coefficient': 1,
  'growth.invites_per_user': 2,
  // Of u1, u2 and u3 × build, project, report, template_used, upload: u1 used two of them and u2 one.
  'adoption.rate': 20,
  'adoption.users': 3,
  'adoption.new': 3,
  // One of one user, two of two, three of three.
  'adoption.features_per_user': 1,
  'adoption.engagement': (11.25 + (13.75 + 11.25) + (21.25 + 11.25 + 6.25)) / 6,
  'events.users': 3,
  'satisfaction.nps': 25,
  'satisfaction.csat': 50,
  'satisfaction.rating': 4,
  'satisfaction.responses': 10,
  'product.objects_open': 3 + 30,
  'product.contracts': 4,
  'product.contracts_signed': 2,
  'product.signature_rate': 50,
  'product.time_entries': 3,
  'product.hours_logged': 4.5,
  'product.commits': 6,
  'product.repositories': 2,
  'product.git_users': 2,
  'product.tracker_users': 1,
  'product.integrations': 3,
  'product.deliverables': 3,
  'product.deliverables_done': 3,
  'product.deliverables_auto': 2,
  'product.uploads': 2,
  'product.upload_bytes': 5000,
  'product.worklogs': 1,
  'product.worklog_hours': 7.5,
  'product.reports': 1,
  'product.templates_used': 7,
  'product.custom_templates': 200 / 7,
  'product.portals': 1,
  'product.portals_open': 3,
  'product.portals_active': 1,
  'product.portal_views': 15,
  'product.portal_sessions': 4,
  'product.portal_session_time': 60_000,
  'product.cli_downloads': 0,
  'product.cli_installs': 4,
  'product.cli_active': 2,
  'automation.auto_pauses': 0,
  'automation.auto_replenishes': 0,
}
