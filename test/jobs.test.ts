import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Deps } from '../src/context.ts'
import { connect } from '../src/db/connect.ts'
import { abandonStale } from '../src/jobs/claim.ts'
import { lastSlot, nextSlot } from '../src/jobs/cron.ts'
import daily from '../src/jobs/daily.ts'
import { defineJob, type Job, type JobContext } from '../src/jobs/define.ts'
import fold from '../src/jobs/fold.ts'
import rebuild from '../src/jobs/rebuild.ts'
import { startRun, stopRuns } from '../src/jobs/runner.ts'
import { runSlot, startScheduler } from '../src/jobs/scheduler.ts'
import { sweep } from '../src/jobs/sweep.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-10T12:00:00Z')
const at = (iso: string) => new Date(iso)

let t: TestApp
/** A second process on the same database: pools of its own, and the same clock. */
let other: Deps

beforeAll(async () => {
  t = await testApp({ now: () => NOW, config: { timeZone: 'UTC' } })
  other = { ...t.deps, db: connect(t.db.url) }
})
afterAll(async () => {
  await other.db.close()
  await t.close()
})
beforeEach(async () => {
  await t.sql`delete from job_runs`
})

const quick = (name: string, work: (context: JobContext) => unknown = () => {}, more: Partial<Job> = {}) =>
  defineJob({
    name,
    schedule: null,
    label: name,
    doc: name,
    run: async (context) => {
      await work(context)
      return undefined
    },
    ...more,
  })

const runsOf = (job: string) => t.sql`select * from job_runs where job = ${job} order by id`
const until = (condition: () => Promise<boolean>) => vi.waitUntil(condition, { timeout: 20_000, interval: 50 })

/** A run whose process was killed two minutes ago. */
async function plantDeadRun(job: string, done: number, note: string | null): Promise<string> {
  const [row] = await t.sql`
    insert into job_runs (job, scheduled_for, started_at, heartbeat_at, done, note)
    values (${job}, now() - interval '3 minutes', now() - interval '3 minutes', now() - interval '2 minutes', ${done}, ${note})
    returning id::text`
  return row!.id as string
}

describe('who runs a slot', () => {
  test('of two processes that see the same slot, one runs it', async () => {
    const ran: number[] = []
    const job = quick('claimed', ({ run }) => ran.push(Number(run.id)))
    for (let second = 0; second < 20; second++) {
      const slot = new Date(NOW.getTime() + second * 1000)
      await Promise.all([runSlot(t.deps, job, slot), runSlot(other, job, slot)])
    }
    const runs = await runsOf('claimed')
    expect(ran).toHaveLength(20)
    expect(new Set(runs.map((run) => run.scheduled_for.getTime())).size).toBe(20)
    expect(runs.map((run) => run.outcome)).toEqual(Array(20).fill('ok'))
  })

  test('two schedulers on one database run each slot once', async () => {
    const ran: string[] = []
    const note = (job: string, id: string) => ran.push(`${job} ${id}`)
    const jobs = [
      quick('ticking', async ({ run }) => note('ticking', run.id), {
        schedule: 'every 1s',
      }),
      quick(
        'pulsing',
        async () => {
          const [row] = await t.sql`select scheduled_for from job_runs where job = 'pulsing'`
          return note('pulsing', String(row!.scheduled_for.getTime()))
        },
        { schedule: 'every 1s', pulse: true },
      ),
    ]
    const schedulers = [startScheduler(t.deps, jobs), startScheduler(other, jobs)]
    await until(async () => (await runsOf('ticking')).length >= 4)
    await Promise.all(schedulers.map((scheduler) => scheduler.stop()))
    expect(new Set(ran).size).toBe(ran.length)
    expect(ran.filter((run) => run.startsWith('ticking'))).toHaveLength((await runsOf('ticking')).length)
  })

  test('a slot is left out while the run before it still goes on, in whichever process', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const job = quick('slow', () => held)
    const first = await startRun(t.deps, job, { slot: NOW, startedBy: 'test' })
    const second = await startRun(other, job, {
      slot: new Date(NOW.getTime() + 60_000),
      startedBy: 'test',
    })
    release()
    expect(first.state).toBe('started')
    expect(second.state).toBe('busy')
    if (first.state === 'started') expect(await first.done).toBe('ok')
  })

  test('the fold moves one row along instead of leaving one each 5 s', async () => {
    for (let second = 0; second < 5; second++) await runSlot(t.deps, fold, new Date(NOW.getTime() + second * 5000))
    const runs = await runsOf('fold')
    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({
      outcome: 'ok',
      scheduled_for: new Date(NOW.getTime() + 20_000),
    })
  })
})

