import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import daily from '../src/jobs/daily.ts'
import { dailySteps } from '../src/jobs/daily-steps.ts'
import type { Job } from '../src/jobs/define.ts'
import healthScores from '../src/jobs/health-scores.ts'
import { startRun } from '../src/jobs/runner.ts'
import { cancelRun } from '../src/jobs/runs.ts'
import { runSteps, type Step } from '../src/jobs/steps.ts'
import { sweep } from '../src/jobs/sweep.ts'
import { live } from '../src/metrics/query.ts'
import { quick, twoProcesses, until } from './jobs-kit.ts'

const DAY_MS = 86_400_000
let now = new Date('2026-11-10T12:00:00Z')
const { t, other, runsOf, close } = await twoProcesses(now)
t.deps.now = () => now
other.now = () => now
afterAll(close)
beforeEach(async () => {
  now = new Date('2026-11-10T12:00:00Z')
  await t.sql`delete from job_runs`
})

const step = (name: string, run: Step['run']): Step => ({ name, label: `The ${name} step`, doc: name, run })
const stepped = (steps: Step[], more: Partial<Job> = {}): Job =>
  quick('stepped', (context) => runSteps(context, steps), { resumable: true, steps, ...more })

async function begin(job: Job, deps = t.deps) {
  const started = await startRun(deps, job, { slot: now, startedBy: 'test' })
  if (started.state !== 'started') throw new Error(started.state)
  return started
}
const stepsOf = (run: string) =>
  t.sql`select name, state, note, error, carried_from::text as carried from job_steps where run_id = ${run} order by place`
const newest = async () => (await runsOf('stepped')).at(-1)!

/** A run whose process was killed in its second step. */
async function plantKilled(states: string[], asOf = '2026-11-10'): Promise<string> {
  const [run] = await t.sql`
    insert into job_runs (job, scheduled_for, started_at, heartbeat_at, done)
    values ('stepped', now() - interval '3 minutes', now() - interval '3 minutes', now() - interval '2 minutes', 1)
    returning id::text`
  for (const [place, state] of states.entries())
    await t.sql`
      insert into job_steps (run_id, place, name, state, as_of, note)
      values (${run!.id}, ${place + 1}, ${['one', 'two', 'three'][place]!}, ${state},
        ${state === 'ok' || state === 'failed' ? asOf : null}, ${state === 'ok' ? 'done before' : null})`
  return run!.id as string
}

describe('a run of several steps', () => {
  test('goes on after one that fails, and says which and why at the end', async () => {
    const job = stepped([
      step('one', async () => 'did one'),
      step('two', () => Promise.reject(new Error('no such thing'))),
      step('three', async () => 'did three'),
    ])
    const run = await begin(job)
    expect(await run.done).toBe('failed')
    expect(await stepsOf(run.id)).toEqual([
      { name: 'one', state: 'ok', note: 'did one', error: null, carried: null },
      { name: 'two', state: 'failed', note: null, error: 'no such thing', carried: null },
      { name: 'three', state: 'ok', note: 'did three', error: null, carried: null },
    ])
    expect(await newest()).toMatchObject({
      done: 3,
      total: 3,
      error: 'failed in 1 of 3 steps. The two step: no such thing',
    })
  })

  test('shows where it is while it goes on: done, running with its own progress, waiting', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const job = stepped([
      step('one', async () => 'did one'),
      step('two', async ({ progress }) => {
        await progress(3, 9)
        await held
        return 'did two'
      }),
      step('three', async () => 'did three'),
    ])
    const run = await begin(job)
    await until(async () => (await t.sql`select from job_steps where total = 9`).length === 1)
    const seen = await t.sql`
      select state, done::int, total::int from job_steps where run_id = ${run.id} order by place`
    release()
    expect(seen).toEqual([
      { state: 'ok', done: 0, total: null },
      { state: 'running', done: 3, total: 9 },
      { state: 'waiting', done: 0, total: null },
    ])
    expect(await run.done).toBe('ok')
  })

  test('that was cancelled ends at its step, and leaves the others undone', async () => {
    const ran: string[] = []
    const job = stepped([
      step('one', async ({ progress }) => {
        await cancelRun(t.sql, (await newest()).id)
        await progress(1)
        return 'did one'
      }),
      step('two', async () => {
        ran.push('two')
        return 'did two'
      }),
    ])
    const run = await begin(job)
    expect(await run.done).toBe('cancelled')
    expect(ran).toEqual([])
    expect((await stepsOf(run.id)).map(({ state }) => state)).toEqual(['running', 'waiting'])
  })
})

