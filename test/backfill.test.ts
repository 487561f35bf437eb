import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from '../src/db/connect.ts'
import backfill from '../src/jobs/backfill.ts'
import type { DayRange } from '../src/jobs/define.ts'
import { unfinishedRun } from '../src/jobs/resume.ts'
import { startRun } from '../src/jobs/runner.ts'
import { sweep } from '../src/jobs/sweep.ts'
import { closeDays } from '../src/metrics/snapshot.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { product, written as writtenOf } from './helpers/backfill-product.ts'
import { killBackfill } from './helpers/kill-backfill.ts'
import { runJob } from './jobs-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
/** Forty days with data, from 11 October to 19 November. */
const FIRST = '2026-10-11'
const LAST = '2026-11-19'
const ALL = { from: FIRST, to: LAST }
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await t.deps.writer.write(product(FIRST, 40), { source: 'test', receivedAt: NOW, exemptRetention: true })
  await t.fold()
})
afterAll(() => t.close())
beforeEach(async () => {
  await t.sql`truncate metric_days, metric_dim_days, metric_dim_stored, usage_analytics_daily, dirty_metric_days, job_runs, job_steps`
})

const runs = () => t.sql`select outcome, started_by, done::int, total::int, note from job_runs order by id`
const ended = async () =>
  vi.waitUntil(async () => (await t.sql`select from job_runs where finished_at is null`).length === 0, {
    timeout: 30_000,
  })

const written = () => writtenOf(t)

describe('a backfill that is killed', () => {
  it('and taken over by another process leaves what an uninterrupted one does, row by row', async () => {
    expect((await runJob(t, backfill, ALL)).outcome).toBe('ok')
    const whole = await written()
    expect(whole.days).toHaveLength(40 * 4)
    expect(whole.usage).toHaveLength(40 * 4)
    expect(whole.dims.length).toBeGreaterThan(40 * 20)
    await t.sql`truncate metric_days, metric_dim_days, metric_dim_stored, usage_analytics_daily, job_runs, job_steps`

    await killBackfill(t, ALL, 30)
    // Thirty days are stored, of which fifteen had been noted.
    expect(await t.sql`select distinct day from metric_days`).toHaveLength(30)
    expect(await runs()).toMatchObject([{ outcome: null, done: 15, total: 40 }])
    await t.sql`update job_runs set heartbeat_at = now() - interval '2 minutes'`
    const other = { ...t.deps, db: connect(t.db.url) }
    try {
      await Promise.all([sweep(t.deps, [backfill]), sweep(other, [backfill])])
      await ended()
    } finally {
      await other.db.close()
    }
    expect(await runs()).toMatchObject([
      { outcome: 'abandoned', done: 15, total: 40 },
      { outcome: 'ok', done: 40, total: 40, note: `${FIRST}..${LAST}, on from 2026-10-26` },
    ])
    expect(await written()).toEqual(whole)
  })

  it('is gone on with where it was by who asks for the same days again', async () => {
    await killBackfill(t, { ...ALL, metric: 'ai.cost' }, 30)
    await t.sql`update job_runs set heartbeat_at = now() - interval '2 minutes'`
    expect(await unfinishedRun(t.deps, ALL)).toBeUndefined()
    // Days before and after those that there are make no other request of it.
    const left = await unfinishedRun(t.deps, { from: '2026-01-01', to: '2026-11-20', metric: 'ai.cost' })
    expect(left?.range).toEqual({ ...ALL, metric: 'ai.cost', start: '2026-10-26' })
    expect((await runJob(t, backfill, left?.range)).outcome).toBe('ok')
    expect((await runs())[1]).toMatchObject({ done: 40, total: 40 })
    expect(await unfinishedRun(t.deps, { ...ALL, metric: 'ai.cost' })).toBeUndefined()
  })
})

