import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Wording } from '../src/alerts/conditions/define.ts'
import forecast from '../src/alerts/conditions/forecast.ts'
import { DEFAULT_RULES } from '../src/alerts/defaults.ts'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import { problemsOf, type Rule } from '../src/alerts/rule.ts'
import { catalogueOf } from '../src/custom-metrics/catalogue.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { sender } from './helpers/send.ts'

const full = { kind: 'forecast', op: 'above', limit: 90.5, within: 14 } as const
/** The newest first, as a check reads them. */
const judge = (days: (number | null)[], condition: Parameters<typeof forecast.judge>[0] = full) => {
  const [now = null, ...earlier] = days.toReversed()
  return forecast.judge(condition, { now, earlier }, false)
}
/** One more each day, up to the value of the last one. */
const rising = (last: number, days = 40) => Array.from({ length: days }, (_, i) => last - (days - 1 - i))

describe('the condition of a forecast', () => {
  it('is breached when the limit lies near enough ahead, and lets go a little later than that', () => {
    // From 79 it is 91 twelve days later; from 77 fourteen, from 74 seventeen, from 70 twenty-one.
    expect(judge(rising(79))).toMatchObject({ verdict: 'breach', high: 90.5, ahead: { likely: 12 } })
    expect(judge(rising(77)).verdict).toBe('breach')
    expect(judge(rising(74)).verdict).toBe('near')
    expect(judge(rising(70)).verdict).toBe('ok')
    expect(judge(rising(70), { ...full, op: 'below', limit: 10 }).verdict).toBe('ok')
  })

  it('is breached by what has passed it already', () => {
    expect(judge(rising(95))).toMatchObject({ verdict: 'breach', ahead: { likely: 0 } })
  })

  it('knows nothing of too short a history, and something of a day that is not known', () => {
    expect(judge(rising(79, 20))).toMatchObject({ verdict: 'unknown', high: null })
    expect(judge([...rising(78), null]).verdict).toBe('breach')
  })

  it('tells the day and the days between which it may be', () => {
    const wording: Wording = { value: (value) => `${value}%`, points: true, day: (ahead) => `day ${ahead}` }
    const title = (ahead: { likely: number; first: number; last: number | null }) =>
      forecast.title(full, { value: 95, low: null, high: 90.5, ahead }, wording)
    expect(title({ likely: 12, first: 9, last: 15 })).toBe('is likely above 90.5% on day 12 (between day 9 and day 15)')
    expect(title({ likely: 12, first: 9, last: null })).toBe('is likely above 90.5% on day 12 (day 9 at the earliest)')
    expect(title({ likely: 0, first: 0, last: 0 })).toBe('is 95%, above 90.5% already')
  })
})

describe('a rule of what is unusual', () => {
  const DAY = 86_400_000
  const WEEKEND = [0, 6]
  let clock = Date.parse('2026-11-20T12:00:00Z')
  const now = () => new Date(clock)
  let t: TestApp
  let send: Awaited<ReturnType<typeof sender>>
  beforeAll(async () => {
    t = await testApp({ now, config: { timeZone: 'UTC' } })
    send = await sender(t)
  })
  afterAll(() => t.close())
  /** Grows by a half each day, with less at weekends, and a little up or down. */
  const usual = (day: Date, i: number) =>
    20 + i / 2 - (WEEKEND.includes(day.getUTCDay()) ? 8 : 0) + [0.4, -0.3, 0.1, -0.4, 0.2][i % 5]!
  const days = (from: number, to: number, value: (day: Date, i: number) => number) =>
    Array.from({ length: to - from }, (_, n) => {
      const ts = new Date(Date.parse('2026-08-22T12:00:00Z') + (from + n) * DAY)
      return { name: 'quota.used', value: value(ts, from + n), ts: ts.toISOString() }
    })

  it('fires on a day that the forecast does not expect, and on none that it does, though each is the largest so far', async () => {
    // Day 89 is 19 November, yesterday.
    await send('gauges', days(0, 90, usual))
    await t.fold()
    await evaluateAlerts(t.deps, now())
    await t.sql`update alert_rules set enabled = false`
    await t.sql`delete from alerts`
    const headers = {
      authorization: `Bearer ${await t.key(['read', 'act'])}`,
      accept: 'application/json',
      origin: 'http://localhost',
      'content-type': 'application/json',
    }
    const rule = {
      name: 'Quota, unusual',
      metric: 'quota.used',
      when: { kind: 'anomaly', op: 'outside', times: 4 },
      window: '1d',
      severity: 'warning',
    }
    const body = JSON.stringify(rule)
    const made = await t.request('/api/alert-rules', { method: 'POST', headers, body })
    expect(made.status, await made.clone().text()).toBe(201)
    expect(await evaluateAlerts(t.deps, now())).toMatchObject({ fired: 0 })
    const tried = await t.request('/api/alert-rules/backtest', { method: 'POST', headers, body })
    expect(await tried.json()).toMatchObject({ fired: 0 })
    await send(
      'gauges',
      days(90, 91, (day, i) => usual(day, i) - 12),
    )
    await t.fold()
    clock += DAY
    expect(await evaluateAlerts(t.deps, now())).toMatchObject({ fired: 1 })
    const [alert] = await t.sql`select title from alerts`
    expect(alert?.title).toMatch(/^Quota used is 5\d\.\d%, usual 6\d\.?\d*% to 6\d\.?\d*%/)
    expect(
      await (await t.request('/api/alert-rules/backtest', { method: 'POST', headers, body })).json(),
    ).toMatchObject({
      fired: 1,
    })
  })
})

