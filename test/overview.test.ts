import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emptyState } from '../src/card-state.ts'
import { loadConfig } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import type { Db } from '../src/db/connect.ts'
import { type MetricKey, metricKeys } from '../src/metrics/catalogue.ts'
import { live, series } from '../src/metrics/query.ts'
import { factsOf } from '../src/metrics/source.ts'
import { loadHealth } from '../src/overview/health.ts'
import { queuesText } from '../src/overview/queues.ts'
import { testDb } from './helpers/db.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
let db: Db
let deps: Deps

beforeAll(async () => {
  db = await testDb()
  deps = { db, config: loadConfig({}), now: () => NOW } as Deps
})
afterAll(() => db.close())
beforeEach(() => db.sql`truncate probe_hours, api_call_hours, api_call_days, api_call_minutes`)

async function probes(hour: string, n: number, ok: number): Promise<void> {
  await db.sql`insert into probe_hours values (${hour}, 'web', ${n}, ${ok}, 0, 0)`
}

/** Calls that all took as long, or that do not say. */
async function calls(table: string, at: string, n: number, errors: number, ms: number | null): Promise<void> {
  await db.sql`
    insert into ${db.sql(table)}
    select '*', ${at}, true, 'chat', '', '', ${n}, ${n}, ${errors}, 0, 0, 0, 0, 0, ${errors}, 0, 0, 0, 0, 0, 0, 0,
      ${ms === null ? 0 : n}, ${(ms ?? 0) * n},
      ${ms === null ? db.sql`hist_of(null, null)` : db.sql`hist_of(array[hist_bucket(${ms})], array[${n}]::bigint[])`}`
}

describe('platform health', () => {
  it('has factors of the same 24 hours as its score: they multiply to it', async () => {
    await probes('2026-11-20T09:00Z', 100, 90)
    await probes('2026-11-19T13:00Z', 100, 96)
    await calls('api_call_hours', '2026-11-19T20:00Z', 10, 1, 2000)
    // Yesterday, but longer ago than 24 hours; and what a clock ahead of ours told.
    await probes('2026-11-19T11:00Z', 1000, 0)
    await calls('api_call_hours', '2026-11-19T10:00Z', 30, 30, 9000)
    await probes('2026-11-20T13:00Z', 1000, 0)
    await calls('api_call_hours', '2026-11-20T13:00Z', 30, 30, 9000)
    const { now, change } = await loadHealth(deps, '*')
    expect(now).toMatchObject({ uptime: 93, success: 90, p95: expect.closeTo(2000, -2) })
    const { uptime, success, speed, score } = now
    expect(score).toBeCloseTo(((uptime ?? 0) * (success ?? 0) * (speed ?? 0)) / 10_000, 9)
    expect(await live(deps, 'system.health', '*')).toBeCloseTo(score ?? 0, 9)
    expect(change).toEqual({ value: score, previous: 0, change: score })
  })

  it('is unknown where a factor is: calls that do not say how long they took are not fast', async () => {
    await probes('2026-11-20T09:00Z', 100, 90)
    await calls('api_call_hours', '2026-11-20T09:00Z', 10, 0, null)
    await calls('api_call_days', '2026-11-20', 10, 0, null)
    const { now } = await loadHealth(deps, '*')
    expect(now).toEqual({ uptime: 90, success: 100, p95: null, speed: null, score: null })
    expect((await series(deps, 'system.speed', { scope: '*', from: '2026-11-20', to: '2026-11-20' })).total).toBe(null)
  })
})

describe('the last hour', () => {
  it('leaves out what is ahead of our clock', async () => {
    await calls('api_call_minutes', '2026-11-20T11:58:00Z', 10, 1, 100)
    await calls('api_call_minutes', '2026-11-20T12:05:00Z', 90, 90, 100)
    expect(await live(deps, 'ai.requests_last_hour', '*')).toBe(10)
    expect(await live(deps, 'api.error_rate_last_hour', '*')).toBe(10)
    expect(await live(deps, 'api.calls_per_minute', '*')).toBe(2)
  })
})

describe('the queues', () => {
  it('are named where jobs wait, and else said to be empty', () => {
    const queue = (name: string, waiting: number) => ({ name, waiting })
    expect(queuesText([])).toBe('nothing waiting')
    expect(queuesText([queue('builds', 0), queue('previews', 0)])).toBe('nothing waiting')
    expect(queuesText([queue('site_builds', 4), queue('previews', 0)])).toBe('site builds 4')
    expect(queuesText([queue('a', 4), queue('b', 3), queue('c', 2), queue('d', 1)])).toBe('a 4, b 3, c 2, +1')
  })
})

describe('an empty card', () => {
  it('asks nobody to send what our own sampler writes', () => {
    for (const facts of new Set([...metricKeys.map((key: MetricKey) => factsOf(key)), 'gauges'])) {
      expect(JSON.stringify(emptyState(deps, facts, 'Nothing'))).not.toContain('queue.depth')
    }
    expect(emptyState(deps, 'gauges', 'Nothing')).toMatchObject({ text: expect.stringContaining('by itself') })
  })
})
