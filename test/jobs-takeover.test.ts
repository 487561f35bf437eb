import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { abandonStale } from '../src/jobs/claim.ts'
import { lastSlot, nextSlot } from '../src/jobs/cron.ts'
import daily from '../src/jobs/daily.ts'
import { jobs } from '../src/jobs/index.ts'
import rebuild from '../src/jobs/rebuild.ts'
import { startRun, stopRuns } from '../src/jobs/runner.ts'
import { runSlot } from '../src/jobs/scheduler.ts'
import { sweep } from '../src/jobs/sweep.ts'
import { quick, twoProcesses, until } from './jobs-kit.ts'

const NOW = new Date('2026-11-10T12:00:00Z')
const at = (iso: string) => new Date(iso)

const { t, other, runsOf, close } = await twoProcesses(NOW)
afterAll(close)
beforeEach(async () => {
  await t.sql`delete from job_runs`
})

/** A run whose process was killed two minutes ago. */
async function plantDeadRun(job: string, done: number, note: string | null): Promise<string> {
  const [row] = await t.sql`
    insert into job_runs (job, scheduled_for, started_at, heartbeat_at, done, note)
    values (${job}, now() - interval '3 minutes', now() - interval '3 minutes', now() - interval '2 minutes', ${done}, ${note})
    returning id::text`
  return row!.id as string
}

describe('what died with its process', () => {
  const ranges: unknown[] = []
  const resumable = quick('resumable', ({ run }) => ranges.push(run.range), {
    resumable: true,
    takesRange: true,
  })

  test('is marked abandoned, and one of two processes goes on where it was', async () => {
    const dead = await plantDeadRun('resumable', 3, '2026-10-01..2026-10-09')
    await Promise.all([sweep(t.deps, [resumable]), sweep(other, [resumable])])
    await until(async () => (await runsOf('resumable')).every((run) => run.finished_at))
    const runs = await runsOf('resumable')
    expect(runs.map((run) => [run.outcome, run.started_by])).toEqual([
      ['abandoned', 'schedule'],
      ['ok', `takeover of ${dead}`],
    ])
    expect(ranges).toEqual([{ from: '2026-10-04', to: '2026-10-09' }])
    await sweep(t.deps, [resumable])
    expect(await runsOf('resumable')).toHaveLength(2)
  })

  test('blocks nobody: the next claim ends it first', async () => {
    await plantDeadRun('claimed', 0, null)
    const started = await startRun(t.deps, quick('claimed'), {
      slot: NOW,
      startedBy: 'test',
    })
    expect(started.state).toBe('started')
    if (started.state === 'started') await started.done
    expect((await runsOf('claimed')).map((run) => run.outcome)).toEqual(['abandoned', 'ok'])
  })

  test('is not resumed again and again when it never gets anywhere', async () => {
    for (let n = 0; n < 3; n++) {
      await plantDeadRun('resumable', 0, '2026-10-01..2026-10-09')
      await t.sql.begin((tx) => abandonStale(tx, 'resumable'))
    }
    await sweep(t.deps, [resumable])
    expect(await runsOf('resumable')).toHaveLength(3)
  })

  test('is not resumed when it was told to stop', async () => {
    await plantDeadRun('resumable', 0, '2026-10-01..2026-10-09')
    await t.sql`update job_runs set cancel_requested = true`
    await sweep(t.deps, [resumable])
    expect((await runsOf('resumable')).map((run) => run.outcome)).toEqual(['abandoned'])
  })

  test('a run that lost its claim stops at its next step', async () => {
    const job = quick('robbed', async ({ run }) => {
      await t.sql`update job_runs set finished_at = now(), outcome = 'abandoned' where id = ${run.id}`
      await run.progress(1)
      throw new Error('went on')
    })
    const started = await startRun(t.deps, job, {
      slot: NOW,
      startedBy: 'test',
    })
    if (started.state === 'started') expect(await started.done).toBe('abandoned')
  })

  test('stopping the process leaves a long run to the next start', async () => {
    let steps = 0
    const long = quick('long', async ({ run }) => {
      for (let done = 0; done < 1000; done++) {
        steps++
        await run.progress(done)
      }
      return undefined
    })
    await startRun(other, long, { slot: NOW, startedBy: 'test' })
    await until(async () => steps > 2)
    await stopRuns(other)
    expect((await runsOf('long'))[0]).toMatchObject({ outcome: 'abandoned' })
  })

  test('a run that failed is tried again after an hour', async () => {
    let broken = true
    const nightly = quick('nightly', () => (broken ? Promise.reject(new Error('no')) : undefined), {
      schedule: '0 1 * * *',
      catchUp: true,
    })
    await runSlot(t.deps, nightly, at('2026-11-10T01:00:00Z'))
    broken = false
    await sweep(t.deps, [nightly])
    expect(await runsOf('nightly')).toHaveLength(1)
    await t.sql`update job_runs set finished_at = now() - interval '61 minutes'`
    await sweep(t.deps, [nightly])
    await until(async () => (await runsOf('nightly')).every((run) => run.finished_at))
    expect((await runsOf('nightly')).map((run) => run.outcome)).toEqual(['failed', 'ok'])
  })

  test('a slot that nobody was there for is made up for once', async () => {
    const nightly = quick('nightly', undefined, {
      schedule: '0 1 * * *',
      catchUp: true,
    })
    await Promise.all([sweep(t.deps, [nightly]), sweep(other, [nightly])])
    await sweep(t.deps, [nightly])
    const runs = await runsOf('nightly')
    expect(runs.map((run) => [run.scheduled_for, run.started_by])).toEqual([[at('2026-11-10T01:00:00Z'), 'catch-up']])
  })
})

describe('when', () => {
  test('a daily job comes at 01:00 of the configured zone', () => {
    const local = (zone: string) =>
      new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        hour: '2-digit',
        minute: '2-digit',
      }).format(nextSlot(daily, zone)!)
    for (const zone of ['UTC', 'Asia/Kolkata', 'America/New_York', 'Pacific/Auckland'])
      expect(local(zone)).toBe('01:00')
  })

  test('the slot before now is found in the zone, across a clock change too', () => {
    expect(lastSlot('0 1 * * *', 'UTC', NOW)).toEqual(at('2026-11-10T01:00:00Z'))
    expect(lastSlot('0 1 * * *', 'Asia/Kolkata', NOW)).toEqual(at('2026-11-09T19:30:00Z'))
    expect(lastSlot('0 1 * * *', 'America/New_York', at('2026-10-31T12:00:00Z'))).toEqual(at('2026-10-31T05:00:00Z'))
    expect(lastSlot('0 1 * * *', 'America/New_York', at('2026-11-02T12:00:00Z'))).toEqual(at('2026-11-02T06:00:00Z'))
  })

  test('each job that is made up for has slots that are found', () => {
    for (const { name, schedule } of jobs.filter(({ catchUp }) => catchUp))
      expect([name, lastSlot(schedule ?? '', 'UTC', NOW)]).toEqual([name, expect.any(Date)])
  })

  test('a rebuild comes only by hand', () => {
    expect(nextSlot(rebuild, 'UTC')).toBeNull()
  })
})