describe('a rule of a forecast', () => {
  const DAY = 86_400_000
  let clock = Date.parse('2026-11-20T12:00:00Z')
  const now = () => new Date(clock)
  const RULE = { name: 'Quota', metric: 'quota.used', when: full, window: '1d', severity: 'critical' }
  let t: TestApp
  let act: Record<string, string>
  let send: Awaited<ReturnType<typeof sender>>
  beforeAll(async () => {
    t = await testApp({ now, config: { timeZone: 'UTC' } })
    act = { authorization: `Bearer ${await t.key(['read', 'act'])}`, 'content-type': 'application/json' }
    send = await sender(t)
    // 40 … 79, a day each; the last of them is yesterday.
    const rows = rising(79).map((value, i) => ({
      name: 'quota.used',
      value,
      ts: new Date(clock - (40 - i) * DAY).toISOString(),
    }))
    await send('gauges', rows)
    await t.fold()
    await evaluateAlerts(t.deps, now())
    await t.sql`update alert_rules set enabled = false`
    await t.sql`delete from alerts`
  })
  afterAll(() => t.close())

  const make = (rule: object) =>
    t.request('/api/alert-rules', {
      method: 'POST',
      headers: { ...act, accept: 'application/json', origin: 'http://localhost' },
      body: JSON.stringify(rule),
    })
  const refused = async (rule: object) => ((await (await make(rule)).json()) as { detail: string }).detail

  it('fires with the day in its title, and ends when the limit is far again', async () => {
    const made = await make(RULE)
    expect(made.status, await made.clone().text()).toBe(201)
    expect(await made.json()).toMatchObject({ sentence: 'Quota used is forecast above 90.5% within 14 days' })
    expect(await evaluateAlerts(t.deps, now())).toMatchObject({ fired: 1 })
    const [alert] = await t.sql<{ title: string }[]>`select title from alerts where state = 'firing'`
    expect(alert?.title).toContain('Quota used is likely above 90.5% on 1 Dec')
    // Somebody has made room: yesterday is 20, and stays.
    const low = Array.from({ length: 14 }, (_, i) => ({
      name: 'quota.used',
      value: 20,
      ts: new Date(clock + i * DAY).toISOString(),
    }))
    clock += 14 * DAY
    await send('gauges', low)
    await t.fold()
    expect(await evaluateAlerts(t.deps, now())).toMatchObject({ resolved: 1 })
  })

  it('is tried on the past', async () => {
    const answer = await t.request('/api/alert-rules/backtest', {
      method: 'POST',
      headers: { ...act, accept: 'application/json', origin: 'http://localhost' },
      body: JSON.stringify(RULE),
    })
    expect(await answer.json()).toMatchObject({ fired: 1, others: [{ limit: 7 }, { limit: 30 }, { limit: 60 }] })
  })

  it('is shown in the builder with what it says today', async () => {
    const cookie = await t.admin('operator')
    const page = await t.request('/dashboard/alerts/rules/quota-2', { headers: { cookie, accept: 'text/html' } })
    const html = await page.text()
    expect(page.status).toBe(200)
    expect(html).toContain('As of now Quota used is not forecast to pass the limit.')
    expect(html).toMatch(/name="within"[^>]*value="14"/)
  })

  it('is of whole days and of no dimension', async () => {
    expect(await refused({ ...RULE, window: '60m', metric: 'api.calls' })).toContain('made of days')
    expect(await refused({ ...RULE, metric: 'api.calls', by: 'service' })).toContain('of the whole')
    expect(await refused({ ...RULE, when: { ...full, within: 90 } })).toContain('At most 60 days ahead')
  })

  it('comes with Quarterdeck, as all that come with it are valid', () => {
    for (const rule of Object.values(DEFAULT_RULES) as Rule[]) expect(problemsOf(catalogueOf(t.deps), rule)).toEqual([])
    expect(Object.values(DEFAULT_RULES).map(({ when }) => when.kind)).toContain('forecast')
  })
})
