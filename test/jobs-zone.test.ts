import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ensureDayZone } from '../src/jobs/day-zone.ts'
import rebuild from '../src/jobs/rebuild.ts'
import { sweep } from '../src/jobs/sweep.ts'
import { eachDay } from '../src/lib/time.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { recount } from './helpers/recount.ts'

let now = new Date('2026-11-10T12:00:00Z')
let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => now, config: { timeZone: 'UTC' } })
})
afterAll(() => t.close())

async function write(user: string, times: string[]): Promise<void> {
  const facts = times.map((ts, index) => ({
    kind: 'events' as const,
    index,
    row: { name: 'opened', user_id: user, ts },
  }))
  await t.deps.writer.write(facts, { source: 'test', receivedAt: now })
  await t.fold()
}

test('the first start notes its TIME_ZONE and rebuilds nothing', async () => {
  await write(
    'ann',
    eachDay('2026-10-20', '2026-11-10').map((day) => `${day}T05:00:00Z`),
  )
  await ensureDayZone(t.deps)
  expect(await t.sql`select zone from day_zones`).toEqual([{ zone: 'UTC' }])
  expect(await t.sql`select id from job_runs`).toEqual([])
})

test('another TIME_ZONE has the days rebuilt whose raw facts remain, once', async () => {
  await write('kiwi', ['2026-11-05T13:00:00Z'])
  const moved = {
    ...t.deps,
    config: { ...t.deps.config, timeZone: 'Pacific/Auckland' },
  }
  await Promise.all([ensureDayZone(moved), ensureDayZone(moved)])
  now = new Date(now.getTime() + 30_000)
  await sweep(moved, [rebuild])
  await vi.waitUntil(async () => (await t.sql`select 1 from job_runs where finished_at is null`).length === 0, {
    timeout: 25_000,
  })
  expect((await t.sql`select outcome, started_by from job_runs order by id`).map((row) => row.outcome)).toEqual([
    'abandoned',
    'ok',
  ])
  expect(await t.sql`select zone from day_zones order by since desc limit 1`).toEqual([{ zone: 'Pacific/Auckland' }])
  expect(await t.sql`select day::text from user_days where user_id = 'kiwi'`).toEqual([{ day: '2026-11-06' }])
  const { folded, counted } = await recount(t.sql, 'Pacific/Auckland')
  for (const name of ['events', 'userDays', 'activeDays']) expect(folded[name]).toEqual(counted[name])
})

test('the same TIME_ZONE at the next start rebuilds nothing', async () => {
  const moved = {
    ...t.deps,
    config: { ...t.deps.config, timeZone: 'Pacific/Auckland' },
  }
  await ensureDayZone(moved)
  expect(await t.sql`select id from job_runs`).toHaveLength(2)
})
