import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import backfill from '../src/jobs/backfill.ts'
import type { Job } from '../src/jobs/define.ts'
import { dropOldPartitions } from '../src/jobs/retention.ts'
import { startRun } from '../src/jobs/runner.ts'
import { sweep } from '../src/jobs/sweep.ts'
import { agedDaysOf } from '../src/metrics/aged.ts'
import { goneDays } from '../src/rollups/rebuild.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { product, written } from './helpers/backfill-product.ts'
import { runJob } from './jobs-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
/** Twenty days with data. */
const ALL = { from: '2026-10-22', to: '2026-11-10' }
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await t.deps.writer.write(product(ALL.from, 20), { source: 'test', receivedAt: NOW, exemptRetention: true })
  await t.fold()
})
afterAll(() => t.close())
beforeEach(async () => {
  await t.sql`truncate metric_days, metric_dim_days, metric_dim_stored, usage_analytics_daily, dirty_metric_days, job_runs, job_steps`
})

const runs = () => t.sql`select outcome, started_by, done::int, total::int, note, error from job_runs order by id`
const ended = () =>
  vi.waitUntil(async () => (await t.sql`select from job_runs where finished_at is null`).length === 0, {
    timeout: 30_000,
  })

const endSleepers = () => t.sql`
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and state = 'active' and query = 'select pg_sleep(60)'`

/** The backfill, whose connection the server ends when the first so many days are stored. */
const cutAfter = (days: number): Job => {
  let isCut = false
  const run: Job['run'] = (context) => {
    const { progress } = context.run
    context.run.progress = async (done, total, note) => {
      await progress(done, total, note)
      if (isCut || done < days) return
      isCut = true
      const asleep = t.deps.db.heavy`select pg_sleep(60)`.execute()
      const killed = vi.waitUntil(async () => (await endSleepers()).length > 0, { timeout: 20_000 })
      await Promise.all([asleep, killed])
    }
    return backfill.run(context)
  }
  return { ...backfill, run }
}

describe('a backfill beneath which the database goes away', () => {
  it('is not a failure: it goes on by itself where it was, and leaves what an uninterrupted one does', async () => {
    await runJob(t, backfill, ALL)
    const whole = await written(t)
    await t.sql`truncate metric_days, metric_dim_days, metric_dim_stored, usage_analytics_daily, job_runs, job_steps`
    const started = await startRun(t.deps, cutAfter(15), { slot: new Date(), startedBy: 'test' }, ALL)
    if (started.state !== 'started') throw new Error(started.state)
    expect(await started.done).toBe('abandoned')
    expect(await runs()).toMatchObject([{ outcome: 'abandoned', done: 15, total: 20, error: expect.any(String) }])
    await sweep(t.deps, [backfill])
    await ended()
    expect((await runs())[1]).toMatchObject({
      outcome: 'ok',
      done: 20,
      note: '2026-10-22..2026-11-10, on from 2026-11-06',
    })
    expect(await written(t)).toEqual(whole)
  })

  it('is left to a person where it dies three times at the same day', async () => {
    for (let n = 0; n < 3; n++)
      await t.sql`
        insert into job_runs (job, scheduled_for, started_by, note, done, total, finished_at, outcome)
        values ('backfill', now() + ${`${n} s`}::interval, 'test', '2026-10-22..2026-11-10', 15, 20, now(), 'abandoned')`
    await sweep(t.deps, [backfill])
    expect(await runs()).toHaveLength(3)
    // Another place is another matter.
    await t.sql`update job_runs set done = 18 where id = (select max(id) from job_runs)`
    await sweep(t.deps, [backfill])
    await ended()
    expect(await runs()).toHaveLength(4)
  })
})

describe('days whose raw facts are gone', () => {
  it('keep their numbers, whatever is asked of them, and it is said', async () => {
    await runJob(t, backfill, ALL)
    const before = await written(t)
    // October's facts are older than 400 days then, November's are not.
    for (const table of ['events', 'api_calls']) await t.sql`update ${t.sql(table)} set received_at = ts`
    const later = new Date('2027-12-10T12:00:00Z')
    expect(await dropOldPartitions(t.deps, later)).toContain('events_2026_10')
    const [left] = await t.sql`select count(*)::int as n from events where ts < '2026-11-01'`
    expect(left?.n).toBe(0)
    expect(await goneDays(t.deps, ALL)).toHaveLength(10)

    const run = await runJob(t, backfill, { ...ALL, rebuild: true })
    expect(run.note).toContain('10 days kept their roll-ups, their raw facts are gone')
    expect(await written(t)).toEqual(before)
    await runJob(t, backfill, { ...ALL, metric: 'events.total' })
    expect(await written(t)).toEqual(before)
  })

  it('stay marked as of other settings, without the promise that a backfill would help', async () => {
    await runJob(t, backfill, ALL)
    const deps = { ...t.deps, config: { ...t.deps.config, activeDefinition: 'login' as const } }
    expect(await agedDaysOf(deps, 'users.dau', '*')).toMatchObject({ days: 20, rebuild: true, kept: 10 })
    await runJob({ ...t, deps }, backfill, { ...ALL, rebuild: true })
    // 22 to 31 October.
    expect(await agedDaysOf(deps, 'users.dau', '*')).toMatchObject({ days: 10, to: '2026-10-31', kept: 10 })
  })
})
