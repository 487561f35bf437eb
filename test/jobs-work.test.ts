import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { probe, runProbes } from '../src/connectors/probe.ts'
import type { Deps } from '../src/context.ts'
import type { FactIn } from '../src/facts/types.ts'
import daily from '../src/jobs/daily.ts'
import type { Job } from '../src/jobs/define.ts'
import { jobs } from '../src/jobs/index.ts'
import minute from '../src/jobs/minute.ts'
import rebuild from '../src/jobs/rebuild.ts'
import { dropOldPartitions, pruneMinutes, pruneOwnTables, rotateSeen } from '../src/jobs/retention.ts'
import { startRun } from '../src/jobs/runner.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const DAY_MS = 86_400_000
const NOW = new Date('2026-11-10T12:00:00Z')
const UP = 'https://prober:s3cret@up.example/health?token=1'
const DOWN = 'https://down.example/'

let t: TestApp
const answers = new Map<string, () => Response>()
const asked: { url: string; authorization: string | null }[] = []

beforeAll(async () => {
  t = await testApp({
    now: NOW,
    config: { timeZone: 'UTC', retentionDays: 60, probeUrls: [UP, DOWN] },
  })
  t.deps.fetch = async (input, init) => {
    asked.push({
      url: String(input),
      authorization: new Headers(init?.headers).get('authorization'),
    })
    const answer = answers.get(String(input))
    if (!answer)
      throw new TypeError('fetch failed', {
        cause: new Error('connect ECONNREFUSED'),
      })
    return answer()
  }
})
afterAll(() => t.close())

const write = (facts: Omit<FactIn, 'index'>[]) =>
  t.deps.writer.write(
    facts.map((fact, index) => ({ ...fact, index })),
    { source: 'test', receivedAt: NOW, exemptRetention: true },
  )
const event = (user: string, ts: string, name = 'opened'): Omit<FactIn, 'index'> => ({
  kind: 'events',
  row: { name, user_id: user, ts },
})

async function run(job: Job, range?: { from: string; to: string }, deps: Deps = t.deps) {
  const started = await startRun(deps, job, { slot: new Date(), startedBy: 'test' }, range)
  if (started.state !== 'started') throw new Error(started.state)
  const outcome = await started.done
  const [row] = await t.sql`select * from job_runs where id = ${started.id}`
  return {
    outcome,
    note: row!.note as string | null,
    done: row!.done as number,
    total: row!.total as number,
  }
}

test('every file that defines a job is in the list, under its own name', async () => {
  const files = (await readdir(new URL('../src/jobs', import.meta.url))).map((file) => file.replace(/\.ts$/, ''))
  const defined = await Promise.all(
    files.map(
      async (file) => [file, ((await import(`../src/jobs/${file}.ts`)) as { default?: Job }).default?.name] as const,
    ),
  )
  const names = defined.filter(([, name]) => name !== undefined)
  expect(names.map(([file]) => file)).toEqual(names.map(([, name]) => name))
  expect(names.map(([, name]) => name).sort()).toEqual(jobs.map((job) => job.name).sort())
})

describe('probes', () => {
  test('an answer is up, an error status or none is down, and neither fails the job', async () => {
    answers.set('https://up.example/health?token=1', () => new Response('fine'))
    await runProbes(t.deps, NOW)
    answers.set(DOWN, () => new Response('broken', { status: 503 }))
    await runProbes(t.deps, new Date(NOW.getTime() + 60_000))
    const rows = await t.sql`select target, ok, http_status, error from probes order by ts, target`
    expect(rows).toEqual([
      {
        target: 'https://down.example',
        ok: false,
        http_status: null,
        error: 'connect ECONNREFUSED',
      },
      {
        target: 'https://up.example/health',
        ok: true,
        http_status: 200,
        error: null,
      },
      {
        target: 'https://down.example',
        ok: false,
        http_status: 503,
        error: 'HTTP 503',
      },
      {
        target: 'https://up.example/health',
        ok: true,
        http_status: 200,
        error: null,
      },
    ])
    expect(asked.find(({ url }) => url.includes('up.example'))?.authorization).toBe(`Basic ${btoa('prober:s3cret')}`)
  })

  test('a minute that is probed twice is one fact for each target', async () => {
    const before = await t.sql`select count(*)::int as n from probes`
    await runProbes(t.deps, NOW)
    expect(await t.sql`select count(*)::int as n from probes`).toEqual(before)
  })

  test('a target that never answers is given up', async () => {
    const signals: AbortSignal[] = []
    vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort(new DOMException('late', 'TimeoutError')))
    const fetch = (async (_: unknown, init?: RequestInit) => {
      signals.push(init!.signal!)
      throw init!.signal!.reason
    }) as typeof globalThis.fetch
    expect(await probe({ fetch }, DOWN)).toEqual({
      ok: false,
      error: 'no answer within 10 s',
    })
    expect(signals).toHaveLength(1)
  })
})