describe('a backfill', () => {
  it('leaves out days that there is nothing of, and today', async () => {
    const run = await runJob(t, backfill, { from: '2026-10-01', to: '2026-11-20' })
    expect(run).toMatchObject({ outcome: 'ok', done: 40, total: 40, note: `${FIRST}..${LAST}` })
    const [span] = await t.sql`select min(day)::text as first, max(day)::text as last from metric_days`
    expect(span).toEqual({ first: FIRST, last: LAST })
    const none = await runJob(t, backfill, { from: '2026-01-01', to: '2026-01-31' })
    expect(none).toMatchObject({
      outcome: 'ok',
      done: 0,
      note: '2026-01-01..2026-01-31; no closed day with data in it',
    })
  })

  it('stores what the roll-ups say now, of all metrics and in the table of daily usage', async () => {
    await closeDays(t.deps, ['2026-11-10'])
    await t.sql`update user_days set ai_requests = ai_requests + 100 where day = '2026-11-10' and scope = '*'`
    await t.sql`update api_call_days set requests = requests + 5 where at = '2026-11-10' and scope = '*' and model = 'm1'`
    await runJob(t, backfill, { from: '2026-11-10', to: '2026-11-10' })
    const [usage] = await t.sql`
      select ai_requests::int from usage_analytics_daily where date = '2026-11-10' and tenant = '*'`
    // Six calls of six requests, and five more of m1; as often as the roll-up has rows of it.
    const [told] = await t.sql`
      select sum(requests)::int as n from api_call_days where at = '2026-11-10' and scope = '*' and ai`
    expect(usage?.ai_requests).toBe(told?.n)
    expect(told?.n).toBeGreaterThan(6)
  })

  it('ends between two steps when it is cancelled, and what is stored stays', async () => {
    const started = await startRun(t.deps, backfill, { slot: new Date(), startedBy: 'test' }, ALL)
    if (started.state !== 'started') throw new Error(started.state)
    await t.sql`update job_runs set cancel_requested = true where id = ${started.id}`
    expect(await started.done).toBe('cancelled')
    const [run] = await runs()
    expect(run!.done).toBeLessThan(40)
    // Nobody takes over what somebody ended, but who asks again may go on.
    await sweep(t.deps, [backfill])
    expect(await runs()).toHaveLength(1)
    expect((await unfinishedRun(t.deps, ALL))?.id).toBe(started.id)
  })

  it('makes the roll-ups anew first, if told to, from the raw facts', async () => {
    const range: DayRange = { from: '2026-11-14', to: '2026-11-18' }
    await runJob(t, backfill, ALL)
    const whole = await written()
    await t.sql`update event_days set n = n + 50 where day between '2026-11-14' and '2026-11-18'`
    await runJob(t, backfill, range)
    expect((await written()).days).not.toEqual(whole.days)
    expect((await runJob(t, backfill, { ...range, rebuild: true })).note).toContain('with roll-ups')
    await runJob(t, backfill, ALL)
    expect(await written()).toEqual(whole)
  })

  it('says how many days kept their roll-ups because their raw facts are gone', async () => {
    await t.sql`insert into dropped_months values ('events', '2026-10-01')`
    const run = await runJob(t, backfill, { from: '2026-10-30', to: '2026-11-02', rebuild: true })
    expect(run.note).toBe('2026-10-30..2026-11-02 with roll-ups; 2 days kept their roll-ups, their raw facts are gone')
    await t.sql`delete from dropped_months`
  })
})

describe('the job over HTTP', () => {
  it('takes a metric, tells how far it is, and refuses what is no metric', async () => {
    const headers = {
      authorization: `Bearer ${await t.key(['act', 'read'])}`,
      'content-type': 'application/json',
    }
    const post = (body: object) =>
      t.request('/api/jobs/backfill/run', { method: 'POST', headers, body: JSON.stringify(body) })
    const answer = await post({ from: '2026-11-01', to: '2026-11-05', metric: 'ai.cost', rebuild: false })
    expect(answer.status).toBe(202)
    await ended()
    const run = await (await t.request(answer.headers.get('location')!, { headers })).json()
    expect(run).toMatchObject({ state: 'ok', done: 5, total: 5, note: '2026-11-01..2026-11-05 of ai.cost' })
    const wrong = await post({ from: '2026-11-01', to: '2026-11-05', metric: 'ai.costs' })
    expect(wrong.status).toBe(422)
    expect(await wrong.json()).toMatchObject({ detail: 'metric "ai.costs" is no metric; did you mean ai.cost?' })
    const day = await post({ from: '20-11-2026', to: '2026-11-05' })
    expect(await day.json()).toMatchObject({ detail: 'from is not a day like 2026-01-31' })
    expect((await post({ from: '2026-11-05', to: '2026-11-01' })).status).toBe(422)
    expect((await post({ from: '2026-11-01', to: '2026-11-05', model: 'm1' })).status).toBe(422)
  })
})