describe('a run whose process was killed', () => {
  const ran: string[] = []
  const job = stepped(
    ['one', 'two', 'three'].map((name) =>
      step(name, async () => {
        ran.push(name)
        return `did ${name}`
      }),
    ),
  )
  beforeEach(() => {
    ran.length = 0
  })

  test('is gone on with at the step where it was, by one of two processes', async () => {
    const dead = await plantKilled(['ok', 'running', 'waiting'])
    await Promise.all([sweep(t.deps, [job]), sweep(other, [job])])
    await until(async () => (await runsOf('stepped')).every((run) => run.finished_at))
    expect(ran).toEqual(['two', 'three'])
    const runs = await runsOf('stepped')
    expect(runs.map((run) => run.outcome)).toEqual(['abandoned', 'ok'])
    expect(await stepsOf(runs[1]!.id)).toEqual([
      { name: 'one', state: 'ok', note: 'done before', error: null, carried: dead },
      { name: 'two', state: 'ok', note: 'did two', error: null, carried: null },
      { name: 'three', state: 'ok', note: 'did three', error: null, carried: null },
    ])
  })

  test('still fails for a step that failed before the kill', async () => {
    await plantKilled(['failed', 'running', 'waiting'])
    await sweep(t.deps, [job])
    await until(async () => (await runsOf('stepped')).every((run) => run.finished_at))
    expect(ran).toEqual(['two', 'three'])
    expect(await newest()).toMatchObject({ outcome: 'failed' })
    expect((await newest()).error).toMatch(/^failed in 1 of 3 steps/)
  })

  test('killed twice is gone on with from where the second was, and it is still told which run did what', async () => {
    const first = await plantKilled(['ok', 'running', 'waiting'])
    await t.sql`update job_runs set outcome = 'abandoned', finished_at = now() where id = ${first}`
    const [second] = await t.sql`
      insert into job_runs (job, scheduled_for, heartbeat_at, done, started_by)
      values ('stepped', now() - interval '2 minutes', now() - interval '2 minutes', 2, ${`takeover of ${first}`}) returning id::text`
    await t.sql`
      insert into job_steps (run_id, place, name, state, as_of, carried_from) values
        (${second!.id}, 1, 'one', 'ok', '2026-11-10', ${first}), (${second!.id}, 2, 'two', 'ok', '2026-11-10', null),
        (${second!.id}, 3, 'three', 'running', null, null)`
    await sweep(t.deps, [job])
    await until(async () => (await runsOf('stepped')).every((run) => run.finished_at))
    expect(ran).toEqual(['three'])
    expect((await stepsOf((await newest()).id)).map(({ carried }) => carried)).toEqual([first, second!.id, null])
  })

  test('begins anew where a day has ended since: what it did was of another day', async () => {
    await plantKilled(['ok', 'running', 'waiting'])
    now = new Date(now.getTime() + DAY_MS)
    await sweep(t.deps, [job])
    await until(async () => (await runsOf('stepped')).every((run) => run.finished_at))
    expect(ran).toEqual(['one', 'two', 'three'])
  })
})

describe('the daily tasks', () => {
  test('do seven steps in their order, and each says what it did', async () => {
    const run = await begin(daily)
    expect(await run.done).toBe('ok')
    const steps = await stepsOf(run.id)
    expect(steps.map(({ name }) => name)).toEqual([
      'health',
      'close-days',
      'cohorts',
      'funnel',
      'component-gaps',
      'alerts',
      'tidy',
    ])
    expect(steps.map(({ name }) => name)).toEqual(dailySteps.map(({ name }) => name))
    for (const { note } of steps) expect(note).not.toBe('')
    expect(steps.find(({ name }) => name === 'alerts')?.note).toMatch(
      /^\d+ rules checked: 0 fired, 0 resolved, 0 open$/,
    )
  })

  test('close the day although the scores fail, and tell of the one step that failed', async () => {
    await t.sql`alter table health_state rename to health_state_away`
    const run = await begin(daily)
    const outcome = await run.done
    await t.sql`alter table health_state_away rename to health_state`
    expect(outcome).toBe('failed')
    const steps = await stepsOf(run.id)
    expect(steps.filter(({ state }) => state !== 'ok').map(({ name }) => name)).toEqual(['health'])
    expect(steps[0]!.error).toContain('health_state')
    const [stored] = await t.sql`select error from job_runs where id = ${run.id}`
    expect(stored!.error).toMatch(/^failed in 1 of 7 steps\. Health scores: /)
    expect(await t.sql`select from metric_days where scope = '*' and day = '2026-11-09'`).toHaveLength(1)
  })

  test('wait for a recalculation of health that is under way instead of closing the day before it', async () => {
    const [under] = await t.sql`
      insert into job_runs (job, scheduled_for, done, total) values (${healthScores.name}, now(), 2, 5) returning id::text`
    const run = await begin(daily)
    await until(async () => (await t.sql`select from job_steps where name = 'health' and total = 5`).length === 1)
    const [closing] = await t.sql`select state from job_steps where run_id = ${run.id} and name = 'close-days'`
    await t.sql`update job_runs set finished_at = now(), outcome = 'ok', note = '7 users' where id = ${under!.id}`
    expect(closing!.state).toBe('waiting')
    expect(await run.done).toBe('ok')
    expect((await stepsOf(run.id))[0]).toMatchObject({ state: 'ok', note: '7 users' })
  })
})

describe('a job that fails', () => {
  test('is counted until it succeeds, and an alert tells of it', async () => {
    const failing = (scope = '*') => live(t.deps, 'system.own_jobs_failing', scope)
    const fired = async () =>
      (
        await t.sql`select a.state from alerts a join alert_rules r on r.id = a.rule_id where r.preset = 'own_jobs'`
      ).map(({ state }) => state)
    await t.sql`delete from alerts`
    let broken = true
    const job = stepped([step('one', async () => (broken ? Promise.reject(new Error('no')) : 'did one'))])
    await (await begin(job)).done
    expect([await failing(), await failing('acme')]).toEqual([1, null])
    const check = async (from: number, to: number) => {
      for (let minute = from; minute <= to; minute++)
        await evaluateAlerts(t.deps, new Date(now.getTime() + minute * 60_000))
    }
    await check(0, 6)
    expect(await fired()).toEqual(['firing'])
    broken = false
    now = new Date(now.getTime() + 1)
    await (await begin(job)).done
    expect(await failing()).toBe(0)
    await check(7, 20)
    expect(await fired()).toEqual(['resolved'])
  })
})
