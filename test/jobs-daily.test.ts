import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import daily from '../src/jobs/daily.ts'
import rebuild from '../src/jobs/rebuild.ts'
import { deleteOldMeasures, dropOldPartitions, pruneOwnTables, rotateSeen } from '../src/jobs/retention.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { event, runJob, write } from './jobs-kit.ts'

const DAY_MS = 86_400_000
const NOW = new Date('2026-11-10T12:00:00Z')

let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: NOW, config: { timeZone: 'UTC', retentionDays: 60 } })
})
afterAll(() => t.close())

describe('the daily job', () => {
  const stored = () => t.sql`select scope, day::text, v from metric_days order by day, scope`

  test('closes yesterday and the days nobody closed, and doing it twice changes nothing', async () => {
    await write(t, [
      event('ann', '2026-11-06T10:00:00Z'),
      event('ann', '2026-11-09T10:00:00Z'),
      event('bob', '2026-11-09T11:00:00Z'),
    ])
    await t.fold()
    expect(await runJob(t, daily)).toMatchObject({ outcome: 'ok' })
    const first = await stored()
    const usage = await t.sql`select * from usage_analytics_daily order by date, tenant`
    expect(
      first
        .filter((row) => row.scope === '*')
        .map((row) => row.day)
        .slice(-4),
    ).toEqual(['2026-11-06', '2026-11-07', '2026-11-08', '2026-11-09'])
    expect(await runJob(t, daily)).toMatchObject({ outcome: 'ok', done: 7, total: 7 })
    const [closing] = await t.sql`
      select state, done::int, total::int, note from job_steps where name = 'close-days' order by run_id desc limit 1`
    expect(closing).toEqual({ state: 'ok', done: 1, total: 1, note: 'closed 2026-11-09' })
    expect(await stored()).toEqual(first)
    expect(await t.sql`select * from usage_analytics_daily order by date, tenant`).toEqual(usage)
  })

  test('drops months that ended before the retention, but neither imported lately nor not yet folded', async () => {
    await write(t, [event('old', '2026-05-10T10:00:00Z'), event('imported', '2025-03-10T10:00:00Z')])
    expect(await dropOldPartitions(t.deps, NOW)).toEqual([])
    await t.sql`update events set received_at = ts where user_id = 'old'`
    expect(await dropOldPartitions(t.deps, NOW)).toEqual([])
    await t.fold()
    expect(await dropOldPartitions(t.deps, NOW)).toEqual(['events_2026_05'])
    expect(await t.sql`select user_id from events where user_id in ('old', 'imported')`).toEqual([
      { user_id: 'imported' },
    ])
    expect(await write(t, [event('late', '2026-05-11T10:00:00Z')])).toMatchObject({
      accepted: 1,
    })
  })

  test('rotates what dedupe remembers after 8 days, and still knows the ids of the last 8', async () => {
    const send = (id: string) => write(t, [{ ...event('ann', '2026-11-09T10:00:00Z'), id }])
    const later = (days: number) => new Date(NOW.getTime() + days * DAY_MS)
    await t.sql`update seen_state set current = 'a', since = ${NOW}`
    await send('first')
    expect(await rotateSeen(t.deps, later(7))).toBe(false)
    expect(await rotateSeen(t.deps, later(8))).toBe(true)
    expect(await rotateSeen(t.deps, later(8))).toBe(false)
    expect(await send('first')).toMatchObject({ duplicate: 1 })
    expect(await rotateSeen(t.deps, later(16))).toBe(true)
    expect(await send('first')).toMatchObject({ accepted: 1 })
  })

  test('deletes web vitals and webhook deliveries older than the retention', async () => {
    const vital = (id: string, ts: string) => ({
      kind: 'web_vitals' as const,
      index: 0,
      row: { id, ts, name: 'LCP', value: 1200 },
    })
    for (const [id, ts] of [
      ['young', '2026-11-01T10:00:00Z'],
      ['old', '2026-08-01T10:00:00Z'],
    ] as const)
      await t.deps.writer.write([vital(id, ts)], { source: 'x', receivedAt: NOW, exemptRetention: true })
    expect(await deleteOldMeasures(t.deps, NOW)).toBe(1)
    expect(await t.sql`select vital_id from web_vitals`).toEqual([{ vital_id: 'young' }])
  })

  test('tidies up its own tables', async () => {
    const old = new Date(NOW.getTime() - 100 * DAY_MS)
    await t.sql`delete from job_runs`
    await t.sql`insert into rejected_facts (at, kind, source, reason, raw) values (${old}, 'events', 'x', 'x', ''), (${NOW}, 'events', 'x', 'new', '')`
    await t.sql`insert into login_failures (at, email, ip) values (${old}, 'x', 'x'), (${NOW}, 'new', 'x')`
    await t.sql`
      insert into job_runs (job, scheduled_for, finished_at, outcome) values
        ('daily', ${old}, ${old}, 'ok'), ('daily', ${NOW}, ${NOW}, 'ok'),
        ('minute', ${old}, ${new Date(NOW.getTime() - 8 * DAY_MS)}, 'ok'), ('minute', ${NOW}, ${NOW}, 'ok')`
    await pruneOwnTables(t.deps, NOW)
    expect(await t.sql`select reason from rejected_facts where source = 'x'`).toEqual([{ reason: 'new' }])
    expect(await t.sql`select email from login_failures`).toEqual([{ email: 'new' }])
    expect(await t.sql`select job from job_runs order by job`).toEqual([{ job: 'daily' }, { job: 'minute' }])
  })

  test('deletes alerts, notices, mails and actions that are long over, and nothing that is open', async () => {
    const ago = (days: number) => new Date(NOW.getTime() - days * DAY_MS)
    const notice = (key: string, kind: string, state: string, days: number) => t.sql`
      insert into notifications (dedupe_key, kind, payload, state, created_at)
      values (${key}, ${kind}, '{}', ${state}, ${ago(days)})`
    await notice('sent', 'firing', 'sent', 401)
    await notice('dead', 'firing', 'dead', 401)
    await notice('waits', 'firing', 'queued', 401)
    await notice('young', 'firing', 'sent', 399)
    await notice('canary', 'canary', 'sent', 31)
    await notice('new canary', 'canary', 'sent', 29)
    await notice('mail', 'mail', 'sent', 401)
    await notice('new mail', 'mail', 'sent', 399)
    await t.sql`insert into notification_attempts (notification_id, n) select id, 1 from notifications`
    await t.sql`
      insert into emails (notification_id, user_id, recipient, subject, text, status, created_at, created_by)
      select id, 'ann', 'a@x.example', dedupe_key, 't', 'sent', created_at, 'system' from notifications where kind = 'mail'`
    const [rule] = await t.sql<{ id: string }[]>`
      insert into alert_rules (slug, name, enabled, severity, scope, rule, created_by, updated_by)
      values ('old', 'Old', false, 'info', '*', '{}', 'system', 'system') returning id`
    const alert = (title: string, state: string, days: number) => t.sql`
      insert into alerts (rule_id, subject, scope, state, severity, title, pending_since, seen_at, ended_at)
      values (${rule?.id ?? ''}, ${title}, '*', ${state}, 'info', ${title}, ${ago(days)}, ${ago(days)},
        ${state === 'firing' ? null : ago(days)})`
    await alert('over', 'resolved', 401)
    await alert('over lately', 'resolved', 399)
    await alert('was nothing', 'passed', 31)
    await alert('was nothing lately', 'passed', 29)
    await alert('fires', 'firing', 900)
    await t.sql`insert into alert_events (alert_id, at, kind) select id, pending_since, 'pending' from alerts`
    const run = (key: string, state: string, days: number, undoOf: string | null = null) => t.sql<{ id: string }[]>`
      insert into action_runs (id, action, actor, key, request, state, at, settled_at, undo_of)
      values (gen_random_uuid(), 'suspend', 'admin:1', ${key}, '{}', ${state}, ${ago(days)},
        ${state === 'done' ? ago(days) : null}, ${undoOf}) returning id`
    const [undone] = await run('undone lately', 'done', 410)
    await run('undoes', 'done', 399, undone?.id)
    const [both] = await run('undone', 'done', 420)
    await run('undid', 'done', 401, both?.id)
    await run('open', 'unknown', 500)
    // Twice: what was undone goes after what undid it.
    await pruneOwnTables(t.deps, NOW)
    await pruneOwnTables(t.deps, NOW)
    const left = async (rows: Promise<{ name: string }[]>) => (await rows).map(({ name }) => name).sort()
    expect(await left(t.sql`select dedupe_key as name from notifications`)).toEqual([
      'new canary',
      'new mail',
      'waits',
      'young',
    ])
    expect(await t.sql`select from notification_attempts`).toHaveLength(4)
    expect(await left(t.sql`select subject as name from emails`)).toEqual(['new mail'])
    expect(await left(t.sql`select title as name from alerts`)).toEqual(['fires', 'over lately', 'was nothing lately'])
    expect(await t.sql`select from alert_events`).toHaveLength(3)
    expect(await left(t.sql`select key as name from action_runs`)).toEqual(['open', 'undoes', 'undone lately'])
  })
})

describe('rebuilding', () => {
  test('does a day at a time, keeps days whose raw facts are gone, and leaves what a recount gives', async () => {
    await write(t, [event('ann', '2026-11-01T10:00:00Z'), event('bob', '2026-11-02T10:00:00Z', 'saved')])
    await t.fold()
    await t.sql`update event_days set n = n + 7 where day = '2026-11-02'`
    await t.sql`insert into event_days (scope, day, name, n) values ('*', '2026-10-30', 'long gone', 5)`
    await t.sql`insert into dropped_months (fact_table, month) values ('events', '2026-10-01')`
    const outcome = await runJob(t, rebuild, {
      from: '2026-10-30',
      to: '2026-11-03',
    })
    expect(outcome).toMatchObject({ outcome: 'ok', done: 5, total: 5 })
    expect(outcome.note).toBe('2026-10-30..2026-11-03; 2 days kept, their raw facts are gone')
    expect(await t.sql`select n::int from event_days where name = 'long gone'`).toEqual([{ n: 5 }])
    await t.sql`delete from event_days where name = 'long gone'`
    expect(await t.sql`select n::int from event_days where scope = '*' and day = '2026-11-02'`).toEqual([{ n: 1 }])
  })
})
