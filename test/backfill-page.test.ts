import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayMs, leftMs, spanText } from '../src/backfill/pace.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { product } from './helpers/backfill-product.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
let t: TestApp

beforeAll(async () => {
  t = await testApp({ now: NOW })
  await t.deps.writer.write(product('2026-11-17', 3), { source: 'test', receivedAt: NOW })
  await t.fold()
})
afterAll(() => t.close())

const get = async (path: string, cookie: string) =>
  (await t.request(path, { headers: { cookie, accept: 'text/html' } })).text()

describe('the Backfill page', () => {
  it('says what it would do before it does, and leaves out the running day', async () => {
    const cookie = await t.admin('operator')
    const plan = await get('/dashboard/backfill/plan?from=2026-11-01&to=2026-11-20&metric=ai.cost', cookie)
    expect(plan).toMatch(/^Recomputes AI cost on 3 days, 17 Nov – 19 Nov; the running day is not stored\./)
    const wrong = await get('/dashboard/backfill/plan?from=2026-11-19&to=2026-11-18', cookie)
    expect(wrong).toBe('Not like this: from is after to.')
  })

  it('offers to go on with what was cancelled, until somebody asks for the same days again', async () => {
    const cookie = await t.admin('operator')
    const plant = (n: number, outcome: string, done: number) => t.sql`
      insert into job_runs (job, scheduled_for, started_by, note, done, total, finished_at, outcome)
      values ('backfill', now() + ${`${n} s`}::interval, 'test', '2026-11-17..2026-11-19', ${done}, 3, now(), ${outcome})`
    await plant(1, 'cancelled', 1)
    expect(await get('/dashboard/backfill?run=1', cookie)).toContain('aria-label="Go on from 18 Nov"')
    expect(await get('/dashboard/backfill?run=1', cookie)).toContain('was cancelled after 1 of 3 days')
    await plant(2, 'ok', 3)
    expect(await get('/dashboard/backfill?run=2', cookie)).not.toContain('Go on from')
  })

  it('cannot be used by a viewer, and says why', async () => {
    const cookie = await t.admin('viewer')
    expect(await get('/dashboard/backfill', cookie)).toContain('This needs the role operator; yours is viewer.')
  })
})

describe('the pace', () => {
  const at = (s: number) => new Date(NOW.getTime() + s * 1000)
  const all = { from: '2026-01-01', to: '2026-01-31' }
  const run = { state: 'ok', started_at: at(0), finished_at: at(20), done: 30, asked: all } as const

  it('is that of the days which the run did itself', () => {
    expect(dayMs([run], {})).toBeCloseTo(20_000 / 30)
    // It took over after ten days, and did twenty in twenty seconds.
    expect(dayMs([{ ...run, asked: { ...all, start: '2026-01-11' } }], {})).toBe(1000)
    expect(dayMs([run], { metric: 'ai.cost' })).toBeUndefined()
    expect(dayMs([{ ...run, state: 'failed' }], {})).toBeUndefined()
    // Ten days in ten seconds, twenty left, and two seconds of those have passed.
    const running = { ...run, state: 'running' as const, done: 10, total: 30, silentMs: 2000 }
    expect(leftMs(running, at(12))).toBe(18_000)
  })

  it('is told in words', () => {
    expect([400, 36_000, 125_000, 900_000, 3_840_000].map(spanText)).toEqual([
      'less than a second',
      '36 s',
      '2 min 5 s',
      '15 min',
      '1 h 4 min',
    ])
  })
})
