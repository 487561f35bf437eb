import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Deps } from '../src/context.ts'
import cohorts from '../src/jobs/cohorts.ts'
import { lastSlot, nextSlot } from '../src/jobs/cron.ts'
import daily from '../src/jobs/daily.ts'
import { jobs } from '../src/jobs/index.ts'
import { scheduleWords } from '../src/jobs/schedule-words.ts'
import { runSlot } from '../src/jobs/scheduler.ts'
import { sweep } from '../src/jobs/sweep.ts'
import { clockAt } from '../src/lib/time.ts'
import { quick, twoProcesses, until } from './jobs-kit.ts'

const at = (iso: string) => new Date(iso)
const { t, runsOf, close } = await twoProcesses(at('2026-11-10T12:00:00Z'))
afterAll(close)
beforeEach(async () => {
  await t.sql`delete from job_runs`
})

/** The same process in another zone, at another time. */
const inZone = (timeZone: string, now: string): Deps => ({
  ...t.deps,
  config: { ...t.deps.config, timeZone },
  now: () => at(now),
})
const nightly = quick('nightly', undefined, { schedule: '0 1 * * *', catchUp: true })
const slotsOf = async (job: string) => {
  await until(async () => (await runsOf(job)).every((run) => run.finished_at))
  return (await runsOf(job)).map((run) => run.scheduled_for)
}

describe('a time of the clock', () => {
  test('that is skipped comes when clocks jump over it, and of two the first counts', () => {
    expect(clockAt('2026-11-10', 1, 0, 'Asia/Kolkata')).toEqual(at('2026-11-09T19:30:00Z'))
    expect(clockAt('2027-03-28', 1, 0, 'Europe/London')).toEqual(at('2027-03-28T01:00:00Z'))
    expect(clockAt('2027-03-28', 1, 30, 'Europe/London')).toEqual(at('2027-03-28T01:30:00Z'))
    expect(clockAt('2026-10-25', 1, 0, 'Europe/London')).toEqual(at('2026-10-25T00:00:00Z'))
    expect(clockAt('2028-10-01', 2, 0, 'Australia/Sydney')).toEqual(at('2028-09-30T16:00:00Z'))
    expect(clockAt('2029-04-01', 2, 0, 'Australia/Sydney')).toEqual(at('2029-03-31T15:00:00Z'))
  })
})

describe('the daily tasks at 01:00', () => {
  test('come in the night in which London has no 01:00, as soon as its clocks have jumped', async () => {
    expect(lastSlot('0 1 * * *', 'Europe/London', at('2027-03-28T00:59:59Z'))).toEqual(at('2027-03-27T01:00:00Z'))
    expect(nextSlot(daily, 'Europe/London', at('2027-03-28T00:59:59Z'))).toEqual(at('2027-03-28T01:00:00Z'))
    await t.sql`insert into job_runs (job, scheduled_for, finished_at, outcome) values ('nightly', '2027-03-27T01:00:00Z', now(), 'ok')`
    await sweep(inZone('Europe/London', '2027-03-28T00:59:30Z'), [nightly])
    expect(await runsOf('nightly')).toHaveLength(1)
    await sweep(inZone('Europe/London', '2027-03-28T01:00:30Z'), [nightly])
    await sweep(inZone('Europe/London', '2027-03-28T01:01:30Z'), [nightly])
    expect(await slotsOf('nightly')).toEqual([at('2027-03-27T01:00:00Z'), at('2027-03-28T01:00:00Z')])
  })

  test('come once in the night in which London has 01:00 twice', async () => {
    const deps = inZone('Europe/London', '2026-10-25T01:30:00Z')
    await runSlot(deps, nightly, at('2026-10-25T00:00:00Z'))
    await runSlot(deps, nightly, at('2026-10-25T01:00:00Z'))
    await sweep(deps, [nightly])
    expect(await slotsOf('nightly')).toEqual([at('2026-10-25T00:00:00Z')])
  })

  test('are made up for whatever minute they are at', async () => {
    const early = quick('nightly', undefined, { schedule: '5 0 * * *', catchUp: true })
    await sweep(inZone('UTC', '2026-11-10T12:00:00Z'), [early])
    expect(await slotsOf('nightly')).toEqual([at('2026-11-10T00:05:00Z')])
  })
})

describe('the cohorts at 02:00 on the 1st', () => {
  test('come in the zone, on days with 23 and 25 hours too', () => {
    const slots = (zone: string, now: string) => [
      nextSlot(cohorts, zone, at(now)),
      lastSlot('0 2 1 * *', zone, at(now)),
    ]
    expect(slots('UTC', '2026-11-10T12:00:00Z')).toEqual([at('2026-12-01T02:00:00Z'), at('2026-11-01T02:00:00Z')])
    // Clocks go back from 02:00 to 01:00 there on that day: its 02:00 is the one after.
    expect(slots('America/New_York', '2026-11-01T06:59:00Z')).toEqual([
      at('2026-11-01T07:00:00Z'),
      at('2026-10-01T06:00:00Z'),
    ])
    expect(slots('Australia/Sydney', '2028-09-30T15:59:00Z')[0]).toEqual(at('2028-09-30T16:00:00Z'))
    expect(slots('Australia/Sydney', '2029-03-31T15:30:00Z')).toEqual([
      at('2029-04-30T16:00:00Z'),
      at('2029-03-31T15:00:00Z'),
    ])
  })

  test('are made up for once, weeks later, and by a process that sees the second 02:00 not again', async () => {
    const monthly = quick('monthly', undefined, { schedule: '0 2 1 * *', catchUp: true })
    await sweep(inZone('Australia/Sydney', '2029-04-22T09:00:00Z'), [monthly])
    await sweep(inZone('Australia/Sydney', '2029-04-23T09:00:00Z'), [monthly])
    await runSlot(inZone('Australia/Sydney', '2029-03-31T16:00:00Z'), monthly, at('2029-03-31T16:00:00Z'))
    expect(await slotsOf('monthly')).toEqual([at('2029-03-31T15:00:00Z')])
  })
})

describe('schedules in words', () => {
  test('say when, for each that there is', () => {
    expect(Object.fromEntries(jobs.map(({ name, schedule }) => [name, scheduleWords(schedule)]))).toEqual({
      fold: 'every 5 seconds',
      minute: 'every minute',
      sync: 'every 5 seconds',
      watch: 'every minute, at second 20',
      actions: 'every minute',
      erasures: 'every minute',
      'settle-days': 'every 5 minutes',
      daily: 'every day at 01:00',
      cohorts: 'monthly on the 1st at 02:00',
      'health-scores': 'by hand',
      'user-stats': 'every day at 00:15',
      rebuild: 'by hand',
      backfill: 'by hand',
      'seal-audit': 'every 10 seconds',
    })
  })

  test('leave as it is what nobody has said yet', () => {
    expect(scheduleWords('0 2 22 * *')).toBe('monthly on the 22nd at 02:00')
    expect(scheduleWords('7 * * * *')).toBe('every hour, at minute 7')
    expect(scheduleWords('0 4 * * 1')).toBe('0 4 * * 1')
  })
})
