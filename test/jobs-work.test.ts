import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { probe, runProbes } from '../src/connectors/probe.ts'
import type { Job } from '../src/jobs/define.ts'
import { jobs } from '../src/jobs/index.ts'
import minute from '../src/jobs/minute.ts'
import { pruneMinutes } from '../src/jobs/retention.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { event, runJob, write } from './jobs-kit.ts'

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
    await write(t, [
      job('j1', 'fast', 'queued'),
      job('j2', 'fast', 'queued'),
      job('j3', 'slow', 'queued'),
      job('j4', 'slow', 'running'),
      event('ann', '2026-11-10T11:59:30Z'),
      event('bob', '2026-11-10T11:59:40Z'),
      event('', '2026-11-10T11:59:45Z'),
      event('carl', '2026-11-10T09:00:00Z'),
    ])
    expect((await runJob(t, minute)).outcome).toBe('ok')
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
    await runJob(t, minute)
    const doubled = await t.sql`select name from gauges group by name, ts having count(*) > 1`
    expect(doubled).toEqual([])
  })

  test('keeps today’s row of usage_analytics_daily', async () => {
    await t.fold()
    await runJob(t, minute)
    const [row] = await t.sql`select date::text, dau::int from usage_analytics_daily where tenant = '*'`
    expect(row).toEqual({ date: '2026-11-10', dau: 3 })
  })

  test('forgets the minutes of API calls after two days', async () => {
    const at = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString()
    const call = (hours: number) => ({
      kind: 'api_calls' as const,
      row: { ts: at(hours), user_id: 'ann', service: 'web' },
    })
    await write(t, [call(1), call(47), call(49), call(55)])
    await t.fold()
    await pruneMinutes(t.deps, NOW)
    const [row] = await t.sql`select count(*)::int as n from api_call_minutes where scope = '*' and at < ${at(48)}`
    const [left] = await t.sql`select count(*)::int as n from api_call_minutes where scope = '*'`
    expect([row!.n, left!.n]).toEqual([0, 2])
  })
})
