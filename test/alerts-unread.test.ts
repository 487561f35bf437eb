import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import type { Deps } from '../src/context.ts'
import minuteJob from '../src/jobs/minute.ts'
import { alertsKit, ERRORS } from './alerts-kit.ts'
import { COST } from './custom-metrics-kit.ts'
import { runJob } from './jobs-kit.ts'

let kit: Awaited<ReturnType<typeof alertsKit>>
beforeAll(async () => {
  kit = await alertsKit()
})
afterAll(() => kit.t.close())
beforeEach(() => kit.begin())

const FORMULA = { ...COST, formula: 'support.tickets_open * 2', unit: 'tickets', warn: undefined, crit: undefined }
const TICKETS = {
  name: 'Tickets',
  metric: 'support.tickets_open',
  when: { kind: 'threshold', op: 'above', limit: 0 },
  window: 'today',
}
const page = async (path: string) => {
  const cookie = await kit.t.admin('viewer')
  return (await kit.t.request(path, { headers: { cookie, accept: 'text/html' } })).text()
}
const rule = async (slug: string) => (await kit.call('GET', `/api/alert-rules/${slug}`)).json()
/** A table cannot be read while it lasts. */
async function without(table: string, work: () => Promise<void>): Promise<void> {
  const { sql } = kit.t
  await sql`alter table ${sql(table)} rename to gone`
  try {
    await work()
  } finally {
    await sql`alter table gone rename to ${sql(table)}`
  }
}
/** A metric that is one formula, and a rule of it that fires. */
async function fireByFormula(): Promise<string> {
  const made = await kit.call('POST', '/api/custom-metrics', FORMULA)
  expect(made.status, await made.clone().text()).toBe(201)
  await kit.send('tickets', [{ id: 't2', status: 'open', updated_at: kit.now().toISOString() }])
  await kit.t.fold()
  const { slug } = await kit.make({ ...TICKETS, metric: FORMULA.key })
  expect(await kit.minute()).toMatchObject({ fired: 1 })
  kit.pass(1)
  return slug
}
/** A process that has just begun knows of no metric but those that are built in. */
const another = (): Deps => ({ ...kit.t.deps, db: { ...kit.t.deps.db } })

describe('a rule whose metric cannot be read', () => {
  it('says so, changes no alert, and is as it was when it can be read again', async () => {
    const open = { ...ERRORS, nodata: 'resolve' }
    await kit.make(open)
    await kit.make({ ...ERRORS, name: 'Calm', when: { kind: 'threshold', op: 'above', limit: 100 } })
    await kit.calls(0, 8)
    await kit.minute()
    const told = await kit.told()
    kit.pass(1)
    const since = kit.now().toISOString()
    await without('api_call_minutes', async () => {
      const checked = await kit.check()
      expect(checked).toMatchObject({ resolved: 0, unread: [{ name: 'Calm' }, { name: 'Errors' }] })
      await kit.minute(2)
      expect(await kit.alerts()).toMatchObject([{ state: 'firing', title: expect.stringContaining('100%') }])
      expect(await kit.told()).toEqual(told)
      const why = expect.stringContaining('api_call_minutes')
      expect(await rule('errors')).toMatchObject({ state: 'firing', unread_since: since, unread_why: why })
      expect(await rule('calm')).toMatchObject({ state: 'unread', unread_since: since, unread_why: why })
      expect(await page('/dashboard/alerts')).toMatch(/Could not be read since \d\d:\d\d: .*api_call_minutes/)
      expect(await page('/dashboard/alerts/rules/calm')).toMatch(/Could not be read since \d\d:\d\d/)
    })
    await kit.minute()
    expect(await rule('errors')).toMatchObject({ state: 'firing', unread_since: null, unread_why: null })
    expect(await rule('calm')).toMatchObject({ state: 'ok', unread_since: null })
  })

  it('fails the run of the minute, and leaves the other rules checked', async () => {
    await kit.make({ ...ERRORS, metric: 'security.admin_failures', least: undefined })
    await kit.make(TICKETS)
    await kit.send('tickets', [{ id: 't1', status: 'open', updated_at: kit.now().toISOString() }])
    await kit.t.fold()
    await without('login_failures', async () => {
      await runJob(kit.t, minuteJob)
      const [run] = await kit.t.sql`select outcome, error from job_runs where job = 'minute'`
      expect(run?.outcome).toBe('failed')
      expect(run?.error).toContain('1 alert rule could not be read. “Errors”: relation "login_failures" does not exist')
    })
    expect((await kit.alerts()).map(({ title }) => title)).toEqual([expect.stringContaining('Open tickets')])
  })
})

describe('a rule whose metric is gone', () => {
  it('says so, and its alert ends with that reason', async () => {
    const slug = await fireByFormula()
    await kit.t.sql`delete from custom_metrics`
    expect(await evaluateAlerts(another(), kit.now())).toMatchObject({ unread: [] })
    expect(await kit.alerts()).toEqual([])
    expect(await kit.alerts('all')).toMatchObject([{ state: 'resolved', ended_why: 'metric' }])
    expect(await kit.told()).toEqual(['ops-mail firing', 'room firing', 'ops-mail resolved', 'room resolved'])
    const [notice] = await kit.t
      .sql`select payload ->> 'text' as text from notifications where kind = 'resolved' limit 1`
    expect(notice?.text).toContain('its metric is gone')
    expect(await rule(slug)).toMatchObject({
      state: 'unread',
      unread_why: `There is no metric ${FORMULA.key} any more.`,
    })
  })

  it('is not concluded from what a process remembers', async () => {
    await fireByFormula()
    expect(await evaluateAlerts(another(), kit.now())).toMatchObject({ resolved: 0, open: 1 })
  })
})