describe('the minute job', () => {
  test('samples queues by name and together, running jobs, users online and the process', async () => {
    const job = (id: string, queue: string, status: string) => ({
      kind: 'jobs' as const,
      row: {
        id,
        kind: 'build',
        queue,
        status,
        enqueued_at: '2026-11-10T11:50:00Z',
      },
    })
    await write([
      job('j1', 'fast', 'queued'),
      job('j2', 'fast', 'queued'),
      job('j3', 'slow', 'queued'),
      job('j4', 'slow', 'running'),
      event('ann', '2026-11-10T11:59:30Z'),
      event('bob', '2026-11-10T11:59:40Z'),
      event('', '2026-11-10T11:59:45Z'),
      event('carl', '2026-11-10T09:00:00Z'),
    ])
    expect((await run(minute)).outcome).toBe('ok')
    const gauges = Object.fromEntries((await t.sql`select name, value from gauges`).map((row) => [row.name, row.value]))
    expect(gauges).toMatchObject({
      'queue.depth': 3,
      'queue.depth:fast': 2,
      'queue.depth:slow': 1,
      'jobs.running': 1,
      'users.online': 2,
    })
    expect(gauges['process.rss_bytes']).toBeGreaterThan(0)
    expect(gauges['process.lag_ms']).toBeGreaterThanOrEqual(0)
    expect(gauges['facts.backlog']).toBeGreaterThan(0)
  })

  test('run twice in a minute it leaves one sample of each', async () => {
    await run(minute)
    const doubled = await t.sql`select name from gauges group by name, ts having count(*) > 1`
    expect(doubled).toEqual([])
  })

  test('keeps today’s row of usage_analytics_daily', async () => {
    await t.fold()
    await run(minute)
    const [row] = await t.sql`select date::text, dau::int from usage_analytics_daily where tenant = '*'`
    expect(row).toEqual({ date: '2026-11-10', dau: 3 })
  })

  test('forgets the minutes of API calls after two days', async () => {
    const at = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString()
    const call = (hours: number) => ({
      kind: 'api_calls' as const,
      row: { ts: at(hours), user_id: 'ann', service: 'web' },
    })
    await write([call(1), call(47), call(49), call(55)])
    await t.fold()
    await pruneMinutes(t.deps, NOW)
    const [row] = await t.sql`select count(*)::int as n from api_call_minutes where scope = '*' and at < ${at(48)}`
    const [left] = await t.sql`select count(*)::int as n from api_call_minutes where scope = '*'`
    expect([row!.n, left!.n]).toEqual([0, 2])
  })
})

describe('the daily job', () => {
  const stored = () => t.sql`select scope, day::text, v from metric_days order by day, scope`

  test('closes yesterday and the days nobody closed, and doing it twice changes nothing', async () => {
    await write([
      event('ann', '2026-11-06T10:00:00Z'),
      event('ann', '2026-11-09T10:00:00Z'),
      event('bob', '2026-11-09T11:00:00Z'),
    ])
    await t.fold()
    expect(await run(daily)).toMatchObject({ outcome: 'ok' })
    const first = await stored()
    const usage = await t.sql`select * from usage_analytics_daily order by date, tenant`
    expect(
      first
        .filter((row) => row.scope === '*')
        .map((row) => row.day)
        .slice(-4),
    ).toEqual(['2026-11-06', '2026-11-07', '2026-11-08', '2026-11-09'])
    expect(await run(daily)).toMatchObject({
      outcome: 'ok',
      done: 1,
      total: 1,
    })
    expect(await stored()).toEqual(first)
    expect(await t.sql`select * from usage_analytics_daily order by date, tenant`).toEqual(usage)
  })

  test('drops months that ended before the retention, but neither imported lately nor not yet folded', async () => {
    await write([event('old', '2026-05-10T10:00:00Z'), event('imported', '2025-03-10T10:00:00Z')])
    expect(await dropOldPartitions(t.deps, NOW)).toEqual([])
    await t.sql`update events set received_at = ts where user_id = 'old'`
    expect(await dropOldPartitions(t.deps, NOW)).toEqual([])
    await t.fold()
    expect(await dropOldPartitions(t.deps, NOW)).toEqual(['events_2026_05'])
    expect(await t.sql`select user_id from events where user_id in ('old', 'imported')`).toEqual([
      { user_id: 'imported' },
    ])
    expect(await write([event('late', '2026-05-11T10:00:00Z')])).toMatchObject({
      accepted: 1,
    })
  })

  test('rotates what dedupe remembers after 8 days, and still knows the ids of the last 8', async () => {
    const send = (id: string) => write([{ ...event('ann', '2026-11-09T10:00:00Z'), id }])
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
})

describe('rebuilding', () => {
  test('does a day at a time, keeps days whose raw facts are gone, and leaves what a recount gives', async () => {
    await write([event('ann', '2026-11-01T10:00:00Z'), event('bob', '2026-11-02T10:00:00Z', 'saved')])
    await t.fold()
    await t.sql`update event_days set n = n + 7 where day = '2026-11-02'`
    await t.sql`insert into event_days (scope, day, name, n) values ('*', '2026-10-30', 'long gone', 5)`
    const outcome = await run(rebuild, {
      from: '2026-10-30',
      to: '2026-11-03',
    })
    expect(outcome).toMatchObject({ outcome: 'ok', done: 5, total: 5 })
    expect(outcome.note).toBe('2026-10-30..2026-11-03; 1 days kept, their raw facts are gone')
    expect(await t.sql`select n::int from event_days where name = 'long gone'`).toEqual([{ n: 5 }])
    await t.sql`delete from event_days where name = 'long gone'`
    expect(await t.sql`select n::int from event_days where scope = '*' and day = '2026-11-02'`).toEqual([{ n: 1 }])
  })
})
