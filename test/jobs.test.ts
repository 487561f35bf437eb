import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../src/db/connect.ts'
import fold from '../src/jobs/fold.ts'
import { startRun } from '../src/jobs/runner.ts'
import { runSlot, startScheduler } from '../src/jobs/scheduler.ts'
import { quick, twoProcesses, until } from './jobs-kit.ts'

const NOW = new Date('2026-11-10T12:00:00Z')

const { t, other, runsOf, close } = await twoProcesses(NOW)
afterAll(close)
beforeEach(async () => {
  await t.sql`delete from job_runs`
})

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