describe('the row of a pulse', () => {
  const pulse = quick('beat', () => {}, { pulse: true })
  const claim = (seconds: number, startedBy = 'schedule') =>
    startRun(t.deps, pulse, { slot: new Date(NOW.getTime() + seconds * 1000), startedBy })

  test('is not blocked by a run that died, but a run by hand waits for one that lives', async () => {
    await t.sql`insert into job_runs (job, scheduled_for) values ('beat', ${NOW})`
    expect((await claim(1, 'key:1')).state).toBe('busy')
    const next = await claim(5)
    expect(next.state).toBe('started')
    if (next.state === 'started') expect(await next.done).toBe('ok')
    expect(await runsOf('beat')).toHaveLength(1)
  })

  test('goes on after a clock was set back', async () => {
    await t.sql`
      insert into job_runs (job, scheduled_for, started_at, finished_at, outcome)
      values ('beat', ${new Date(NOW.getTime() + 3_600_000)}, now() - interval '2 minutes', now(), 'ok')`
    const behind = await claim(0)
    expect(behind.state).toBe('started')
    if (behind.state === 'started') await behind.done
    expect((await claim(-5)).state).toBe('taken')
  })
})

describe('runs that end otherwise', () => {
  test('a job that throws is a failed run with its error, and the process goes on', async () => {
    await runSlot(
      t.deps,
      quick('failing', () => Promise.reject(new Error('it broke'))),
      NOW,
    )
    expect((await runsOf('failing'))[0]).toMatchObject({
      outcome: 'failed',
      error: 'it broke',
    })
  })

  test('a job that keeps failing is logged once, and once more when it works again', async () => {
    const lines: string[] = []
    const log = Object.assign(Object.create(t.deps.log), {
      error: (_: unknown, text: string) => lines.push(text),
      info: (_: unknown, text: string) => lines.push(text),
    })
    let broken = true
    const job = quick('moody', () => (broken ? Promise.reject(new Error('no')) : Promise.resolve()))
    for (let second = 0; second < 6; second++) {
      broken = second < 4
      await runSlot({ ...t.deps, log }, job, new Date(NOW.getTime() + second * 1000))
    }
    expect(lines).toEqual(['job fails', 'job works again', 'job finished', 'job finished'])
  })

  test('without a database nothing throws, and it is logged once', async () => {
    const lines: string[] = []
    const log = Object.assign(Object.create(t.deps.log), {
      error: (_: unknown, text: string) => lines.push(text),
    })
    const away = {
      ...t.deps,
      log,
      db: connect('postgres://nobody@127.0.0.1:1/none'),
    }
    for (let second = 0; second < 3; second++) await runSlot(away, quick('homeless'), new Date(NOW.getTime() + second))
    await away.db.close()
    expect(lines).toEqual(['job fails'])
  })

  test('a run can be cancelled while it works, and says how far it came', async () => {
    const endless = quick('endless', async ({ run }) => {
      for (let done = 1; ; done++) await run.progress(done, 1_000_000)
    })
    const started = await startRun(t.deps, endless, {
      slot: NOW,
      startedBy: 'test',
    })
    if (started.state !== 'started') throw new Error('not started')
    await until(async () => (await runsOf('endless'))[0]!.done > 3)
    const response = await t.request(`/api/jobs/runs/${started.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${await t.key(['act'])}` },
    })
    expect(response.status).toBe(202)
    expect(await started.done).toBe('cancelled')
    expect((await runsOf('endless'))[0]).toMatchObject({
      outcome: 'cancelled',
      total: 1_000_000,
    })
  })
})

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

  test('a rebuild comes only by hand', () => {
    expect(nextSlot(rebuild, 'UTC')).toBeNull()
  })
})
